"""What the digest is made of, as values. A figure is the number of its evidence rows, so it can always be opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from store.insights import metrics

if TYPE_CHECKING:
    from datetime import date, datetime

USUAL_DAYS = 28  # before a period, with which themes are compared
EvidenceKind = Literal[
    "question", "feedback", "run", "step", "task", "subscription", "renewal", "forecast", "account", "health", "absence",
    "activity", "usage", "consent", "promise", "opening", "review",
]  # fmt: skip


@dataclass(frozen=True)
class Period:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime
    label: str  # 7d

    @property
    def days(self) -> int:
        """Its length in whole days."""
        return (self.end - self.start).days

    @property
    def before(self) -> Period:
        """The period with which this one is compared."""
        return self.earlier(1)

    def earlier(self, n: int) -> Period:
        """The n-th period before, of the same length and weekdays: whole weeks earlier, and apart from this one."""
        weeks = -(-max(self.days, 1) // 7)
        shift = timedelta(weeks=weeks * n)
        return Period(self.start - shift, self.end - shift, self.label)


@dataclass(frozen=True)
class Scope:
    """Whose rows a digest covers.

    `account_ids` None is the whole workspace, with what belongs to no account. `owner_email` adds the
    tasks of that person that belong to no account.
    """

    label: str
    account_ids: frozenset[str] | None = None
    owner_email: str | None = None

    def covers(self, account_id: str | None) -> bool:
        """Whether rows of this account (None: of none) are in."""
        return self.account_ids is None or account_id in self.account_ids


@dataclass(frozen=True)
class Figure:
    """A count and the rows behind it."""

    key: str
    label: str
    kind: EvidenceKind
    evidence: tuple[str, ...] = ()
    before: int | None = None  # the same count in the period before, where it can be compared
    usual: float | None = None  # the mean of the four periods before, where there were as many

    @property
    def value(self) -> int:
        """The number of rows."""
        return len(self.evidence)

    @property
    def trend(self) -> metrics.Trend | None:
        """An arrow, if the change is beyond noise."""
        return None if self.before is None else metrics.trend(self.value, self.before)


@dataclass(frozen=True)
class Rate:
    """A share of two figures, with the rule of how it may be shown."""

    key: str
    label: str
    part: Figure
    whole: Figure

    @property
    def metric(self) -> metrics.Metric:
        """The share, with its 95 % Wilson interval."""
        return metrics.rate(self.part.value, self.whole.value)

    @property
    def value(self) -> float | None:
        """0 to 1; None where there is nothing to share."""
        return self.metric.value

    @property
    def interval(self) -> metrics.Interval:
        """The 95 % Wilson interval; 0 to 1 where nothing is known."""
        return self.metric.interval or (0.0, 1.0)

    @property
    def shown_as(self) -> Literal["list", "interval", "rate"]:
        """Below 5 answers a list, below 30 with the interval."""
        return metrics.shown_as(self.whole.value)


@dataclass(frozen=True)
class Quote:
    """What somebody said, word for word, at most 240 characters."""

    feedback_id: str
    text: str
    rating: int | None  # +1, -1, or none given
    reason: str | None
    account: str | None
    slack_user_id: str
    at: datetime
    channel_id: str | None
    message_ts: str | None


@dataclass(frozen=True)
class RatedAnswer:
    """One rating, for where there are too few for a rate."""

    question: str
    rating: int
    account: str | None
    channel_id: str | None
    message_ts: str | None


@dataclass(frozen=True)
class RunLine:
    """A playbook run that is open."""

    run_id: str
    account: str
    playbook: str
    state: str  # active | paused
    step: str | None  # the title of the step that moved last
    step_state: str | None
    since: datetime


@dataclass(frozen=True)
class TaskLine:
    """A task that is overdue."""

    task_id: str
    title: str
    owner_email: str | None
    account: str | None
    days_overdue: int  # whole days, 0 on the day itself
    owner: str | None = None  # name, where the address is one of the staff's


@dataclass(frozen=True)
class Unanswered:
    """A question that found no answer, with all that ask nearly the same."""

    text: str
    figure: Figure
    accounts: tuple[str, ...]
    channel_id: str
    message_ts: str


@dataclass(frozen=True)
class Theme:
    """Questions of the period that mean nearly the same. Each count is a figure with its rows."""

    name: str  # its most characteristic words
    days: int  # of the period
    figure: Figure
    before: Figure  # the same in the four weeks before the period
    refused: Figure
    unhelpful: Figure
    accounts: tuple[str, ...]
    arr: tuple[tuple[int, str], ...]  # of these accounts: minor units and currency
    example: str = ""  # one of its questions, word for word, as far as it may be repeated

    @property
    def usual(self) -> float:
        """How many there were in as many days of the four weeks before, on average."""
        return self.before.value * self.days / USUAL_DAYS

    @property
    def movement(self) -> Literal["new", "rising", "falling"] | None:
        """What changed beyond noise."""
        if not self.before.value:
            return "new"
        moved = metrics.trend(self.figure.value, self.usual)
        return None if moved is None else ("rising" if moved == "up" else "falling")

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of its figures."""
        return self.figure, self.before, self.refused, self.unhelpful


@dataclass(frozen=True)
class RenewalLine:
    """A term that ends soon."""

    subscription_id: str
    account: str
    renews_on: date
    days: int
    arr_minor: int | None
    currency: str
    health: int | None
    csm_sentiment: str | None
    forecast: str | None = None  # what a person called last
    expected: str | None = None  # what the figures said to that


@dataclass(frozen=True)
class SetupStep:
    """Something a new workspace needs before a digest has anything to say."""

    label: str
    done: bool
    remedy: str


@dataclass(frozen=True)
class EvidenceRow:
    """A row behind a figure, as it is shown to a person."""

    id: str
    at: datetime | None
    account: str | None
    who: str | None  # Slack user id or e-mail
    text: str
    detail: str = ""
    channel_id: str | None = None
    message_ts: str | None = None
