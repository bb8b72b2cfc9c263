"""The tasks of a run: one for each outcome of a step, however many contacts brought it about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks.effects import CloseTask, CreateTask
from playbooks.state import TaskNote
from playbooks.wording import together

if TYPE_CHECKING:
    from playbooks.state import StepRecord
    from playbooks.turn import Turn
    from playbooks.types import TaskSpec

NOBODY, PERSONAL, UNDELIVERABLE = "nobody", "personal", "undeliverable"
IN_PERSON = frozenset({NOBODY, PERSONAL, UNDELIVERABLE})  # tasks that stand in for a message of the bot
DRAFT, HOLD = "draft", "hold"


def make(turn: Turn, record: StepRecord | None, spec: TaskSpec, slot: str, **extra: str) -> None:
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
    title = turn.filled(spec.title, known)
    turn.update(tasks={**turn.run.tasks, slot: TaskNote(title=title, steps=steps)})
    turn.emit(
        CreateTask(
            slot,
            record.key if record else "run",
            title=title,
            body=turn.filled(spec.body, known),
            role=spec.owner,
            priority=spec.priority,
            due_at=turn.later(spec.due, turn.context.staff_calendar),
        )
    )


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
