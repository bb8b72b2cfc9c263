"""What staff decide about a run: approve, send now, leave out, move, pause, resume, stop, say how it ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import actions, planning, preparing, sending, watching, wording, work
from playbooks.bands import PLAN_FACT
from playbooks.effects import Finish, SetFact, Withdraw
from playbooks.state import OPEN
from playbooks.types import Delay, TaskSpec, Work

if TYPE_CHECKING:
    from playbooks import events
    from playbooks.state import StepRecord
    from playbooks.turn import Turn

OFFERED = frozenset({"preview", "awaiting_approval", "approved"})


def approved(turn: Turn, event: events.Approved) -> None:
    """A CSM agrees to a message, perhaps in other words."""
    record = turn.record(event.step)
    if record and record.state in {"preview", "awaiting_approval"}:
        preparing.approve(turn, record, event.by, event.text)
    elif record and record.approved_by != event.by:
        _has_happened(turn, record)


def sent_now(turn: Turn, event: events.SentNow) -> None:
    """A CSM wants a message to go out at once; the guards may still make it wait."""
    record = turn.record(event.step)
    if record is None or record.state not in OFFERED:
        if record and record.approved_by != event.by:
            _has_happened(turn, record)
        return
    turn.silence(record, "escalate", "send")
    record = turn.change(
        record, state="approved", approved_by=event.by, due_at=turn.now, note=f"sent by {turn.who(event.by)}"
    )
    sending.send(turn, record)


def skipped(turn: Turn, event: events.Skipped) -> None:
    """A CSM leaves a step out."""
    record = turn.record(event.step)
    if record and record.state in OPEN and record.state != "sent":
        why = f"left out by {turn.who(event.by)}" + (f": {event.reason}" if event.reason else "")
        turn.emit(Withdraw(record.key))
        sending.skip(turn, record, why)
    elif record and record.sent_at:
        _has_happened(turn, record)


def snoozed(turn: Turn, event: events.Snoozed) -> None:
    """A CSM moves a step to another day."""
    record = turn.record(event.step)
    if record is None or record.state not in OPEN or record.state in {"sent", "held"}:
        if record and record.sent_at:
            _has_happened(turn, record)
        return
    calendar = turn.calendar(record)
    day = calendar.on_or_after(max(event.until, calendar.date_of(turn.now) + timedelta(days=1)))
    turn.silence(record)
    note = f"moved by {turn.who(event.by)} to {wording.spoken(day)}"
    preparing.arm(
        turn, turn.change(record, state="planned", due_at=calendar.at(day), note=note, in_conversation=False)
    )


def plan_accepted(turn: Turn, event: events.PlanAccepted) -> None:
    """Commercial steps may go on: those that were held are begun again."""
    turn.know(**{PLAN_FACT: "accepted"})
    turn.notify(
        None, f"{turn.who(event.by)} accepted a save plan for {turn.context.account}; held steps go on."
    )
    for record in turn.open_records():
        if record.state == "held":
            work.close(turn, f"{record.step}:{work.HOLD}")
            preparing.arm(turn, turn.change(record, state="planned", note=None))


def task_done(turn: Turn, event: events.TaskDone) -> None:
    """A task of this run was done; what waits for it goes on."""
    note = turn.run.tasks.get(event.slot)
    if note is None or note.state != "open":
        return
    work.mark(turn, event.slot, note, "done", turn.who(event.by))
    for key in note.steps:
        record = turn.record(key)
        if record:
            _go_on(turn, record, event.slot)


def _go_on(turn: Turn, record: StepRecord, slot: str) -> None:
    """What a task that was done means for its step: it was work, or it stood in for a message of the bot."""
    body, by = turn.body(record), turn.run.tasks[slot].by
    kind = slot.removeprefix(f"{record.step}:").removeprefix(f"{record.key}:").split(":")[0]
    if record.state == "waiting":
        record = turn.change(record, state="done", note=f"done by {by}")
        if isinstance(body, Work) and turn.run.state not in {"finished", "stopped"}:
            actions.perform(turn, record, body.then)
    elif record.state == "skipped" and kind in work.IN_PERSON:
        turn.change(record, state="done", note=f"done in person by {by}")
    elif record.state in OFFERED and kind == work.DRAFT:
        turn.emit(Withdraw(record.key))
        sending.skip(turn, record, "")
        turn.change(record, state="done", note=f"{by} wrote in person")


def staff_unreached(turn: Turn, event: events.StaffUnreached) -> None:
    """Words to staff missed their reader: the run says so. A message that nobody could look at waits."""
    record = turn.record(event.step)
    title = turn.body(record).title if record else turn.playbook.title
    got = f"{event.told} has it instead" if event.told else "nobody else could be told"
    day = wording.spoken(turn.context.staff_calendar.date_of(turn.now))
    sentence = f"“{title}”, {day}: {event.missed} cannot be reached in Slack; {got}"
    turn.update(unreached={**turn.run.unreached, event.step: sentence})
    if record and record.state == "preview" and event.what == "playbook_preview" and not event.told:
        turn.silence(record)
        turn.change(record, state="awaiting_approval", note="nobody of the staff could be shown it")


def paused(turn: Turn, event: events.Paused) -> None:
    """Nothing more is sent."""
    if turn.run.state == "active":
        turn.update(state="paused")
        for record in turn.open_records():
            turn.silence(record)
        turn.notify(None, f"{turn.who(event.by)} paused “{turn.playbook.title}” for {turn.context.account}.")


def resumed(turn: Turn, event: events.Resumed) -> None:
    """Go on; what fell due meanwhile comes at the first moment that the guards allow."""
    if turn.run.state != "paused":
        return
    turn.update(state="active")
    turn.notify(None, f"{turn.who(event.by)} resumed “{turn.playbook.title}” for {turn.context.account}.")
    for record in turn.open_records():
        _rearm(turn, record)
    watching.catch_up(turn)


def stopped(turn: Turn, event: events.Stopped) -> None:
    """The run ends without an outcome."""
    _close(turn, f"the run was stopped by {turn.who(event.by)}")
    for slot in [slot for slot in turn.run.tasks if work.is_escalation(slot)]:
        work.close(turn, slot, done=False)
    turn.know(**turn.playbook.at_stop)
    for kind, value in turn.playbook.at_stop.items():
        turn.emit(SetFact(kind, value))
    turn.update(state="stopped", reason=event.reason or None)
    turn.emit(Finish(None, event.reason or None))
    turn.notify(
        None,
        f"{turn.who(event.by)} stopped “{turn.playbook.title}” for {turn.context.account}. Nothing more is sent.",
    )


def outcome_recorded(turn: Turn, event: events.OutcomeRecorded) -> None:
    """How it ended. What was planned is dropped; a last step may follow."""
    outcome = turn.playbook.outcomes.get(event.code)
    if outcome is None or turn.run.outcome or (outcome.needs_reason and not event.reason):
        return
    if event.renewed_to:
        turn.know(renewed_to=wording.spoken(event.renewed_to))
    end_as(turn, event.code, event.reason)


def end_as(turn: Turn, code: str, reason: str | None) -> None:
    """The run ends so: what was planned is dropped; a last step may follow."""
    outcome = turn.playbook.outcomes[code]
    _close(turn, f"the outcome is recorded: {outcome.label}")
    turn.update(state="active", outcome=code, reason=reason)
    if outcome.needs_reason and not reason:
        spec = TaskSpec(title="Note why: {account}, " + outcome.label.lower(), due=Delay(2, "bd"))
        work.make(turn, None, spec, "run:reason")
    if outcome.then:
        planning.plan_now(turn, outcome.then)


def _has_happened(turn: Turn, record: StepRecord) -> None:
    """A CSM decides about a message that is past deciding: nothing changes, and they are told."""
    what = "has gone out already" if record.sent_at else f"is {record.state.replace('_', ' ')}"
    turn.notify(record, f"“{turn.body(record).title}” {what}; nothing was changed.")


def _rearm(turn: Turn, record: StepRecord) -> None:
    calendar = turn.calendar(record)
    if record.state in {"planned", "held"}:
        due = max(record.due_at or turn.now, calendar.first_moment(turn.now))
        preparing.arm(turn, turn.change(record, due_at=due, state="planned"))
    elif record.state in {"preview", "approved"}:
        due = max(record.due_at or turn.now, calendar.first_moment(turn.now))
        turn.wake("send", turn.change(record, due_at=due), due)
    elif record.state == "awaiting_approval":
        turn.wake(
            "escalate", record, turn.context.staff_calendar.after(turn.now, preparing.APPROVAL_PATIENCE)
        )
    elif record.state == "waiting" and record.expires_at:
        turn.wake("wait", record, record.expires_at)
    elif record.state == "sent":
        expires = max(record.expires_at or turn.now, turn.later(sending.NUDGE_AFTER, calendar))
        turn.wake("expire", turn.change(record, expires_at=expires), expires)


def _close(turn: Turn, why: str) -> None:
    """Drop whatever is still to come."""
    for record in tuple(turn.run.steps.values()):
        if record.state == "waiting":
            work.close(turn, record.step, done=False)
            turn.change(record, state="skipped", note=why)
        elif turn.is_open(record):
            turn.emit(Withdraw(record.key))
            sending.skip(turn, record, why)
            turn.change(turn.run.steps[record.key], looking_up=False)
