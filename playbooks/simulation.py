"""What a run would do, by the same engine, with nothing sent and nothing stored."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from playbooks import events
from playbooks.effects import (
    AskApproval,
    AskStaff,
    CancelTimer,
    CreateTask,
    Finish,
    LookUp,
    Notify,
    Nudge,
    Preview,
    Say,
    SetTimer,
)
from playbooks.engine import advance
from playbooks.state import Run
from playbooks.wording import spoken
from playbooks.workdays import zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playbooks.effects import Effect
    from playbooks.events import Event
    from playbooks.state import Context
    from playbooks.types import Playbook

REPLY_AFTER = timedelta(hours=1)
WORDS = {"held": "held", "skipped": "not sent", "awaiting_approval": "waits for approval", "planned": "waits"}


@dataclass(frozen=True)
class Scripted:
    """What a person would answer: an option's value, or words."""

    value: str | None = None
    text: str | None = None
    after: timedelta = REPLY_AFTER


@dataclass(frozen=True)
class Line:
    """One thing that would happen.

    `kind`: message, nudge, question to staff, preview, approval, notice, task, outcome, or not_sent (a step
    that is held, left out or still waits at the end; `why` says what holds it).
    """

    at: datetime
    kind: str
    step: str
    title: str
    to: str
    text: str
    delivery: str | None = None
    why: str | None = None
    local_time: str | None = None
    options: tuple[str, ...] = ()
    zone: str = "UTC"  # of whoever it is for

    @property
    def there(self) -> datetime:
        """The moment in the zone of whoever it is for."""
        return self.at.astimezone(zone_of(self.zone))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "at": self.at.isoformat(),
            "local_time": self.local_time,
            "kind": self.kind,
            "step": self.step,
            "title": self.title,
            "to": self.to,
            "text": self.text,
            "delivery": self.delivery,
            "options": list(self.options),
            "why": self.why,
        }


@dataclass
class _World:
    """Timers and replies to come, in the order of their time; what was armed first comes first."""

    playbook: Playbook
    context: Context
    run: Run
    answers: Mapping[str, Scripted]
    approves: bool
    now: datetime
    queue: list[tuple[datetime, int, Event]] = field(default_factory=list)
    timers: dict[str, datetime] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    tasks: dict[str, int] = field(default_factory=dict)  # which line says it, by slot
    order: count[int] = field(default_factory=count)

    def later(self, at: datetime, event: Event) -> None:
        heapq.heappush(self.queue, (at, next(self.order), event))

    def happen(self, event: Event, now: datetime) -> None:
        self.run, effects = advance(self.playbook, self.run, self.context, event, now)
        for effect in effects:
            self._note(effect, now)

    def _note(self, effect: Effect, now: datetime) -> None:
        if isinstance(effect, SetTimer):
            self.timers[effect.name] = effect.due_at
            self.later(effect.due_at, events.TimerFired(effect.name))
        elif isinstance(effect, CancelTimer):
            self.timers.pop(effect.name, None)
        elif isinstance(effect, LookUp):
            self.later(now, events.LookedUp(effect.step))
        else:
            self._react(effect, now)
            line = _line(self, effect, now)
            if isinstance(effect, CreateTask) and line and effect.slot in self.tasks:
                place = self.tasks[effect.slot]
                self.lines[place] = replace(self.lines[place], text=line.text)
            elif line:
                if isinstance(effect, CreateTask):
                    self.tasks[effect.slot] = len(self.lines)
                self.lines.append(line)

    def _react(self, effect: Effect, now: datetime) -> None:
        """What the people in the simulation do."""
        if isinstance(effect, AskApproval) and self.approves:
            self.later(now, events.Approved(effect.step, by="simulation"))
        if isinstance(effect, Say | AskStaff):
            answer = self.answers.get(effect.step) or self.answers.get(self.run.steps[effect.step].step)
            if answer:
                staff = isinstance(effect, AskStaff)
                by = _slack_id(self, effect.step, staff=staff)
                reply = events.Replied(
                    effect.step, by, answer.value, answer.text, confirmed=True, staff=staff
                )
                self.later(now + answer.after, reply)

    def due(self, until: datetime) -> Event | None:
        """The next event up to that moment, overtaken timers passed over."""
        while self.queue and self.queue[0][0] <= until:
            at, _, event = heapq.heappop(self.queue)
            self.now = at
            if not isinstance(event, events.TimerFired) or self.timers.get(event.name) == at:
                if isinstance(event, events.TimerFired):
                    del self.timers[event.name]
                return event
        return None


def simulate(
    playbook: Playbook,
    context: Context,
    *,
    start: datetime,
    until: date | None = None,
    answers: Mapping[str, Scripted] | None = None,
    approves: bool = True,
) -> list[Line]:
    """What would be sent, when, to whom, and why not.

    Args:
        playbook: the definition.
        context: the account as it is; it is taken not to change.
        start: when the run would begin.
        until: the last day; a year after the start if None.
        answers: what people answer, by step id; nobody answers what is not in it.
        approves: whether the CSM approves at once what waits for approval.

    Returns:
        lines in the order of their time.
    """
    run = Run(id="simulation", playbook=playbook.playbook, account_id=context.account_id, segment=context.segment,
              started_at=start, started_by="simulation")  # fmt: skip
    world = _World(playbook, _who_can_answer(context), run, answers or {}, approves, start)
    end = datetime.combine(until, time.max, UTC) if until else start + timedelta(days=366)
    world.happen(events.Started(), start)
    while (event := world.due(end)) is not None:
        world.happen(event, world.now)
    return sorted(world.lines + _not_sent(world, end), key=lambda line: line.at)


def _who_can_answer(context: Context) -> Context:
    """Everybody can answer in a simulation, even if their Slack id is not known yet."""
    known = (replace(person, slack_user_id=person.slack_user_id or person.id) for person in context.contacts)
    return replace(context, contacts=tuple(known))


def _slack_id(world: _World, step: str, *, staff: bool) -> str:
    person = world.context.csm if staff else world.context.person(world.run.steps[step].contact_id)
    return (person.slack_user_id if person else None) or "simulation"


def _line(world: _World, effect: Effect, now: datetime) -> Line | None:
    if isinstance(effect, CreateTask | Notify):
        return _staff_line(world, effect, now)
    if isinstance(effect, Finish):
        label = world.playbook.outcomes[effect.outcome].label if effect.outcome else "stopped"
        return Line(now, "outcome", "run", world.playbook.title, "", label)
    kinds = {
        Say: "message",
        Nudge: "nudge",
        Preview: "preview",
        AskApproval: "approval",
        AskStaff: "question",
    }
    kind = kinds.get(type(effect))
    if kind is None or not isinstance(effect, Say | Nudge | Preview | AskApproval | AskStaff):
        return None
    record = world.run.steps[effect.step]
    person = None if isinstance(effect, AskStaff) else world.context.person(effect.contact_id)
    to_staff = isinstance(effect, Preview | AskApproval | AskStaff)
    manager = isinstance(effect, AskApproval) and effect.role == "manager"
    csm = (world.context.manager if manager else None) or world.context.csm
    zone = (csm.zone if csm else "UTC") if to_staff else (person.zone if person else "UTC")
    return Line(
        at=now,
        kind=kind,
        step=effect.step,
        title=world.playbook.steps[record.step].title,
        to=(csm.name if csm else "the CSM") if to_staff else (person.name if person else ""),
        text=effect.text,
        delivery=record.delivery,
        why=_condition(record.delivery) if isinstance(effect, Say) else None,
        local_time=f"{now.astimezone(zone_of(zone)):%a %Y-%m-%d %H:%M %Z}",
        options=tuple(option.label for option in effect.options),
        zone=zone,
    )


def _condition(delivery: str) -> str | None:
    return "only if the CSM approves it" if delivery in {"approve", "draft"} else None


def _staff_line(world: _World, effect: CreateTask | Notify, now: datetime) -> Line:
    staff = world.context.manager if effect.role == "manager" else world.context.csm
    to = staff.name if staff else f"the {effect.role}"
    record = world.run.steps.get(effect.step)
    title = world.playbook.steps[record.step].title if record else world.playbook.title
    zone = staff.zone if staff else "UTC"
    if isinstance(effect, Notify):
        return Line(now, "notice", effect.step, title, to, effect.text, zone=zone)
    due = f"due {spoken(effect.due_at.astimezone(zone_of(zone)).date())}"
    return Line(now, "task", effect.step, title, to, effect.title, why=due, zone=zone)


def _not_sent(world: _World, end: datetime) -> list[Line]:
    """Steps that were not sent, with what holds them."""
    lines = []
    for record in world.run.steps.values():
        if record.sent_at is None and record.state in WORDS:
            at = min(record.due_at or end, end)
            body = world.playbook.steps[record.step]
            why = record.note or WORDS[record.state]
            lines.append(
                Line(
                    at,
                    "not_sent",
                    record.key,
                    body.title,
                    record.audience,
                    record.text or "",
                    record.delivery,
                    why,
                )
            )
    return lines
