"""What the engine knows: the run so far, and the world around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time  # noqa: TC003 - pydantic reads these types
from typing import Any, Literal

from pydantic import Field

from playbooks.types import Audience, Band, Delivery, Model, Segment
from playbooks.workdays import DAY_BEGINS, DAY_ENDS, Calendar

StepState = Literal[
    "planned",
    "preview",
    "awaiting_approval",
    "approved",
    "sent",
    "answered",
    "expired",
    "skipped",
    "held",
    "waiting",
    "done",
]
RunState = Literal["active", "paused", "finished", "stopped"]
WIN_BACK = "winback"  # the consent to be written to after the end
OPEN: frozenset[StepState] = frozenset(
    {"planned", "preview", "awaiting_approval", "approved", "sent", "held"}
)


class Pending(Model):
    """A free-text reply that waits for a yes, or an option that waits for its sentence."""

    value: str
    text: str | None = None
    by: str | None = None


class Found(Model):
    """What the knowledge base answered: the text and its citations, as the bot renders them."""

    text: str
    citations: tuple[dict[str, Any], ...] = ()


class StepRecord(Model):
    """One step of a run as it stands. `key` is the step's id, with `.audience` and `#round` where needed."""

    key: str
    step: str
    audience: Audience = "csm"
    state: StepState = "planned"
    delivery: Delivery = "auto"
    due_at: datetime | None = None  # when it should go out
    contact_id: str | None = None
    in_conversation: bool = False  # follows a person's answer at once
    follows: str | None = None  # key of the step whose thread it belongs to
    text: str | None = None
    original_text: str | None = None  # before the CSM edited it
    approved_by: str | None = None
    sent_at: datetime | None = None
    nudged_at: datetime | None = None
    snoozes: int = 0
    wants_person: bool = False
    expires_at: datetime | None = None
    pending: Pending | None = None
    answer: str | None = None
    answer_text: str | None = None
    fields: dict[str, str] = Field(default_factory=dict)  # what a form was filled with, in words
    answered_by: str | None = None
    answered_at: datetime | None = None
    looking_up: bool = False
    found: Found | None = None
    note: str | None = None  # why it was skipped, held or moved
    channel_id: str | None = None
    message_ts: str | None = None


class TaskNote(Model):
    """A task that the run made. `steps` are those that it is about: one for each contact."""

    title: str
    steps: tuple[str, ...] = ()
    state: Literal["open", "done", "cancelled"] = "open"
    by: str | None = None  # the name of whoever did it


class Run(Model):
    """One account's way through a playbook: all that the engine needs, kept as JSON."""

    id: str
    playbook: str
    account_id: str
    segment: Segment
    started_at: datetime
    started_by: str
    kind: str = "other"  # of the playbook
    state: RunState = "active"
    anchors: dict[str, date] = Field(default_factory=dict)
    steps: dict[str, StepRecord] = Field(default_factory=dict)
    facts: dict[str, str] = Field(default_factory=dict)
    excluded: tuple[str, ...] = ()  # contacts who said "not me"
    seen: tuple[str, ...] = ()  # titles of rules whose actions came about, and of goals that were reached
    missed: tuple[tuple[str, dict[str, str]], ...] = ()  # what happened while the run was paused
    csm: str | None = None  # whose run it is, by e-mail
    goal_met_at: datetime | None = None
    band: Band | None = None
    outcome: str | None = None
    reason: str | None = None
    tasks: dict[str, TaskNote] = Field(default_factory=dict)  # by slot
    unreached: dict[str, str] = Field(
        default_factory=dict
    )  # words to staff that missed their reader, by step
    sequence: int = 0  # numbers what may be said more than once

    @property
    def open_steps(self) -> tuple[StepRecord, ...]:
        """Steps that are still to happen or wait for somebody."""
        return tuple(record for record in self.steps.values() if record.state in OPEN)


@dataclass(frozen=True)
class Given:
    """A score from 0 to 10 that a person gave, and what they wrote with it."""

    value: int
    at: datetime
    words: str | None = None

    def age(self, now: datetime) -> int:
        """How many days ago."""
        return (now - self.at).days


@dataclass(frozen=True)
class Agreed:
    """Something that a contact agreed to, and still does."""

    contact_id: str
    purpose: str
    scope: str
    text: str
    expires_on: date

    @property
    def makes_an_advocate(self) -> bool:
        """Whether others hear of them by it; not so of a leave to write to themselves again."""
        return self.purpose != WIN_BACK


@dataclass(frozen=True)
class Person:
    """A contact of the account, with what other runs asked of them."""

    id: str
    name: str
    persona: str = "end_user"
    zone: str = "UTC"
    slack_user_id: str | None = None
    email: str | None = None
    opted_out: bool = False
    rest: int = 0  # business days that they want between two questions, where that is more than usual
    active: bool = True
    questions: int = 0  # asked so far: who asks most is most active
    open_question: bool = False  # of another run
    last_asked_at: datetime | None = None  # a question by another run
    last_message_at: datetime | None = None  # any message by another run
    surveyed: tuple[tuple[str, datetime], ...] = ()  # which survey or favour other runs asked for, and when
    score: Given | None = None  # whether they would recommend us, the newest of other runs

    @property
    def first(self) -> str:
        """The first name."""
        return self.name.split()[0] if self.name.strip() else "there"


@dataclass(frozen=True)
class Staff:
    """A member of the company's own staff."""

    name: str
    email: str | None = None
    slack_user_id: str | None = None
    zone: str = "UTC"

    @property
    def first(self) -> str:
        """The first name."""
        return self.name.split()[0] if self.name.strip() else "your contact"


@dataclass(frozen=True)
class Fact:
    """One observed fact. `note` is the fact as a sentence fit for a customer."""

    kind: str
    value: str
    note: str | None
    observed_on: date


@dataclass(frozen=True)
class Term:
    """The subscription that the run is about."""

    key: str
    started_on: date
    renews_on: date
    period: str = "annual"
    auto_renews: bool = False
    notice_days: int | None = None
    first_started_on: date | None = None  # of the first of the terms that this one follows


@dataclass(frozen=True)
class Context:
    """The account as it is now; built anew for every event."""

    account_id: str
    account: str
    segment: Segment
    zone: str = "UTC"
    plan: str | None = None
    seats: int | None = None
    goal: str | None = None
    stage: str | None = None
    arr: float | None = None  # a year's revenue, in units of its currency
    goals_met: int | None = None
    health: int | None = None
    sentiment: str | None = None
    running: tuple[str, ...] = ()  # kinds of other playbooks that run for the account
    ended: dict[str, datetime] = field(default_factory=dict)  # when a playbook of that name last ended
    consents: tuple[Agreed, ...] = ()  # that hold now
    channel_id: str | None = None
    contacts: tuple[Person, ...] = ()
    csm: Staff | None = None
    manager: Staff | None = None
    term: Term | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    open_escalations: int = 0
    last_contact_at: datetime | None = None
    recent_sends: tuple[datetime, ...] = ()  # messages of other runs to this account, last days
    holidays: frozenset[date] = frozenset()
    hours: tuple[time, time] = (
        DAY_BEGINS,
        DAY_ENDS,
    )  # in which somebody may be written to, in their own zone
    bot: str = "Guidepost"
    names: dict[str, str] = field(default_factory=dict)  # of who acts now, by Slack id

    def person(self, contact_id: str | None) -> Person | None:
        """The contact with that id."""
        return next((person for person in self.contacts if person.id == contact_id), None)

    def by_slack(self, slack_user_id: str | None) -> Person | None:
        """The contact with that Slack id."""
        return next((p for p in self.contacts if slack_user_id and p.slack_user_id == slack_user_id), None)

    def calendar(self, zone: str | None = None) -> Calendar:
        """Working days in a zone; the account's own if none is given."""
        return Calendar(zone or self.zone, self.holidays, *self.hours)

    @property
    def staff_calendar(self) -> Calendar:
        """Working days of the CSM."""
        return self.calendar(self.csm.zone if self.csm else None)
