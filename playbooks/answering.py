"""What people answer, in taps or in words, and what becomes of a question that nobody answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import actions, replies, sending, understanding, wording
from playbooks.deflecting import acknowledge
from playbooks.effects import AskAgain, Confirm, RecordAnswer, RecordComment, SetFact, Withdraw
from playbooks.state import OPEN, Pending
from playbooks.types import Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from playbooks.events import Rejected, Replied
    from playbooks.state import Person, StepRecord
    from playbooks.terms import Delay
    from playbooks.turn import Turn
    from playbooks.understanding import Understood
    from playbooks.workdays import Calendar

TEXT_LIMIT = 4000  # characters kept of what somebody wrote
SHOWN_LIMIT = 120  # of them that the question shows as its answer
TEXT_ANSWER, FORM_ANSWER = "text", "form"  # the value of an answer to a question without options
NOT_SURE = {
    "buttons": "I am not sure which of these you mean. Could you tap one?",
    "date": "I am not sure which day you mean. Could you pick it?",
    "number": "I am not sure which number you mean. Could you write it alone?",
}
THANKS = "Thank you, noted."
WEIGHTY = frozenset({"champion", "buyer"})  # whose score alone says that an account is at risk


def replied(turn: Turn, event: Replied) -> None:
    """An answer. The first one counts; a later one is kept as a comment."""
    record = turn.record(event.step)
    body = turn.body(record) if record else None
    if record is None or not isinstance(body, Question):
        return
    person = turn.context.by_slack(event.by)
    known = event.staff or person is not None
    if known and _is_not_asked(body, record, person):
        _not_theirs(turn, record, event)
    elif known and (record.state == "sent" or (event.staff and record.state in OPEN)):
        turn.in_conversation = not event.staff and person is not None
        _read(turn, record, body, event)
    else:
        _too_late(turn, record, event)


def _is_not_asked(body: Question, record: StepRecord, person: Person | None) -> bool:
    """Whether a survey is open that asks somebody else: a score is of the one who was asked, nobody gives it for them."""
    if not body.survey or record.state != "sent" or record.contact_id is None:
        return False
    return person is None or person.id != record.contact_id


def _not_theirs(turn: Turn, record: StepRecord, event: Replied) -> None:
    """The survey goes on waiting for the one whom it asks; a customer's words are kept and passed on."""
    words, asked = event.text or _label(turn, record, event.value), turn.person(record)
    if not words or asked is None:
        return
    only = f"Only {asked.first} can answer this one"
    if event.staff:
        acknowledge(turn, record, event.by, f"{only}, so nothing was recorded.")
        return
    turn.emit(RecordComment(record.key, words[:TEXT_LIMIT], event.by, turn.number()))
    said = f"“{wording.clip(words, wording.QUOTED)}”"
    turn.notify(
        record,
        f"{turn.who(event.by)} wrote on “{turn.body(record).title}”, which asks {asked.name}: {said}",
        urgent=_is_urgent(turn, record, event.value),
    )
    kept = f"{only}, so it does not count as an answer. I have passed your words on to {_csm(turn)}."
    acknowledge(turn, record, event.by, kept)


def rejected(turn: Turn, event: Rejected) -> None:
    """The words were read wrongly: show the options again."""
    record = turn.record(event.step)
    if record and record.state == "sent" and record.pending and turn.context.by_slack(event.by):
        _again(turn, record, "Then which of these fits?")


def expire(turn: Turn, body: Question, records: Iterable[StepRecord]) -> None:
    """Nobody answered a question in time; whoever was asked the same is named in one sentence."""
    silent = []
    for record in records:
        turn.silence(record)
        after = turn.change(record, state="expired", pending=None, note="no answer in time")
        if not after.wants_person:
            silent.append(after)
    names = [person.name for record in silent if (person := turn.person(record))]
    if names:
        text = f"No answer from {wording.together(names)} ({turn.context.account}) to “{body.title}”."
        turn.notify(silent[0], text)
    for record in silent:
        actions.perform(turn, record, body.on_timeout.do)


def _read(turn: Turn, record: StepRecord, body: Question, event: Replied) -> None:
    text = (event.text or "").strip()[:TEXT_LIMIT]
    if event.fields and body.ask.type == "form":
        _filled(turn, record, body, event)
    elif event.value is not None and body.ask.type != "text":
        _tapped(turn, record, body, event, text)
    elif not text:
        _again(turn, record, "I did not get any words. Could you tell me in a sentence?", event.by)
    elif record.pending:
        _after_confirming(turn, record, body, event, text)
    elif body.ask.type in {"text", "form"}:
        _accept(turn, record, event, TEXT_ANSWER, text)
    else:
        _written(turn, record, body, event, text)


def _after_confirming(turn: Turn, record: StepRecord, body: Question, event: Replied, text: str) -> None:
    """Words while "right?" or a sentence is asked for."""
    pending = record.pending
    assert pending is not None
    if pending.text is None:
        _accept(turn, record, event, pending.value, text)
    elif replies.means_yes(text):
        _accept(turn, record, event, pending.value, pending.text)
    elif replies.means_no(text):
        _again(turn, record, "Then which of these fits?", event.by)
    else:
        _written(turn, record, body, event, text)


def _filled(turn: Turn, record: StepRecord, body: Question, event: Replied) -> None:
    """A form was sent off: its fields become variables, together they are the answer."""
    given = {name: value.strip() for name, value in event.fields if name in body.ask.fields and value.strip()}
    missing = [
        field.label for name, field in body.ask.fields.items() if not field.optional and not given.get(name)
    ]
    if missing:
        _again(turn, record, f"Something is missing: {', '.join(missing)}.", event.by)
        return
    long = [
        f"{field.label} (at most {field.at_most} characters)"
        for name, field in body.ask.fields.items()
        if field.at_most and len(given.get(name, "")) > field.at_most
    ]
    if long:
        _again(turn, record, f"Something is too long to be read: {', '.join(long)}.", event.by)
        return
    words = "; ".join(f"{body.ask.fields[name].label}: {value}" for name, value in given.items())
    record = turn.change(record, fields=given)
    turn.know(**given)
    _accept(turn, record, event, FORM_ANSWER, words[:TEXT_LIMIT])


def _tapped(turn: Turn, record: StepRecord, body: Question, event: Replied, text: str) -> None:
    """Something was chosen; an option that wants a sentence waits for it."""
    _, options = sending.as_shown(turn, record)
    found = understanding.tapped(body.ask, options, turn.context.contacts, event.value or "")
    option = next((option for option in options if found and option.value == found.value), None)
    if found is None:
        _again(turn, record, "I do not know that answer. Which of these fits?", event.by)
    elif wrong := _out_of_bounds(turn, record, body, found.value):
        _again(turn, record, wrong, event.by)
    elif option and option.wants_text and not text:
        record = turn.change(record, pending=Pending(value=option.value, by=event.by))
        _ask_words(turn, record, event.by)
    else:
        _accept(turn, record, event, found.value, text or None)


def _written(turn: Turn, record: StepRecord, body: Question, event: Replied, text: str) -> None:
    """Words for a question with options: read them, and ask whether that is right unless there is no doubt."""
    _, options = sending.as_shown(turn, record)
    today = turn.calendar(record).date_of(turn.now)
    found = understanding.in_words(body.ask, options, turn.context.contacts, text, today)
    own_words = next((option for option in options if option.wants_text), None)
    if found and found.certain:
        _tapped(turn, record, body, _as_tap(event, found.value), "")
    elif found and (wrong := _out_of_bounds(turn, record, body, found.value)):
        _again(turn, record, wrong, event.by)
    elif found:
        _confirm(turn, record, event, found, text)
    elif own_words:
        _accept(turn, record, event, own_words.value, text)
    else:
        turn.emit(RecordComment(record.key, text, event.by, turn.number()))
        _again(turn, record, NOT_SURE.get(body.ask.type, NOT_SURE["buttons"]), event.by)


def _out_of_bounds(turn: Turn, record: StepRecord, body: Question, value: str) -> str | None:
    """Which days are possible, where the one that was named is not."""
    calendar = turn.calendar(record)
    today = calendar.date_of(turn.now)
    found = understanding.read_date(value, today) if body.ask.type == "date" else None
    soonest, latest = (_day(limit, today, calendar) for limit in (body.ask.soonest, body.ask.latest))
    if found and soonest and found < soonest:
        return f"That is too early: it can be {wording.spoken(soonest)} or later. Which day is it?"
    if found and latest and found > latest:
        return f"That is too late: it can be {wording.spoken(latest)} at the latest. Which day is it?"
    return None


def _day(limit: Delay | None, today: date, calendar: Calendar) -> date | None:
    if limit is None:
        return None
    return calendar.add(today, limit.amount) if limit.unit == "bd" else today + timedelta(days=limit.amount)


def _as_tap(event: Replied, value: str) -> Replied:
    return type(event)(event.step, event.by, value, staff=event.staff)


def _accept(turn: Turn, record: StepRecord, event: Replied, value: str, text: str | None) -> None:
    """The answer counts: keep it, tell the CSM, thank the person, follow its branches."""
    body = turn.body(record)
    assert isinstance(body, Question)
    turn.silence(record)
    if record.state != "sent":
        turn.emit(Withdraw(record.key))
    record = turn.change(
        record, state="answered", pending=None, answer=value, answer_text=text, answered_by=event.by,
        answered_at=turn.now, note=None,
    )  # fmt: skip
    turn.know(**{body.ask.key: value})
    label = _label(turn, record, value)
    _note_score(turn, body, event, value)
    turn.emit(RecordAnswer(record.key, body.ask.key, value, label, text, event.by, event.staff))
    branches = body.branches(value)
    extra = {"answer": label, "answer_text": text or label}
    if not _is_csm(turn, event.by):
        _tell_the_csm(turn, record, event.by, label, text, urgent=any(one.urgent for _, one in branches))
    reply = next((one.reply for _, one in branches if one.reply), None)
    words = wording.fill(reply, turn.values(record) | extra) if reply else None
    own_words = text if value in {TEXT_ANSWER, FORM_ANSWER} else None
    shown = f"“{wording.clip(own_words, SHOWN_LIMIT)}”" if own_words else label
    acknowledge(turn, record, event.by, THANKS if event.staff else words or THANKS, shown)
    for chosen, branch in branches:
        own = extra | ({"answer": _label(turn, record, chosen)} if len(branches) > 1 else {})
        actions.perform(turn, record, branch.do, chosen, **own)


def _note_score(turn: Turn, body: Question, event: Replied, value: str) -> None:
    """What the champion or the buyer gives us is a fact that other playbooks may begin with."""
    person = None if event.staff else turn.context.by_slack(event.by)
    if body.survey and person and person.persona in WEIGHTY:
        turn.emit(SetFact(f"{body.survey}_given", value))


def _tell_the_csm(
    turn: Turn, record: StepRecord, by: str, label: str, text: str | None, *, urgent: bool
) -> None:
    in_words = text and record.answer in {TEXT_ANSWER, FORM_ANSWER}
    quoted = f"“{wording.clip(text, wording.QUOTED)}”" if text else ""
    said = quoted if in_words else f"{label}: {quoted}" if text else label
    who = f"{turn.who(by)} ({turn.context.account}) on “{turn.body(record).title}”"
    turn.notify(record, f"{who}: {said}", urgent=urgent)


def _too_late(turn: Turn, record: StepRecord, event: Replied) -> None:
    """The question is closed, or the person is not of this account: nothing changes, but words are kept."""
    words = event.text or _label(turn, record, event.value)
    same = (
        record.answered_by == event.by
        and event.value == record.answer
        and event.text in (None, record.answer_text)
    )
    if not words or same:
        return
    turn.emit(RecordComment(record.key, words[:TEXT_LIMIT], event.by, turn.number()))
    turn.notify(
        record,
        f"{turn.who(event.by)} also wrote on “{turn.body(record).title}”: “{wording.clip(words, wording.QUOTED)}”",
        urgent=_is_urgent(turn, record, event.value),
    )
    before = (
        f"{turn.who(record.answered_by)} has answered this already. "
        if record.answered_by and record.answered_by != event.by
        else ""
    )
    acknowledge(turn, record, event.by, f"Thank you. {before}I have passed your words on to {_csm(turn)}.")


def _is_urgent(turn: Turn, record: StepRecord, value: str | None) -> bool:
    """Whether a CSM must hear of this answer at once, late or not: "Thinking of leaving" does not expire."""
    body = turn.body(record)
    branches = body.branches(value) if isinstance(body, Question) and value else []
    return any(branch.urgent for _, branch in branches)


def _confirm(turn: Turn, record: StepRecord, event: Replied, found: Understood, text: str) -> None:
    record = turn.change(record, pending=Pending(value=found.value, text=text, by=event.by))
    words = f"I took that as *{found.label}* — right?"
    turn.emit(
        Confirm(record.key, record.contact_id, event.by, words, found.value, found.label, text, turn.number())
    )


def _again(turn: Turn, record: StepRecord, words: str, to: str | None = None) -> None:
    turn.change(record, pending=None)
    ask_type, options = sending.as_shown(turn, record)
    turn.emit(
        AskAgain(record.key, record.contact_id, to, words, ask_type or "buttons", options, turn.number())
    )


def _ask_words(turn: Turn, record: StepRecord, to: str) -> None:
    words = "Could you tell me in a sentence?"
    turn.emit(AskAgain(record.key, record.contact_id, to, words, "text", (), turn.number()))


def _label(turn: Turn, record: StepRecord, value: str | None) -> str:
    """An answer in words."""
    options = {option.value: option.label for option in turn.options(record)}
    values = turn.values(record)
    body = turn.body(record)
    if isinstance(body, Question) and body.ask.type in understanding.TYPED_READERS and value:
        found = understanding.tapped(body.ask, (), turn.context.contacts, value)
        return found.label if found else value
    labels = (turn.filled(options[one], values) for one in (value or "").split(",") if one in options)
    return ", ".join(labels) or (value or "")


def _csm(turn: Turn) -> str:
    return turn.context.csm.first if turn.context.csm else "the team"


def _is_csm(turn: Turn, slack_user_id: str) -> bool:
    return turn.context.csm is not None and turn.context.csm.slack_user_id == slack_user_id
