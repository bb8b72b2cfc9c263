"""From a step that is due to a message that is sent: hold, find the person, word it, ask the CSM, send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import actions, wording, work
from playbooks.bands import is_held, standing
from playbooks.effects import AskApproval, AskStaff, Preview, Say
from playbooks.guards import is_covered, may_be_asked, permitted, recipient, stands_in
from playbooks.types import MAX_MESSAGE, Decision, Delay, Message, Question, TaskSpec, Work

if TYPE_CHECKING:
    from datetime import datetime

    from playbooks.effects import Role
    from playbooks.state import Person, StepRecord
    from playbooks.turn import Turn
    from playbooks.types import AskType, Delivery, Option

PREVIEW_LEAD, APPROVAL_LEAD = 1, 2  # business days before a message is due
APPROVAL_PATIENCE = 2  # business days until the manager hears of it
NUDGE_AFTER, EXPIRE_AFTER = 2, 5  # business days
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
    unseen = record.audience == "csm" and not isinstance(turn.body(record), Decision)
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
    if turn.run.state != "active":
        return
    body = turn.body(record)
    if isinstance(body, Decision):
        turn.change(record, state="done")
        actions.decide(turn, record, body)
    elif isinstance(body, Work):
        turn.change(record, state="waiting", note="waits until the task is done")
        work.make(turn, record, body.task, record.step)
    elif not _hold(turn, record, body):
        _prepare_message(turn, record, body)


def send(turn: Turn, record: StepRecord) -> None:
    """Send a worded message to its person, or move it to the first moment at which that is allowed."""
    body = turn.body(record)
    if turn.run.state != "active" or not isinstance(body, Message) or _hold(turn, record, body):
        return
    person = turn.person(record)
    if person is None or not may_be_asked(turn, person):
        prepare(turn, turn.change(record, state="planned", original_text=None))
        return
    moment, why = permitted(turn, record, person)
    if moment > turn.now:
        _move(turn, record, moment, why)
    else:
        _say(turn, record, body, person)


def approve(turn: Turn, record: StepRecord, by: str, text: str | None) -> None:
    """A CSM agrees. What is due goes out; a previewed message keeps its time."""
    if text is not None and not 0 < len(text.strip()) <= MAX_MESSAGE:
        turn.notify(
            record,
            f"That text has {len(text.strip())} characters; a message has 1 to {MAX_MESSAGE}. Nothing was changed.",
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
        send(turn, record)


def ask_again_for_approval(turn: Turn, record: StepRecord, why: str) -> None:
    """A message waits for the CSM's word although it would have gone out by itself."""
    record = turn.change(record, state="awaiting_approval", note=why)
    person = turn.person(record)
    if person:
        _ask_approval(turn, record, person, why)


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


def _hold(turn: Turn, record: StepRecord, body: Message) -> bool:
    """Hold a commercial step while the account is red; look again every working day."""
    why = is_held(turn.run, turn.context, turn.now) if body.commercial else None
    if why is None:
        return False
    if record.state != "held":
        turn.silence(record)
        spec = TaskSpec(
            title="Hold: {account} is red before “" + body.title + "”",
            body="{band_why}. The question about the commercial side waits until a save plan is accepted or the account is not red any more.",
            due=Delay(2, "bd"),
            priority="high",
        )
        work.make(turn, record, spec, f"{record.step}:{work.HOLD}")
        turn.notify(record, f"“{body.title}” to {turn.context.account} is held: {why}.", urgent=True)
    record = turn.change(
        record, state="held", note=f"held: {why}", text=None, original_text=None, approved_by=None
    )
    again = turn.context.staff_calendar.after(turn.now, 1)
    if _too_late(turn, record, again):
        skip(turn, record, "the account was red until the renewal date")
        turn.notify(
            record,
            f"“{body.title}” was never sent to {turn.context.account}: it was red until the renewal date.",
        )
    else:
        turn.wake("step", record, again)
    return True


def _prepare_message(turn: Turn, record: StepRecord, body: Message) -> None:
    if record.state == "held":
        work.close(turn, f"{record.step}:{work.HOLD}")
    record = turn.change(record, state="planned", note=None)
    if record.audience == "csm":
        _tell_staff(turn, record, body)
        return
    person = recipient(turn, record, body)
    if person is None:
        _without_recipient(turn, record, body)
        return
    if person.id != record.contact_id and not record.in_conversation:
        record = _say_who_stands_in(turn, record, person)
    record = turn.change(record, contact_id=person.id)
    known = turn.values(record)
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
        skip(turn, record, f"no {wording.role(record.audience)} to ask; somebody else is asked the same")
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
    text = next((turn.filled(t, turn.values(record)) for t in body.message.of(turn.run.segment)), "")
    record = turn.change(record, state="sent", text=text, sent_at=turn.now)
    if isinstance(body, Question):
        ask_type, options = as_shown(turn, record)
        turn.emit(AskStaff(record.key, text, ask_type or "buttons", options))
        record = turn.change(record, expires_at=turn.context.staff_calendar.after(turn.now, EXPIRE_AFTER))
        assert record.expires_at is not None
        turn.wake("expire", record, record.expires_at)
    else:
        turn.notify(record, text)
        actions.after_notice(turn, record)


def _by_hand(turn: Turn, record: StepRecord, why: str, title: str, slot: str) -> None:
    """The bot cannot send this one: the CSM does it personally."""
    body = wording.literal(f"The bot did not send this step ({why}).")
    spec = TaskSpec(title=title + turn.body(record).title, body=body, due=Delay(1, "bd"))
    work.make(turn, record, spec, f"{record.step}:{slot}")
    skip(turn, record, why)


def _offer(turn: Turn, record: StepRecord, body: Message, person: Person) -> None:
    """Send, preview or ask for approval, as the delivery mode says; while an account is red nothing goes unseen."""
    mode = record.delivery
    if mode == "auto" and not record.in_conversation and (why := _is_red(turn)):
        mode, notes = "preview", (record.note, f"the account is red: {why}")
        record = turn.change(record, note="; ".join(filter(None, notes)))
    if mode == "auto" or (mode == "preview" and record.in_conversation and turn.in_conversation):
        send(turn, record)
    elif mode == "preview":
        earliest = turn.context.calendar(person.zone).first_moment(turn.now + timedelta(days=1))
        record = turn.change(record, state="preview", due_at=max(record.due_at or earliest, earliest))
        assert record.due_at is not None
        ask_type, options = as_shown(turn, record)
        turn.emit(
            Preview(
                record.key,
                person.id,
                record.text or "",
                record.due_at,
                ask_type,
                options,
                record.note,
                turn.number(),
            )
        )
        turn.wake("send", record, record.due_at)
    else:
        record = turn.change(record, state="awaiting_approval")
        reasons = ("a draft for you to word" if mode == "draft" else None, record.note)
        _ask_approval(turn, record, person, "; ".join(filter(None, reasons)) or None)
        if mode == "draft":
            title = "Write to {first} at {account}: " + body.title
            spec = TaskSpec(title=title, body=wording.literal(record.text or ""), due=Delay(2, "bd"))
            work.make(turn, record, spec, f"{record.key}:{work.DRAFT}")


def _is_red(turn: Turn) -> str | None:
    """Why the account is red, in a playbook that looks at that."""
    found = standing(turn.run, turn.context, turn.now)
    return found.why if turn.playbook.routing and found.band == "red" else None


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
    ask_type, options = as_shown(turn, record)
    body, known = turn.body(record), turn.values(record)
    branches = body.on_answer.items() if isinstance(body, Question) else ()
    labels = {option.value: option.label for option in options}
    replies = tuple(
        (labels.get(value, "Any other answer"), turn.filled(branch.reply, known))
        for value, branch in branches
        if branch.reply
    )
    due = max(record.due_at or turn.now, turn.now)
    n = turn.number()
    turn.emit(
        AskApproval(record.key, person.id, record.text or "", due, ask_type, options, why, replies, n, role)
    )


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
    turn.emit(Say(record.key, person.id, record.text or "", ask_type, options, record.follows, record.found))
    if isinstance(body, Question):
        calendar = turn.context.calendar(person.zone)
        expires = calendar.after(turn.now, EXPIRE_AFTER)
        record = turn.change(record, expires_at=expires)
        turn.wake("nudge", record, calendar.after(turn.now, NUDGE_AFTER))
        turn.wake("expire", record, expires)
    else:
        actions.after_notice(turn, record)
