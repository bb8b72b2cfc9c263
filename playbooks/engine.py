"""The engine: what happens to a run when something happens. Pure: no clock, no randomness, no I/O.

    run, effects = advance(playbook, run, context, event, now)

An event that does not fit the run's state (a timer that was overtaken, a second click, a message that is
told twice) changes nothing, so that every event may safely come again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from playbooks import (
    actions,
    answering,
    deflecting,
    events,
    planning,
    preparing,
    replanning,
    sending,
    steering,
    watching,
    wording,
    work,
)
from playbooks.bands import standing, troubled
from playbooks.effects import AskStaff, Finish, Notify, Nudge
from playbooks.guards import may_be_asked
from playbooks.holding import holds
from playbooks.state import Found
from playbooks.turn import Turn
from playbooks.types import STAFF, Deeds, Delay, LookItUp, Message, Notice, Question, TaskSpec, Wait, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from playbooks.effects import Effect
    from playbooks.events import Event
    from playbooks.state import Context, Run, StepRecord
    from playbooks.types import Action, Playbook

NEXT_DAY = Delay(1, "bd")
NUDGE_WORDS = "No rush — one tap is enough."
NUDGE_TEXT_WORDS = "No rush — one sentence is enough."
LATER_WORDS = "You asked me to come back to this. One tap is enough."
CONVERSATION = timedelta(hours=1)  # an answer from the knowledge base within it still belongs to the talk


def advance(
    playbook: Playbook, run: Run, context: Context, event: Event, now: datetime
) -> tuple[Run, tuple[Effect, ...]]:
    """The run after the event, and what is to be done about it."""
    turn = Turn(playbook, context, now, run)
    if run.state in {"finished", "stopped"}:
        _after_the_end(turn, event)
        return turn.run, tuple(turn.effects)
    if isinstance(event, events.TimerFired):
        _expire_what_is_due(turn)
    if not isinstance(event, events.Started):
        watching.hand_over(turn)
        replanning.replan(turn)
    noted = turn.run.facts
    HANDLERS[type(event)](turn, event)
    _begin_fresh(turn)
    if (
        turn.playbook.anchors and turn.run.facts != noted
    ):  # an answer may be the day that steps are counted from
        replanning.replan(turn)
    watching.look(turn)
    _begin_fresh(turn)
    _route(turn)
    _end(turn)
    _settle(turn)
    return turn.run, tuple(turn.effects)


def _after_the_end(turn: Turn, event: Event) -> None:
    """Words that come after the end are kept, and what was escalated must be taken; else nothing changes."""
    if isinstance(event, events.TimerFired):
        kind, _, key = event.name.partition(":")
        if kind == work.UNTAKEN:
            work.untaken(turn, key)
    elif isinstance(event, events.Replied):
        answering.replied(turn, event)
    elif isinstance(event, events.WantsPerson):
        deflecting.wants_person(turn, event)
    elif isinstance(event, events.Later | events.NotMe):
        deflecting.closed(turn, event)
    elif isinstance(event, events.Delivered):
        _delivered(turn, event)
    elif isinstance(event, events.TaskDone):
        steering.task_done(turn, event)
    elif isinstance(event, events.StaffUnreached):
        steering.staff_unreached(turn, event)


def _begin_fresh(turn: Turn) -> None:
    while turn.fresh:
        record = turn.record(turn.fresh.pop(0))
        if record and record.state == "planned":
            preparing.arm(turn, record)


def _started(turn: Turn, _event: events.Started) -> None:
    if not turn.run.steps:
        planning.plan(turn)


def _expire_what_is_due(turn: Turn) -> None:
    """Questions whose time is over, before what waits for them; an answer that comes first still counts."""
    if turn.run.state != "active":
        return
    over: dict[str, list[StepRecord]] = {}
    for record in turn.open_records():
        if _is_over(turn, record):
            over.setdefault(record.step, []).append(record)
    for step, records in over.items():
        body = turn.playbook.steps[step]
        if isinstance(body, Question):
            answering.expire(turn, body, records)


def _is_over(turn: Turn, record: StepRecord) -> bool:
    return record.state == "sent" and record.expires_at is not None and record.expires_at <= turn.now


def _timer_fired(turn: Turn, event: events.TimerFired) -> None:
    kind, _, key = event.name.partition(":")
    if kind == work.UNTAKEN:
        work.untaken(turn, key)
    elif kind == planning.REVIEW and turn.run.state == "active":
        work.review(turn)
    record = turn.record(key)
    if record and turn.run.state == "active" and kind in TIMER_HANDLERS:
        TIMER_HANDLERS[kind](turn, record)


def _step_due(turn: Turn, record: StepRecord) -> None:
    if record.state == "held" or (record.state == "planned" and not _late(turn, record)):
        preparing.prepare(turn, record)


def _send_due(turn: Turn, record: StepRecord) -> None:
    if (
        record.state in {"preview", "approved"}
        and record.due_at
        and record.due_at <= turn.now
        and not _late(turn, record)
    ):
        sending.send(turn, record)


def _late(turn: Turn, record: StepRecord) -> bool:
    """Whether a message is so late that it is not simply sent; if so, its policy is carried out."""
    body = turn.body(record)
    if not isinstance(body, Message) or record.due_at is None or body.late.policy == "send":
        return False
    if turn.now - record.due_at <= _span(body.late.after):
        return False
    why = f"it was due on {wording.spoken(turn.calendar(record).date_of(record.due_at))} and the bot was down"
    if body.late.policy == "skip":
        sending.skip(turn, record, f"left out: {why}")
        turn.notify(record, f"“{body.title}” to {turn.context.account} was left out: {why}.")
    elif record.text:
        preparing.ask_again_for_approval(turn, record, why)
    else:
        preparing.prepare(turn, turn.change(record, delivery="approve"))
    return True


def _span(delay: Delay) -> timedelta:
    return timedelta(hours=delay.amount) if delay.unit in {"h", "bh"} else timedelta(days=delay.amount)


def _escalate(turn: Turn, record: StepRecord) -> None:
    if record.state == "awaiting_approval":
        preparing.ask_manager(turn, record)


def _nudge(turn: Turn, record: StepRecord) -> None:
    if record.state == "sent" and record.nudged_at is None:
        body = turn.body(record)
        is_text = isinstance(body, Question) and body.ask.type == "text"
        _remind(turn, record, NUDGE_TEXT_WORDS if is_text else NUDGE_WORDS, "nudge")


def _later(turn: Turn, record: StepRecord) -> None:
    if record.state == "sent":
        _remind(turn, record, LATER_WORDS, "later")


def _remind(turn: Turn, record: StepRecord, words: str, timer: str) -> None:
    """Remind in the thread, unless the person may not be written to or the question is nearly over.

    While nothing at all is sent to the account, the reminder waits.
    """
    person, body = turn.person(record), turn.body(record)
    message = body if isinstance(body, Message) else None
    if person is None or not may_be_asked(turn, person, message) or record.wants_person:
        return
    calendar = turn.calendar(record)
    if record.expires_at and calendar.date_of(record.expires_at) <= calendar.date_of(turn.now):
        return
    if troubled(turn.context):
        turn.wake(timer, record, turn.later(NEXT_DAY, calendar))
        return
    if calendar.is_quiet(turn.now):
        turn.wake(timer, record, calendar.first_moment(turn.now))
        return
    ask_type, options = sending.as_shown(turn, record)
    turn.change(record, nudged_at=turn.now)
    turn.emit(Nudge(record.key, person.id, words, ask_type or "buttons", options, turn.number()))


def _delivered(turn: Turn, event: events.Delivered) -> None:
    record = turn.record(event.step)
    if record and record.message_ts is None:
        turn.change(record, channel_id=event.channel_id, message_ts=event.message_ts)


def _undeliverable(turn: Turn, event: events.Undeliverable) -> None:
    """The message reached nobody: the CSM does it personally. The CSM's own questions stay open as tasks."""
    record = turn.record(event.step)
    if record is None or record.state != "sent" or record.message_ts:
        return
    if record.audience in STAFF:
        spec = TaskSpec(
            title=turn.body(record).title, body=wording.literal(record.text or ""), due=Delay(1, "bd")
        )
        work.make(turn, record, spec, f"{record.step}:{work.UNDELIVERABLE}")
        return
    sending.skip(turn, record, f"could not be delivered: {event.reason}")
    body = wording.literal(f"The message could not be delivered ({event.reason}). Its text: {record.text}")
    title = "Reach {first} at {account} in person: " + turn.body(record).title
    spec = TaskSpec(title=title, body=body, due=Delay(1, "bd"))
    work.make(turn, record, spec, f"{record.step}:{work.UNDELIVERABLE}")
    turn.notify(
        record,
        f"“{turn.body(record).title}” did not reach {turn.context.account}: {event.reason}. I made a task of it.",
    )


def _looked_up(turn: Turn, event: events.LookedUp) -> None:
    record = turn.record(event.step)
    if record is None or not record.looking_up:
        return
    found = Found(text=event.text, citations=event.citations) if event.text else None
    recent = record.answered_at is not None and turn.now - record.answered_at <= CONVERSATION
    turn.in_conversation = recent and turn.context.by_slack(record.answered_by) is not None
    record = turn.change(record, looking_up=False, found=found)
    spec = next((a.look_up for a in _asked_for(turn, record) if isinstance(a, LookItUp)), None)
    if spec:
        actions.looked_up(turn, record, spec, found=found is not None)


def _asked_for(turn: Turn, record: StepRecord) -> Iterator[Action]:
    """The actions of which one asked the knowledge base."""
    body = turn.body(record)
    if isinstance(body, Question):
        for _, branch in body.branches(record.answer or ""):
            yield from branch.do
    elif isinstance(body, Deeds):
        yield from body.do
    elif isinstance(body, Notice | Wait | Work):
        yield from body.then


def _waited(turn: Turn, record: StepRecord) -> None:
    body = turn.body(record)
    if record.state == "waiting" and isinstance(body, Wait):
        came = body.wait.until is not None and holds(body.wait.until, turn.scene)
        preparing.finish_waiting(turn, record, body, came=came)


def _nothing(_turn: Turn, _event: Event) -> None:
    """What is to be noticed is noticed after every event."""


def _route(turn: Turn) -> None:
    """Say in which band the account is, whenever that changes."""
    if not turn.playbook.routing or turn.run.state != "active":
        return
    found = standing(turn.run, turn.context, turn.now)
    before = turn.run.band
    if found.band == before:
        return
    turn.update(band=found.band)
    change = f"is {found.band}" if before is None else f"went from {before} to {found.band}"
    held = " Commercial steps are held." if found.band == "red" else ""
    briefed = before is None and any(isinstance(effect, AskStaff) for effect in turn.effects)
    if held or not briefed:  # else the brief that goes out now says it
        text = f"{turn.context.account} {change}: {found.why}.{held}"
        turn.notify(None, text, urgent=found.band == "red" and not _is_alarmed(turn))
    if found.band == "quiet":
        planning.reach_out(turn, found.why)


def _is_alarmed(turn: Turn) -> bool:
    """Whether the CSM is told something urgent at this moment already: one alarm is enough."""
    return any(isinstance(one, Notify) and one.urgent and one.role == "csm" for one in turn.effects)


def _end(turn: Turn) -> None:
    """An outcome that a step or a rule decided."""
    if turn.ending is None or turn.run.outcome or turn.run.state != "active":
        return
    code, reason = turn.ending
    if code in turn.playbook.outcomes:
        steering.end_as(turn, code, reason)
        _begin_fresh(turn)


def _settle(turn: Turn) -> None:
    """End the run when nothing is left to do and the playbook knows what that means."""
    if turn.run.state != "active" or turn.open_records():
        return
    outcome = turn.run.outcome or next(
        (code for case in turn.playbook.at_end if (code := _ends_as(turn, case))), None
    )
    if outcome is None:
        return
    turn.update(state="finished", outcome=outcome)
    turn.emit(Finish(outcome, turn.run.reason))
    label = turn.playbook.outcomes[outcome].label
    turn.notify(None, f"“{turn.playbook.title}” for {turn.context.account} has ended: {label}.")


def _ends_as(turn: Turn, case: Any) -> str | None:
    if case.condition and holds(case.condition, turn.scene):
        return str(case.outcome)
    return case.otherwise if case.condition is None else None


HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    events.Started: _started,
    events.TimerFired: _timer_fired,
    events.Delivered: _delivered,
    events.Undeliverable: _undeliverable,
    events.Replied: answering.replied,
    events.Rejected: answering.rejected,
    events.NotMe: deflecting.not_me,
    events.Later: deflecting.later,
    events.WantsPerson: deflecting.wants_person,
    events.Approved: steering.approved,
    events.SentNow: steering.sent_now,
    events.Skipped: steering.skipped,
    events.Snoozed: steering.snoozed,
    events.PlanAccepted: steering.plan_accepted,
    events.TaskDone: steering.task_done,
    events.StaffUnreached: steering.staff_unreached,
    events.LookedUp: _looked_up,
    events.Happened: watching.happened,
    events.Looked: _nothing,
    events.Migrated: replanning.migrated,
    events.Paused: steering.paused,
    events.Resumed: steering.resumed,
    events.Stopped: steering.stopped,
    events.OutcomeRecorded: steering.outcome_recorded,
}
TIMER_HANDLERS: dict[str, Callable[[Turn, StepRecord], None]] = {
    "step": _step_due,
    "send": _send_due,
    "escalate": _escalate,
    "nudge": _nudge,
    "later": _later,
    "wait": _waited,
}
