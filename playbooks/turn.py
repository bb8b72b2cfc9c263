"""One call of the engine: the run as it changes and the effects as they gather. Lives for that call only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from playbooks import wording
from playbooks.effects import CancelTimer, Notify, SetTimer
from playbooks.holding import Scene
from playbooks.state import OPEN
from playbooks.types import STAFF, Message, Notice, Question, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from playbooks.effects import Effect, Role
    from playbooks.state import Context, Person, Run, StepRecord
    from playbooks.types import Delay, Option, Playbook, Step
    from playbooks.workdays import Calendar

UNKNOWN = "(not known)"  # stands in tasks and notices for a variable without a value
TIMERS = ("step", "send", "escalate", "nudge", "later", "expire", "wait")


@dataclass
class Turn:
    """The working copy of one transition."""

    playbook: Playbook
    context: Context
    now: datetime
    run: Run
    in_conversation: bool = False  # a contact has just written: what follows at once disturbs nobody
    effects: list[Effect] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)  # keys of steps that were planned and not yet begun
    ending: tuple[str, str | None] | None = None  # an outcome that was decided, and its reason

    @property
    def scene(self) -> Scene:
        """What conditions are held against."""
        return Scene(self.playbook, self.context, self.run, self.now)

    def body(self, record: StepRecord) -> Step:
        """What the playbook says about the step."""
        return self.playbook.step(record.step)

    def options(self, record: StepRecord) -> tuple[Option, ...]:
        """The options of a step's question, as they are written in the playbook."""
        body = self.body(record)
        return self.playbook.options(body.ask) if isinstance(body, Question) else ()

    @property
    def today(self) -> date:
        """The account's date."""
        return self.context.calendar().date_of(self.now)

    def own(self, record: StepRecord) -> StepRecord | None:
        """The step if the run has it; None for one that stands for the run as a whole."""
        return record if record.key in self.run.steps else None

    def answer_to(self, key: str) -> str | None:
        """The value that a question was answered with, the newest if there are several."""
        found = [
            record
            for record in self.run.steps.values()
            if record.answer and isinstance(body := self.body(record), Question) and body.ask.key == key
        ]
        newest = max(found, key=lambda record: record.answered_at or self.run.started_at, default=None)
        return newest.answer if newest else None

    def record(self, key: str) -> StepRecord | None:
        """The step with that key."""
        return self.run.steps.get(key)

    def put(self, record: StepRecord) -> StepRecord:
        """Add a step or replace it."""
        self.run = self.run.model_copy(update={"steps": {**self.run.steps, record.key: record}})
        return record

    def change(self, record: StepRecord, **changes: Any) -> StepRecord:
        """The step with some fields changed; the run remembers it."""
        return self.put(self.run.steps[record.key].model_copy(update=changes))

    def update(self, **changes: Any) -> None:
        """Change fields of the run."""
        self.run = self.run.model_copy(update=changes)

    def know(self, **facts: str) -> None:
        """Remember facts in the run."""
        self.update(facts={**self.run.facts, **facts})

    def number(self) -> int:
        """The next number of the run, for what may be said more than once."""
        self.update(sequence=self.run.sequence + 1)
        return self.run.sequence

    def emit(self, effect: Effect) -> None:
        """Decide something."""
        self.effects.append(effect)

    def wake(self, kind: str, record: StepRecord, at: datetime) -> None:
        """Set one of the step's timers."""
        body = self.body(record)
        policy: Literal["send", "skip", "ask"] = body.late.policy if isinstance(body, Message) else "send"
        self.emit(SetTimer(f"{kind}:{record.key}", max(at, self.now), policy))

    def silence(self, record: StepRecord, *kinds: str) -> None:
        """Cancel timers of the step: all of them unless some are named."""
        for kind in kinds or TIMERS:
            self.emit(CancelTimer(f"{kind}:{record.key}"))

    def notify(
        self, record: StepRecord | None, text: str, *, urgent: bool = False, role: Role = "csm"
    ) -> None:
        """Tell staff."""
        self.emit(Notify(record.key if record else "run", role, text, urgent, self.number()))

    def values(self, record: StepRecord) -> dict[str, str]:
        """The variables known for this step's messages and tasks."""
        body = self.body(record)
        facts = (*body.facts, *body.requires_fact) if isinstance(body, Message) else ()
        return wording.values(
            self.playbook, self.run, self.context, self.now, person=self.person(record), facts=facts
        )

    def filled(self, text: str, known: dict[str, str], limit: int | None = None) -> str:
        """The text with its variables filled in, what is not known said so; a value has at most `limit` characters."""
        return wording.fill(text, dict.fromkeys(wording.variables_of(text), UNKNOWN) | known, limit) or ""

    def best_filled(self, texts: Iterable[str], known: dict[str, str]) -> str:
        """The first of several texts whose variables are all known, else the last with what is not known said so."""
        texts = tuple(texts)
        full = (found for text in texts if (found := wording.fill(text, known, None)))
        return next(full, None) or next((self.filled(text, known) for text in texts[-1:]), "")

    def known_or_empty(self, text: str, known: dict[str, str]) -> str:
        """The text with its variables filled in; nothing if one of them is not known."""
        return wording.fill(text, known, None) or ""

    def person(self, record: StepRecord) -> Person | None:
        """The contact that the step is for."""
        return self.context.person(record.contact_id)

    def who(self, slack_user_id: str) -> str:
        """A name for whoever acted."""
        person = self.context.by_slack(slack_user_id)
        if person:
            return person.name
        for staff in (self.context.csm, self.context.manager):
            if staff and staff.slack_user_id == slack_user_id:
                return staff.name
        return self.context.names.get(slack_user_id, "somebody")

    def calendar(self, record: StepRecord) -> Calendar:
        """Working days of whoever reads the step."""
        person = self.person(record)
        if person:
            return self.context.calendar(person.zone)
        return self.context.staff_calendar if record.audience in STAFF else self.context.calendar()

    def later(self, delay: Delay, calendar: Calendar) -> datetime:
        """The moment after a delay; days and business days end at 10:00, `0bd` today at 18:00 or the next day's."""
        if delay.unit == "h":
            return self.now + timedelta(hours=delay.amount)
        if delay.unit == "bh":
            return calendar.after_hours(self.now, delay.amount)
        if delay.unit == "d":
            return calendar.at(
                calendar.on_or_after(calendar.date_of(self.now) + timedelta(days=delay.amount))
            )
        return calendar.end_of_day(self.now) if delay.amount == 0 else calendar.after(self.now, delay.amount)

    def is_open(self, record: StepRecord) -> bool:
        """Whether something is still to come of the step. A notice is done when it is sent."""
        if record.looking_up or (record.state == "waiting" and isinstance(self.body(record), Wait)):
            return True
        return record.state in OPEN and not (record.state == "sent" and isinstance(self.body(record), Notice))

    def open_records(self) -> list[StepRecord]:
        """Steps of which something is still to come."""
        return [record for record in self.run.steps.values() if self.is_open(record)]
