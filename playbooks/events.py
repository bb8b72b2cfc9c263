"""What can happen to a run. `step` is a step's key (`O2`, `O4.champion`, `O2#2`); `by` a Slack user id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - payloads are read by the types
from typing import Any


@dataclass(frozen=True)
class Started:
    """The run begins."""


@dataclass(frozen=True)
class TimerFired:
    """A timer that the engine set is due."""

    name: str


@dataclass(frozen=True)
class Delivered:
    """The step's message is in Slack."""

    step: str
    channel_id: str
    message_ts: str


@dataclass(frozen=True)
class Undeliverable:
    """The step's message could not be posted anywhere."""

    step: str
    reason: str


@dataclass(frozen=True)
class Replied:
    """Somebody answered: with a button (`value`), in words (`text`), or both (an option that wants text).

    `confirmed` says that the person agreed to how their words were read. `staff` marks an answer that a
    member of staff gives, for an internal question or on the customer's behalf.
    """

    step: str
    by: str
    value: str | None = None
    text: str | None = None
    confirmed: bool = False
    staff: bool = False
    fields: tuple[tuple[str, str], ...] = ()  # of a form: name and what was entered


@dataclass(frozen=True)
class Rejected:
    """The person says that their words were read wrongly."""

    step: str
    by: str


@dataclass(frozen=True)
class NotMe:
    """The person is the wrong one; `contact_id` is the right one if they named a known contact."""

    step: str
    by: str
    contact_id: str | None = None
    named: str | None = None  # what they wrote or picked, if it is no contact of the account


@dataclass(frozen=True)
class Later:
    """The person wants to be asked again in three days."""

    step: str
    by: str


@dataclass(frozen=True)
class WantsPerson:
    """The person would rather talk to the CSM."""

    step: str
    by: str


@dataclass(frozen=True)
class Approved:
    """A CSM agrees to the message, perhaps with another wording."""

    step: str
    by: str
    text: str | None = None


@dataclass(frozen=True)
class SentNow:
    """A CSM wants the message to go out at once, as far as the guards allow."""

    step: str
    by: str


@dataclass(frozen=True)
class Skipped:
    """A CSM leaves the step out."""

    step: str
    by: str
    reason: str = ""


@dataclass(frozen=True)
class Snoozed:
    """A CSM moves the step to another day."""

    step: str
    by: str
    until: date


@dataclass(frozen=True)
class PlanAccepted:
    """A save plan is accepted: commercial steps may go on although the account is red."""

    by: str


@dataclass(frozen=True)
class TaskDone:
    """A member of staff did a task that the run made."""

    slot: str
    by: str


@dataclass(frozen=True)
class StaffUnreached:
    """What was meant for a member of staff could not be shown to them; `told` got it instead, if anybody did.

    `what` is the view that the outbox row named.
    """

    step: str
    what: str
    missed: str
    told: str | None = None


@dataclass(frozen=True)
class LookedUp:
    """The knowledge base answered, or found nothing (`text` is None)."""

    step: str
    text: str | None = None
    citations: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Happened:
    """Something happened at the account, e.g. `signal.champion_left`; `data` says more."""

    name: str
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Looked:
    """The account was looked at again: dates, people, facts or the CSM may have changed."""


@dataclass(frozen=True)
class Migrated:
    """The run goes on with another version of its playbook, which the engine is given."""

    by: str
    before: str
    after: str


@dataclass(frozen=True)
class Paused:
    """Nothing more is sent until the run is resumed."""

    by: str


@dataclass(frozen=True)
class Resumed:
    """The run goes on."""

    by: str


@dataclass(frozen=True)
class Stopped:
    """The run is ended without an outcome."""

    by: str
    reason: str = ""


@dataclass(frozen=True)
class OutcomeRecorded:
    """A member of staff says how it ended."""

    by: str
    code: str
    reason: str | None = None
    renewed_to: date | None = None


Event = (
    Started
    | TimerFired
    | Delivered
    | Undeliverable
    | Replied
    | Rejected
    | NotMe
    | Later
    | WantsPerson
    | Approved
    | SentNow
    | Skipped
    | Snoozed
    | PlanAccepted
    | TaskDone
    | StaffUnreached
    | LookedUp
    | Happened
    | Looked
    | Migrated
    | Paused
    | Resumed
    | Stopped
    | OutcomeRecorded
)
