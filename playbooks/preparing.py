"""From a step that is due to a message that may go out: find its person, word it, show it to the CSM."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import actions, sending, wording, work
from playbooks.bands import standing
from playbooks.effects import AskApproval, AskStaff, Preview
from playbooks.guards import asked_too_often, is_covered, recipient, stands_in
from playbooks.holding import holds
from playbooks.types import (
    MAX_MESSAGE,
    STAFF,
    Decision,
    Deeds,
    Delay,
    Message,
    Question,
    TaskSpec,
    Wait,
    Work,
)

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.effects import Role
    from playbooks.state import Person, StepRecord
    from playbooks.turn import Turn
    from playbooks.types import Delivery

PREVIEW_LEAD, APPROVAL_LEAD = 1, 2  # business days before a message is due
APPROVAL_PATIENCE = 2  # business days until the manager hears of it
LEADS: dict[Delivery, int] = {
    "auto": 0,
    "preview": PREVIEW_LEAD,
    "approve": APPROVAL_LEAD,
    "draft": APPROVAL_LEAD,
}


def prepare_at(turn: Turn, record: StepRecord) -> datetime:
    """When work on a planned step begins: earlier than it is due if the CSM is to see it first.

    A decision is taken as early as the message that it may lead to has to be shown.
    """
    assert record.due_at is not None
    unseen = record.audience in STAFF and not isinstance(turn.body(record), Decision)
    lead = 0 if record.in_conversation or unseen else LEADS[record.delivery]
    calendar = turn.context.staff_calendar
    return (
        record.due_at
        if not lead
        else min(record.due_at, calendar.at(calendar.add(calendar.date_of(record.due_at), -lead)))
    )


def arm(turn: Turn, record: StepRecord) -> None:
    """Work on a planned step now if it is time, else wake up for it."""
    at = prepare_at(turn, record)
    if at <= turn.now:
        prepare(turn, record)
    else:
        turn.wake("step", record, at)


def prepare(turn: Turn, record: StepRecord) -> None:
    """Begin with a planned step. Nothing happens while the run is paused."""
    if turn.run.state != "active" or not sending.fits(turn, record):
        return
    body = turn.body(record)
    if isinstance(body, Decision):
        turn.change(record, state="done")
        actions.decide(turn, record, body)
    elif isinstance(body, Deeds):
        actions.perform(turn, turn.change(record, state="done"), body.do)
    elif isinstance(body, Wait):
        _wait(turn, record, body)
    elif isinstance(body, Work):
        turn.change(record, state="waiting", note="waits until the task is done")
        work.make(turn, record, body.task, record.step)
    elif not (record.audience not in STAFF and sending.hold(turn, record, body)):
        _prepare_message(turn, record, body)


def _wait(turn: Turn, record: StepRecord, body: Wait) -> None:
    """Begin to wait; `finish_waiting` ends it."""
    what = " or ".join(body.wait.event) or (
        "until what the step waits for is so" if body.wait.until else "for its time"
    )
    record = turn.change(record, state="waiting", note=f"waits {what}")
    limit = body.wait.time or body.wait.at_most
    if limit:
        at = turn.later(limit, turn.calendar(record))
        turn.wake("wait", turn.change(record, expires_at=at), at)
    elif not body.wait.event and body.wait.until is None:
        finish_waiting(turn, record, body, came=True)


def finish_waiting(turn: Turn, record: StepRecord, body: Wait, *, came: bool) -> None:
    """What was waited for has come, or has not come in time."""
    turn.silence(record, "wait")
    if came or body.wait.time:
        actions.perform(turn, turn.change(record, state="done", note=None), body.then)
    else:
        late = turn.change(record, state="expired", note="did not come in time")
        actions.perform(turn, late, body.on_timeout.do)


def look_whether_it_came(turn: Turn) -> None:
    """End what waits for something that is so now."""
    if turn.run.state != "active":
        return
    for record in turn.open_records():
        body = turn.body(record)
        waits = record.state == "waiting" and isinstance(body, Wait) and body.wait.until is not None
        if waits and isinstance(body, Wait) and holds(body.wait.until, turn.scene):
            finish_waiting(turn, record, body, came=True)


def _prepare_message(turn: Turn, record: StepRecord, body: Message) -> None:
    if record.state == "held":
        work.close(turn, f"{record.step}:{work.HOLD}")
        work.close(turn, work.HOLD_ALL)
    record = turn.change(record, state="planned", note=None)
    if record.audience in STAFF:
        _tell_staff(turn, record, body)
        return
    person = recipient(turn, record, body)
    if person is None:
        _without_recipient(turn, record, body)
        return
    if isinstance(body, Question) and (why := asked_too_often(turn, person, body)):
        sending.skip(turn, record, f"{person.name} {why}")
        return
    if person.id != record.contact_id and not record.in_conversation:
        record = _say_who_stands_in(turn, record, person)
    record = turn.change(record, contact_id=person.id)
    known = turn.values(record)
    if body.requires_fact and not wording.quotable(turn.context, body.requires_fact, turn.today):
        why = f"no fact to begin with: {', '.join(body.requires_fact)}"
        _by_hand(turn, record, why, "Personal check-in with {first} at {account}: ", work.PERSONAL)
        return
    text = wording.first_known(body.message.of(turn.run.segment), known)
    if text is None:
        missing = (
            ", ".join(wording.missing_from(body.message.of(turn.run.segment), known)) or "a shorter text"
        )
        why = f"personal check-in: not known: {missing}"
        _by_hand(turn, record, why, "Personal check-in with {first} at {account}: ", work.PERSONAL)
        return
    _offer(turn, turn.change(record, text=text), body, person)


def _without_recipient(turn: Turn, record: StepRecord, body: Message) -> None:
    """Nobody may be sent this: somebody else is asked the same, or the CSM does it personally."""
    partner = turn.person(record)
    if record.follows and partner:
        why = f"{partner.name} may not be written to any more"
        _by_hand(turn, record, why, "Go on with {first} at {account} in person: ", work.PERSONAL)
    elif is_covered(turn, record, body):
        sending.skip(
            turn, record, f"no {wording.role(record.audience)} to ask; somebody else is asked the same"
        )
    else:
        why = "nobody fitting at the account may be written to"
        _by_hand(turn, record, why, "Find somebody at {account} to ask: ", work.NOBODY)


def _say_who_stands_in(turn: Turn, record: StepRecord, person: Person) -> StepRecord:
    """A message for somebody else than planned never goes there silently: its card says so, else a notice."""
    why = stands_in(turn, record, person)
    if why and record.delivery == "auto":
        title, account = turn.body(record).title, turn.context.account
        who = f"{person.name} ({wording.role(person.persona)})"
        turn.notify(record, f"“{title}” to {account} goes to {who}, {why}.")
    return turn.change(record, note=why)


def _tell_staff(turn: Turn, record: StepRecord, body: Message) -> None:
    text = turn.best_filled(body.message.of(turn.run.segment), turn.values(record))
    record = turn.change(record, state="sent", text=text, sent_at=turn.now)
    reader: Role = "manager" if record.audience == "manager" else "csm"
    if isinstance(body, Question):
        ask_type, options = sending.as_shown(turn, record)
        turn.emit(AskStaff(record.key, text, ask_type or "buttons", options, reader))
        expires = turn.later(body.timeout.expire or sending.EXPIRE_AFTER, turn.context.staff_calendar)
        turn.wake("expire", turn.change(record, expires_at=expires), expires)
    else:
        turn.notify(record, text, role=reader)
        actions.after_notice(turn, record)


def _by_hand(turn: Turn, record: StepRecord, why: str, title: str, slot: str) -> None:
    """The bot cannot send this one: the CSM does it personally."""
    body = wording.literal(f"The bot did not send this step ({why}).")
    spec = TaskSpec(title=title + turn.body(record).title, body=body, due=Delay(1, "bd"))
    work.make(turn, record, spec, f"{record.step}:{slot}")
    sending.skip(turn, record, why)


def _offer(turn: Turn, record: StepRecord, body: Message, person: Person) -> None:
    """Send, preview or ask for approval, as the delivery mode says; while an account is red nothing goes unseen."""
    mode = record.delivery
    if mode == "auto" and not record.in_conversation and (why := _is_red(turn)):
        mode, notes = "preview", (record.note, f"the account is red: {why}")
        record = turn.change(record, note="; ".join(filter(None, notes)))
    if mode == "auto" or (mode == "preview" and record.in_conversation and turn.in_conversation):
        sending.send(turn, record)
    elif mode == "preview":
        earliest = turn.context.calendar(person.zone).first_moment(turn.now + timedelta(days=1))
        record = turn.change(record, state="preview", due_at=max(record.due_at or earliest, earliest))
        assert record.due_at is not None
        _show_preview(turn, record, person, record.note)
        turn.wake("send", record, record.due_at)
    else:
        record = turn.change(record, state="awaiting_approval")
        reasons = ("a draft for you to word" if mode == "draft" else None, record.note)
        _ask_approval(turn, record, person, "; ".join(filter(None, reasons)) or None)
        if mode == "draft":
            title = "Write to {first} at {account}: " + body.title
            spec = TaskSpec(title=title, body=wording.literal(record.text or ""), due=Delay(2, "bd"))
            work.make(turn, record, spec, f"{record.key}:{work.DRAFT}")


def _show_preview(turn: Turn, record: StepRecord, person: Person, why: str | None) -> None:
    ask_type, options = sending.as_shown(turn, record)
    due = record.due_at or turn.now
    turn.emit(Preview(record.key, person.id, record.text or "", due, ask_type, options, why, turn.number()))


def _is_red(turn: Turn) -> str | None:
    """Why the account is red, in a playbook that looks at that."""
    found = standing(turn.run, turn.context, turn.now)
    return found.why if turn.playbook.routing and found.band == "red" else None


def approve(turn: Turn, record: StepRecord, by: str, text: str | None) -> None:
    """A CSM agrees. What is due goes out; a previewed message keeps its time."""
    most = max(MAX_MESSAGE, len(record.text or ""))  # what staff wrote for its reader may be longer
    if text is not None and not 0 < len(text.strip()) <= most:
        turn.notify(
            record,
            f"That text has {len(text.strip())} characters; a message has 1 to {most}. Nothing was changed.",
        )
        return
    changes = {}
    if text is not None and text.strip() != record.text:
        changes = {"text": text.strip(), "original_text": record.original_text or record.text}
    turn.silence(record, "escalate")
    record = turn.change(
        record, state="approved", approved_by=by, note=f"approved by {turn.who(by)}", **changes
    )
    if record.due_at and record.due_at > turn.now:
        turn.wake("send", record, record.due_at)
    else:
        sending.send(turn, record)


def show_again(turn: Turn, record: StepRecord, why: str) -> None:
    """Show a message that waits for a CSM once more, since it is another's now."""
    person = turn.person(record)
    if person and record.state == "awaiting_approval":
        _ask_approval(turn, record, person, why)
    elif person and record.state == "preview":
        _show_preview(turn, record, person, why)


def ask_again_for_approval(turn: Turn, record: StepRecord, why: str) -> None:
    """A message waits for the CSM's word although it would have gone out by itself."""
    record = turn.change(record, state="awaiting_approval", note=why)
    person = turn.person(record)
    if person:
        _ask_approval(turn, record, person, why)


def ask_manager(turn: Turn, record: StepRecord) -> None:
    """An approval that the CSM does not give: the manager gets the card too, and may decide."""
    person = turn.person(record)
    csm = turn.context.csm.name if turn.context.csm else "nobody"
    why = f"has waited {APPROVAL_PATIENCE} business days for approval by {csm}"
    if person and turn.context.manager:
        _show_for_approval(turn, record, person, why, "manager")
    else:
        title, account = turn.body(record).title, turn.context.account
        turn.notify(record, f"“{title}” to {account} {why}. It is not sent without it.")


def _ask_approval(turn: Turn, record: StepRecord, person: Person, why: str | None) -> None:
    _show_for_approval(turn, record, person, why, "csm")
    turn.wake("escalate", record, turn.context.staff_calendar.after(turn.now, APPROVAL_PATIENCE))


def _show_for_approval(turn: Turn, record: StepRecord, person: Person, why: str | None, role: Role) -> None:
    ask_type, options = sending.as_shown(turn, record)
    body, known = turn.body(record), turn.values(record)
    branches = body.on_answer.items() if isinstance(body, Question) else ()
    labels = {option.value: option.label for option in options}
    rest = "Any other answer" if labels else "Any answer"
    replies = tuple(
        (labels.get(value, rest), turn.filled(branch.reply, known))
        for value, branch in branches
        if branch.reply
    )
    due = max(record.due_at or turn.now, turn.now)
    n = turn.number()
    turn.emit(
        AskApproval(record.key, person.id, record.text or "", due, ask_type, options, why, replies, n, role)
    )
