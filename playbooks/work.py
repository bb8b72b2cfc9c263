"""The tasks of a run: one for each outcome of a step, however many contacts brought it about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks.deeds import TaskSpec
from playbooks.effects import CloseTask, CreateTask, SetTimer
from playbooks.state import TaskNote
from playbooks.terms import Delay
from playbooks.wording import VALUE_LIMIT, literal, together

if TYPE_CHECKING:
    from playbooks.deeds import EscalationSpec, Role
    from playbooks.state import StepRecord
    from playbooks.turn import Turn

NOBODY, PERSONAL, UNDELIVERABLE = "nobody", "personal", "undeliverable"
IN_PERSON = frozenset({NOBODY, PERSONAL, UNDELIVERABLE})  # tasks that stand in for a message of the bot
DRAFT, HOLD = "draft", "hold"
HOLD_ALL = "run:hold"  # what holds every message of a run, told once


ESCALATION, UNTAKEN = "escalation", "untaken"
WITHIN = {"L1": Delay(4, "bh"), "L2": Delay(4, "bh"), "L3": Delay(1, "bd")}
ROLES = {"csm": "CSM", "manager": "manager"}
REMIND_AFTER, REMINDERS = Delay(2, "bh"), 3


def make(turn: Turn, record: StepRecord | None, spec: TaskSpec, slot: str, **extra: str) -> str:
    """Make a task, its words filled in; an unknown variable says so.

    Contacts of one step with the same outcome share a task: while it is open, it names them all. One that
    was done already is not opened again; the next of its slot gets a number.
    """
    slot = _free(turn, slot)
    note = turn.run.tasks.get(slot)
    keys = (*(note.steps if note else ()), *((record.key,) if record else ()))
    steps = tuple(dict.fromkeys(keys))
    known = (turn.values(record) if record else {"account": turn.context.account}) | extra
    known |= _shared(turn, steps)
    title = turn.filled(spec.title, known, VALUE_LIMIT)
    body = "\n".join(
        [turn.filled(spec.body, known), *(f"☐ {turn.filled(one, known)}" for one in spec.checklist)]
    )
    turn.update(tasks={**turn.run.tasks, slot: TaskNote(title=title, steps=steps)})
    turn.emit(
        CreateTask(
            slot,
            record.key if record else "run",
            title=title,
            body=body.strip(),
            role=spec.owner,
            priority=spec.priority,
            due_at=turn.later(spec.due, turn.context.staff_calendar),
        )
    )
    if spec.within:
        turn.emit(SetTimer(f"{UNTAKEN}:1:{slot}", turn.later(spec.within, turn.context.staff_calendar)))
    return slot


def escalate(turn: Turn, record: StepRecord | None, spec: EscalationSpec, why: str, step: str) -> None:
    """A task that somebody must take in time, or it is brought up again; L2 and L3 are the manager's too."""
    within = spec.within or WITHIN[spec.level]
    owner: Role = "manager" if spec.level == "L3" else "csm"
    told = f"{spec.level}: {why}"
    task = TaskSpec(title=literal(told), due=within, owner=owner, priority="high", within=within)
    make(turn, record, task, f"{step}:{ESCALATION}:{spec.level}")
    turn.notify(record, told, urgent=True, role=owner)
    if spec.level != "L1":
        other: Role = "csm" if owner == "manager" else "manager"
        turn.notify(record, f"{told}. {_with(turn, owner)}", urgent=True, role=other)


def is_escalation(slot: str) -> bool:
    """Whether a task is something that was escalated."""
    return f":{ESCALATION}:" in slot


def _with(turn: Turn, owner: Role) -> str:
    """Who has what was escalated, as a sentence."""
    staff = turn.context.manager if owner == "manager" else turn.context.csm
    return f"The task is with {staff.name if staff else f'the {ROLES[owner]}'}."


def untaken(turn: Turn, name: str) -> None:
    """Nobody has done what was escalated: the manager hears of it, three times at most."""
    count, _, slot = name.partition(":")
    note = turn.run.tasks.get(slot)
    if note is None or note.state != "open" or not count.isdigit():
        return
    told = f"Nobody has taken this yet: {note.title}. It is done, or handed over, with `/cs tasks team`"
    turn.notify(None, told, urgent=True, role="manager")
    if int(count) < REMINDERS:
        again = turn.later(REMIND_AFTER, turn.context.staff_calendar)
        turn.emit(SetTimer(f"{UNTAKEN}:{int(count) + 1}:{slot}", again))


def review(turn: Turn) -> None:
    """The run takes longer than it should: the manager decides how it goes on."""
    days = (turn.now - turn.run.started_at).days
    spec = TaskSpec(
        title="Review “" + turn.playbook.title + "” for {account}: it has run for " + f"{days} days",
        body="Say how it ends, with the reason: `/cs play outcome @{account}`. Or agree with {csm} on how it goes on.",
        due=Delay(3, "bd"),
        owner="manager",
        priority="high",
    )
    csm = turn.context.csm.name if turn.context.csm else "the CSM"
    make(turn, None, spec, "run:review", csm=csm)


def close(turn: Turn, slot: str, *, done: bool = True) -> None:
    """Nobody has to do that any more."""
    note = turn.run.tasks.get(slot)
    if note and note.state == "open":
        mark(turn, slot, note, "done" if done else "cancelled")
        turn.emit(CloseTask(slot, done))


def mark(turn: Turn, slot: str, note: TaskNote, state: str, by: str | None = None) -> None:
    """Remember what became of a task."""
    after = note.model_copy(update={"state": state, "by": by})
    turn.update(tasks={**turn.run.tasks, slot: after})


def _free(turn: Turn, wanted: str) -> str:
    """The slot, or the next of its name if its task was done or dropped."""
    slot, n = wanted, 1
    while (note := turn.run.tasks.get(slot)) and note.state != "open":
        n += 1
        slot = f"{wanted}:{n}"
    return slot


def _shared(turn: Turn, steps: tuple[str, ...]) -> dict[str, str]:
    """Names and words of several contacts together; nothing for one."""
    records = [turn.run.steps[key] for key in steps]
    people = {person.id: person for record in records if (person := turn.person(record))}
    if len(people) < 2:
        return {}
    named = {"first": [one.first for one in people.values()], "name": [one.name for one in people.values()]}
    said = [
        f"{person.first}: {record.answer_text}"
        for record in records
        if record.answer_text and (person := turn.person(record))
    ]
    words = {"answer_text": "; ".join(said)} if said else {}
    return {variable: together(names) for variable, names in named.items()} | words
