"""What people do with a question instead of answering it: point elsewhere, put it off, ask for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import actions, sending, wording, work
from playbooks.effects import Acknowledge, Withdraw
from playbooks.types import Delay, TaskSpec

if TYPE_CHECKING:
    from playbooks.events import Later, NotMe, WantsPerson
    from playbooks.state import Person, StepRecord
    from playbooks.turn import Turn

LATER = timedelta(days=3)
MAX_LATER = 2


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
    acknowledge(turn, record, event.by, words)
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
        acknowledge(
            turn, record, event.by, f"All right, I leave it there. {csm} is there whenever you want to talk."
        )
        turn.silence(record, "nudge")
        return
    calendar = turn.calendar(record)
    day = calendar.on_or_after(calendar.date_of(turn.now + LATER))
    expires = calendar.at(calendar.add(day, sending.EXPIRE_AFTER.amount))
    turn.silence(record, "nudge")
    record = turn.change(record, snoozes=record.snoozes + 1, expires_at=expires)
    turn.wake("later", record, calendar.at(day))
    turn.wake("expire", record, expires)
    acknowledge(turn, record, event.by, f"Of course. I will come back to you on {wording.spoken(day)}.")


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
    acknowledge(turn, record, event.by, f"I have told {csm}, who will get back to you.")


def closed(turn: Turn, event: Later | NotMe) -> None:
    """A button of a question that waits no more: the person is told, and nothing changes."""
    record = turn.record(event.step)
    if record and record.state != "sent" and turn.context.by_slack(event.by):
        acknowledge(turn, record, event.by, "This question is closed; nothing more is needed. Thank you.")


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


def acknowledge(turn: Turn, record: StepRecord, to: str, words: str, label: str | None = None) -> None:
    """A word back to whoever wrote or tapped."""
    turn.emit(Acknowledge(record.key, record.contact_id, to, words, label, turn.number()))
