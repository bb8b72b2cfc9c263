"""What people do with a question: answer it, in taps or words, point elsewhere, put it off, ask for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import actions, replies, sending, wording, work
from playbooks.effects import Acknowledge, AskAgain, Confirm, RecordAnswer, RecordComment, Withdraw
from playbooks.state import OPEN, Pending
from playbooks.types import Branch, Delay, Question, TaskSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playbooks.events import Later, NotMe, Rejected, Replied, WantsPerson
    from playbooks.state import Person, StepRecord
    from playbooks.turn import Turn
    from playbooks.types import Option

TEXT_LIMIT = 4000  # characters kept of what somebody wrote
LATER = timedelta(days=3)
MAX_LATER = 2
TEXT_ANSWER = "text"  # the value of an answer to a question without options
THANKS = "Thank you, noted."


def replied(turn: Turn, event: Replied) -> None:
    """An answer. The first one counts; a later one is kept as a comment."""
    record = turn.record(event.step)
    body = turn.body(record) if record else None
    if record is None or not isinstance(body, Question):
        return
    person = turn.context.by_slack(event.by)
    known = event.staff or person is not None
    if known and (record.state == "sent" or (event.staff and record.state in OPEN)):
        turn.in_conversation = not event.staff and person is not None
        _read(turn, record, body, event)
    else:
        _too_late(turn, record, event)


def rejected(turn: Turn, event: Rejected) -> None:
    """The words were read wrongly: show the options again."""
    record = turn.record(event.step)
    if record and record.state == "sent" and record.pending and turn.context.by_slack(event.by):
        _again(turn, record, "Then which of these fits?")


def not_me(turn: Turn, event: NotMe) -> None:
    """Somebody else is the right person. The one who says so is not asked again in this run."""
    record = turn.record(event.step)
    if record is None or record.state != "sent" or not turn.person(record):
        closed(turn, event)
        return
    turn.update(excluded=tuple(dict.fromkeys((*turn.run.excluded, record.contact_id or ""))))
    sending.skip(turn, record, f"{turn.who(event.by)} is not the right person")
    turn.emit(Withdraw(record.key))
    named = turn.context.person(event.contact_id)
    words = (
        f"Thank you. I will ask {named.first} instead."
        if named
        else "Thank you, I will find the right person."
    )
    _acknowledge(turn, record, event.by, words)
    if event.named and not named:
        spec = TaskSpec(title="Is {named} the right person at {account}?", due=Delay(1, "bd"))
        work.make(turn, record, spec, f"{record.key}:named", named=event.named)
    turn.notify(
        record,
        f"{turn.who(event.by)} at {turn.context.account} is not the right person for “{turn.body(record).title}”.",
    )
    _ask_instead(turn, record, named)


def later(turn: Turn, event: Later) -> None:
    """Come back in three days; twice at most."""
    record = turn.record(event.step)
    if record is None or record.state != "sent" or turn.context.by_slack(event.by) is None:
        closed(turn, event)
        return
    if record.snoozes >= MAX_LATER:
        csm = turn.context.csm.first if turn.context.csm else "your contact"
        _acknowledge(
            turn, record, event.by, f"All right, I leave it there. {csm} is there whenever you want to talk."
        )
        turn.silence(record, "nudge")
        return
    calendar = turn.calendar(record)
    day = calendar.on_or_after(calendar.date_of(turn.now + LATER))
    expires = calendar.at(calendar.add(day, sending.EXPIRE_AFTER))
    turn.silence(record, "nudge")
    record = turn.change(record, snoozes=record.snoozes + 1, expires_at=expires)
    turn.wake("later", record, calendar.at(day))
    turn.wake("expire", record, expires)
    _acknowledge(turn, record, event.by, f"Of course. I will come back to you on {wording.spoken(day)}.")


def wants_person(turn: Turn, event: WantsPerson) -> None:
    """A person is asked for: the CSM hears it at once, and nobody is reminded."""
    record = turn.record(event.step)
    if record is None or record.wants_person or turn.context.by_slack(event.by) is None:
        return
    turn.silence(record, "nudge", "later")
    record = turn.change(record, wants_person=True)
    spec = TaskSpec(
        title="Talk to {who} at {account}", body="About: {about}", due=Delay(0, "bd"), priority="high"
    )
    work.make(turn, record, spec, f"{record.key}:person", who=turn.who(event.by), about=record.text or "-")
    turn.notify(
        record, f"{turn.who(event.by)} ({turn.context.account}) would like to talk to you.", urgent=True
    )
    csm = turn.context.csm.first if turn.context.csm else "the team"
    _acknowledge(turn, record, event.by, f"I have told {csm}, who will get back to you.")


def closed(turn: Turn, event: Later | NotMe) -> None:
    """A button of a question that waits no more: the person is told, and nothing changes."""
    record = turn.record(event.step)
    if record and record.state != "sent" and turn.context.by_slack(event.by):
        _acknowledge(turn, record, event.by, "This question is closed; nothing more is needed. Thank you.")


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
    if event.value is not None and body.ask.type != "text":
        _tapped(turn, record, event, text)
    elif not text:
        _again(turn, record, "I did not get any words. Could you tell me in a sentence?", event.by)
    elif record.pending and record.pending.text is None:
        _accept(turn, record, event, record.pending.value, text)
    elif record.pending and replies.means_yes(text):
        _accept(turn, record, event, record.pending.value, record.pending.text)
    elif record.pending and replies.means_no(text):
        _again(turn, record, "Then which of these fits?", event.by)
    elif body.ask.type == "text":
        _accept(turn, record, event, TEXT_ANSWER, text)
    else:
        _written(turn, record, event, text)


def _tapped(turn: Turn, record: StepRecord, event: Replied, text: str) -> None:
    """An option was chosen; one that wants a sentence waits for it."""
    _, options = sending.as_shown(turn, record)
    option = next((o for o in options if o.value == event.value), None)
    if option is None:
        _again(turn, record, "I do not know that answer. Which of these fits?", event.by)
    elif option.wants_text and not text:
        record = turn.change(record, pending=Pending(value=option.value, by=event.by))
        _ask_words(turn, record, event.by)
    else:
        _accept(turn, record, event, option.value, text or None)


def _written(turn: Turn, record: StepRecord, event: Replied, text: str) -> None:
    """Words for a question with options: read them, and ask whether that is right unless it is the very label."""
    _, options = sending.as_shown(turn, record)
    found = replies.read(text, options)
    own_words = next((option for option in options if option.wants_text), None)
    if found and found[1] == "exact":
        if found[0].wants_text:
            _tapped(turn, record, _as_tap(event, found[0]), "")
        else:
            _accept(turn, record, event, found[0].value, None)
    elif found:
        _confirm(turn, record, event, found[0], text)
    elif own_words:
        _accept(turn, record, event, own_words.value, text)
    else:
        turn.emit(RecordComment(record.key, text, event.by, turn.number()))
        _again(turn, record, "I am not sure which of these you mean. Could you tap one?", event.by)


def _as_tap(event: Replied, option: Option) -> Replied:
    return type(event)(event.step, event.by, option.value, staff=event.staff)


def _accept(turn: Turn, record: StepRecord, event: Replied, value: str, text: str | None) -> None:
    """The answer counts: keep it, tell the CSM, thank the person, follow the branch."""
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
    turn.emit(RecordAnswer(record.key, body.ask.key, value, label, text, event.by, event.staff))
    branch = body.on_answer.get(value) or body.on_answer.get("else") or Branch()
    extra = {"answer": label, "answer_text": text or label}
    if not _is_csm(turn, event.by):
        said = label if text is None or value == TEXT_ANSWER else f"{label}: “{wording.clip(text, 300)}”"
        said = f"“{wording.clip(text, 300)}”" if text and value == TEXT_ANSWER else said
        turn.notify(
            record,
            f"{turn.who(event.by)} ({turn.context.account}) on “{body.title}”: {said}",
            urgent=branch.urgent,
        )
    reply = wording.fill(branch.reply, turn.values(record) | extra) if branch.reply else None
    _acknowledge(turn, record, event.by, THANKS if event.staff else reply or THANKS, label)
    actions.perform(turn, record, branch.do, **extra)


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
        f"{turn.who(event.by)} also wrote on “{turn.body(record).title}”: “{wording.clip(words, 300)}”",
        urgent=_is_urgent(turn, record, event.value),
    )
    before = (
        f"{turn.who(record.answered_by)} has answered this already. "
        if record.answered_by and record.answered_by != event.by
        else ""
    )
    csm = turn.context.csm.first if turn.context.csm else "the team"
    _acknowledge(turn, record, event.by, f"Thank you. {before}I have passed your words on to {csm}.")


def _is_urgent(turn: Turn, record: StepRecord, value: str | None) -> bool:
    """Whether a CSM must hear of this answer at once, late or not: "Thinking of leaving" does not expire."""
    body = turn.body(record)
    branch = body.on_answer.get(value or "") if isinstance(body, Question) else None
    return branch is not None and branch.urgent


def _confirm(turn: Turn, record: StepRecord, event: Replied, option: Option, text: str) -> None:
    record = turn.change(record, pending=Pending(value=option.value, text=text, by=event.by))
    words = f"I took that as *{option.label}* — right?"
    turn.emit(
        Confirm(
            record.key, record.contact_id, event.by, words, option.value, option.label, text, turn.number()
        )
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


def _acknowledge(turn: Turn, record: StepRecord, to: str, words: str, label: str | None = None) -> None:
    turn.emit(Acknowledge(record.key, record.contact_id, to, words, label, turn.number()))


def _ask_instead(turn: Turn, record: StepRecord, person: Person | None) -> None:
    """The same question for the right person. What a CSM has only previewed may go on; edits are seen again."""
    mode = "auto" if record.delivery == "preview" and record.original_text is None else record.delivery
    fresh = type(record)(
        key=actions.free_key(turn, record.key),
        step=record.step,
        audience=record.audience,
        delivery=mode,
        due_at=turn.now,
        contact_id=person.id if person else None,
        found=record.found,
    )
    turn.put(fresh)
    turn.fresh.append(fresh.key)


def _label(turn: Turn, record: StepRecord, value: str | None) -> str:
    option = turn.playbook.option(record.step, value)
    return turn.filled(option.label, turn.values(record)) if option else (value or "")


def _is_csm(turn: Turn, slack_user_id: str) -> bool:
    return turn.context.csm is not None and turn.context.csm.slack_user_id == slack_user_id
