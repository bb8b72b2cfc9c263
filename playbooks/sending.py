"""A message that is worded goes out, waits for the first moment at which it may, is held, or is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks import actions, wording, work
from playbooks.bands import is_held, standing, troubled
from playbooks.effects import Say
from playbooks.guards import may_be_asked, permitted
from playbooks.holding import holds
from playbooks.types import Delay, Message, Question, TaskSpec

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.state import Person, StepRecord
    from playbooks.turn import Turn
    from playbooks.types import AskType, Option

NUDGE_AFTER, EXPIRE_AFTER = Delay(2, "bd"), Delay(5, "bd")
FOR_OURSELVES = frozenset({"upsell", "advocacy"})
NOT_IN_A_SAVE = frozenset({"upsell", "advocacy", "survey"})  # kinds that wait while an account is being saved


def send(turn: Turn, record: StepRecord) -> None:
    """Send a worded message to its person, or move it to the first moment at which that is allowed."""
    body = turn.body(record)
    if turn.run.state != "active" or not isinstance(body, Message) or hold(turn, record, body):
        return
    person = turn.person(record)
    if person is None or not may_be_asked(turn, person, body):
        turn.fresh.append(turn.change(record, state="planned", original_text=None).key)
        return
    moment, why = permitted(turn, record, person)
    if moment > turn.now:
        _move(turn, record, moment, why)
    else:
        _say(turn, record, body, person)


def skip(turn: Turn, record: StepRecord, why: str) -> None:
    """Leave a step out, and with it the task to word it or to release it."""
    turn.silence(record)
    for slot in (f"{record.key}:{work.DRAFT}", f"{record.step}:{work.HOLD}"):
        work.close(turn, slot, done=False)
    turn.change(record, state="skipped", note=why, pending=None)


def as_shown(turn: Turn, record: StepRecord) -> tuple[AskType | None, tuple[Option, ...]]:
    """The question type and options of a step, labels filled in."""
    body = turn.body(record)
    if not isinstance(body, Question):
        return None, ()
    return body.ask.type, wording.labelled(turn.playbook.options(body.ask), turn.values(record))


def fits(turn: Turn, record: StepRecord) -> bool:
    """Whether a step is for this account as things are; one that is not is left out, and says so."""
    if holds(turn.body(record).only_if, turn.scene):
        return True
    skip(turn, record, "left out: not for this account as things are")
    return False


def hold(turn: Turn, record: StepRecord, body: Message) -> bool:
    """Hold a message that would be out of place now; look again every working day."""
    found = _out_of_place(turn, record, body)
    if found is None:
        return False
    state, why, remedy = found
    if record.state != "held":
        turn.silence(record)
        spec = TaskSpec(
            title="Hold: {account} " + state + " before “" + body.title + "”",
            body=wording.literal(f"{wording.capital(why)}. The message waits until {remedy}."),
            due=Delay(2, "bd"),
            priority="high" if body.commercial else "normal",
        )
        slot = f"{record.step}:{work.HOLD}" if body.commercial else work.HOLD_ALL
        known = turn.run.tasks.get(slot)
        work.make(turn, record, spec, slot)
        if known is None or known.state != "open":  # several messages held for one reason are told once
            turn.notify(
                record, f"“{body.title}” to {turn.context.account} is held: {why}.", urgent=body.commercial
            )
    record = turn.change(
        record, state="held", note=f"held: {why}", text=None, original_text=None, approved_by=None
    )
    again = turn.context.staff_calendar.after(turn.now, 1)
    if _too_late(turn, record, again):
        skip(turn, record, f"held until the renewal date: {why}")
        turn.notify(
            record,
            f"“{body.title}” was never sent to {turn.context.account}: it was held until the renewal date.",
        )
    else:
        turn.wake("step", record, again)
    return True


def _out_of_place(turn: Turn, record: StepRecord, body: Message) -> tuple[str, str, str] | None:
    """How the account is, why a message is held, and until when; None if it is not."""
    trouble = None if record.in_conversation else troubled(turn.context)
    if trouble:
        return "is not to be disturbed", trouble, "that is over"
    why = is_held(turn.run, turn.context, turn.now) if body.commercial else None
    if why:
        return "is red", why, "a save plan is accepted or the account is not red any more"
    if turn.playbook.kind in FOR_OURSELVES and (bad_moment := _no_time_for_favours(turn)):
        return "has other worries", bad_moment, "that is over"
    asks_more = turn.playbook.kind in NOT_IN_A_SAVE or (isinstance(body, Question) and body.survey)
    if asks_more and turn.playbook.kind != "save" and "save" in turn.context.running:
        return "is being saved", "a save playbook runs", "that has ended"
    return None


def _no_time_for_favours(turn: Turn) -> str | None:
    """Why a playbook that asks for something for ourselves keeps still now."""
    if turn.context.open_escalations:
        return "an urgent task is open"
    band = standing(turn.run, turn.context, turn.now).band
    if "renewal" in turn.context.running and band != "green":
        return f"a renewal runs, and the account is {band}"
    return None


def _move(turn: Turn, record: StepRecord, moment: datetime, why: str) -> None:
    """Wait for a guard. A text that nobody has seen is worded anew when the time comes."""
    if _too_late(turn, record, moment):
        skip(turn, record, f"no room before the renewal date: {why}")
        turn.notify(record, f"“{turn.body(record).title}” to {turn.context.account} was left out: {why}.")
        return
    record = turn.change(record, due_at=moment, note=f"waits: {why}")
    turn.wake("step" if record.state == "planned" else "send", record, moment)


def _too_late(turn: Turn, record: StepRecord, moment: datetime) -> bool:
    """Whether a step that is counted from the renewal date would come after it."""
    when, renewal = turn.body(record).when, turn.run.anchors.get("R")
    anchored = when is not None and when.of(turn.run.segment).anchor == "R"
    return anchored and renewal is not None and turn.context.calendar().date_of(moment) > renewal


def _say(turn: Turn, record: StepRecord, body: Message, person: Person) -> None:
    ask_type, options = as_shown(turn, record)
    turn.silence(record, "step", "send", "escalate")
    work.close(turn, f"{record.key}:{work.DRAFT}")
    record = turn.change(record, state="sent", sent_at=turn.now, due_at=record.due_at or turn.now, note=None)
    in_channel = body.channel == "account" and record.follows is None
    text = record.text or ""
    turn.emit(Say(record.key, person.id, text, ask_type, options, record.follows, record.found, in_channel))
    if isinstance(body, Question):
        calendar = turn.context.calendar(person.zone)
        expires = turn.later(body.timeout.expire or EXPIRE_AFTER, calendar)
        record = turn.change(record, expires_at=expires)
        turn.wake("nudge", record, turn.later(body.timeout.nudge or NUDGE_AFTER, calendar))
        turn.wake("expire", record, expires)
    else:
        actions.after_notice(turn, record)
