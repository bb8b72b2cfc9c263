"""The journey as values. Every count is a figure with the ids of its rows, every rate is two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from store.insights.metrics import Metric
    from store.insights.values import Figure, Period, Rate, Scope

STAGES = ("consideration", "decision", "adoption", "renewal", "upsell", "advocacy")
EVERY_STAGE = "all"  # of cells that are not cut by stage
TouchKind = Literal["question", "step", "task", "activity", "opening"]


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """Where a customer and we meet: a place to ask, a step of a playbook, a task, a call, an article.

    Attributes:
        key: `question.channel`, `handover`, `step.onboarding.O2`, `task.renewal`, `activity.call`, `opening`, or
            `article.TITLE` for questions by the article that answered them.
        label: as people read it.
        kind: whose rows they are.
        response: what is meant by an answer there: "answered", "replied", "handled", "done"; empty: none is awaited.
    """

    key: str
    label: str
    kind: TouchKind
    response: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """One time that a customer and we met, or were to.

    Attributes:
        row: the id of its row: the question's message, the task, the step, the activity, the opening.
        stage: of the account at that moment; so is its segment.
        topic: the article that answered the question, or that was opened.
        is_answered: None where nothing was awaited, or while there is time left.
        wait: business minutes until the answer, in the account's zone; None without one.
        ratings: rows that say how content they were, each with whether they were (CSAT 4 or 5, a thumb up).
        heard_at: when the customer did something; None where only we did.
    """

    touchpoint: Touchpoint
    row: str
    account_id: str
    at: datetime
    stage: str
    segment: str
    persona: str | None = None
    topic: str | None = None
    is_answered: bool | None = None
    wait: float | None = None
    ratings: tuple[tuple[str, bool], ...] = ()
    heard_at: datetime | None = None


@dataclass(frozen=True)
class Group:
    """Whose touches are shown: of a segment (as it was at that moment), of people of a persona; None: of all."""

    segment: str | None = None
    persona: str | None = None

    @property
    def label(self) -> str:
        """`MM · admin`, or nothing."""
        return " · ".join(
            part for part in (self.segment, self.persona and self.persona.replace("_", " ")) if part
        )

    def covers(self, touch: Touch) -> bool:
        """Whether a touch is of the group."""
        return self.segment in (None, touch.segment) and self.persona in (None, touch.persona)


@dataclass(frozen=True)
class Cut:
    """What of the journey is looked at: a period, whose accounts, which of their people, as it stood at `now`."""

    period: Period
    scope: Scope
    now: datetime
    group: Group = Group()

    @property
    def label(self) -> str:
        """Whose it is: `your teams' accounts · MM · admin`."""
        return " · ".join(part for part in (self.scope.label, self.group.label) if part)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long answers took: the median in business minutes, and the rows that were answered."""

    metric: Metric
    figure: Figure


@dataclass(frozen=True, slots=True)
class Cell:
    """A touchpoint in a stage.

    Attributes:
        volume: how often it was met.
        accounts: by whom.
        response: answered / where an answer was awaited and its time is over.
        wait: for an answer.
        csat: content / rated.
        drop_off: accounts not heard from again within `mapping.QUIET_AFTER` / accounts for which that is over; the rows
            are the last of each account here.
    """

    stage: str
    touchpoint: Touchpoint
    volume: Figure
    accounts: Figure
    response: Rate
    wait: Wait
    csat: Rate
    drop_off: Rate

    @property
    def key(self) -> str:
        """What it is called where it travels: `adoption:question.dm`."""
        return f"{self.stage}:{self.touchpoint.key}"

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of its figures."""
        rates = (self.response, self.csat, self.drop_off)
        inner = (figure for rate in rates for figure in (rate.part, rate.whole))
        return self.volume, self.accounts, self.wait.figure, *inner


@dataclass(frozen=True, slots=True)
class Move:
    """Accounts that moved from one stage to another in the period."""

    before: str
    after: str
    figure: Figure


@dataclass(frozen=True)
class JourneyMap:
    """Stages by touchpoints in a period.

    Attributes:
        cells: of every stage, in its order, the busiest first; each touch is in one.
        topics: the same questions by the article that answered them, over all stages.
        moves: between stages.
    """

    cut: Cut
    cells: tuple[Cell, ...] = ()
    topics: tuple[Cell, ...] = ()
    moves: tuple[Move, ...] = ()

    def of_stage(self, stage: str) -> tuple[Cell, ...]:
        """The touchpoints of a stage."""
        return tuple(cell for cell in self.cells if cell.stage == stage)

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages in which anybody was met, in their order."""
        return tuple(stage for stage in STAGES if self.of_stage(stage))

    @property
    def all_figures(self) -> Iterator[Figure]:
        """Every figure of the map."""
        for cell in (*self.cells, *self.topics):
            yield from cell.figures
        yield from (move.figure for move in self.moves)


@dataclass(frozen=True, slots=True)
class Finding:
    """A touchpoint that is below what is aimed at.

    Attributes:
        measure: response | csat | kept.
        actual: the share that went well, 0 to 1; `kept` is 1 - drop-off.
        misses: the rows that did not, the newest first.
        impact: volume x (target - actual), of `kept` accounts x (target - actual): how many times it went worse than it
            should have.
    """

    cell: Cell
    measure: str
    label: str  # "content", "answered within its time", "heard from again"
    actual: Rate
    target: float
    misses: Figure
    impact: float

    @property
    def is_sure(self) -> bool:
        """Whether all that is likely lies below the target."""
        return self.actual.interval[1] < self.target

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of its figures."""
        return self.cell.volume, self.actual.part, self.actual.whole, self.misses


@dataclass(frozen=True)
class Audit:
    """What to mend first.

    Attributes:
        red: below target, what would change most first.
        thin: below target, but too few to tell.
    """

    cut: Cut
    red: tuple[Finding, ...] = ()
    thin: tuple[Finding, ...] = ()
    checked: int = 0  # measures of touchpoints that were looked at

    @property
    def all_figures(self) -> Iterator[Figure]:
        """Every figure of the audit."""
        for one in (*self.red, *self.thin):
            yield from one.figures
