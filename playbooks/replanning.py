"""A run whose dates or whose version changed: what is still to come is planned anew, what has happened stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks import planning, preparing, sending
from playbooks.effects import Withdraw
from playbooks.types import Message
from playbooks.wording import spoken

if TYPE_CHECKING:
    from datetime import date

    from playbooks.events import Migrated
    from playbooks.state import StepRecord
    from playbooks.turn import Turn

AHEAD = frozenset({"planned", "held", "preview", "approved", "awaiting_approval"})
NEXT_TERM = timedelta(days=180)  # a renewal date that moves on by more belongs to the next term
NAMES = {"R": "renewal date", "C": "contract start"}


def replan(turn: Turn) -> None:
    """Plan steps anew whose anchor has moved or has become known."""
    if turn.run.state not in {"active", "paused"} or not turn.run.anchors:
        return
    before = turn.run.anchors
    now = planning.anchors(turn.playbook, turn.run, turn.context, before.get("S") or _began(turn))
    after = before | {
        name: day for name, day in now.items() if not _is_next_term(name, before.get(name), day)
    }
    moved = {name for name, day in after.items() if before.get(name) != day} - {"S"}
    if not moved:
        return
    turn.update(anchors=after)
    told = [line for name in sorted(moved) if (line := _told(name, before.get(name), after[name]))]
    changed, left_out = 0, 0
    for step, day in _days(turn):
        when = planning.when_of(turn, turn.playbook.steps[step])
        if when and moved & set(when.anchors):
            a, b = _place_anew(turn, step, day)
            changed, left_out = changed + a, left_out + b
    if told and (changed or left_out):
        turn.notify(
            None,
            f"“{turn.playbook.title}” for {turn.context.account}: {'; '.join(told)}. "
            + " ".join(_follows(changed, left_out)),
        )


def migrated(turn: Turn, event: Migrated) -> None:
    """The run goes on with another version: steps that it lacks are dropped, new ones planned, days corrected."""
    if turn.run.state not in {"active", "paused"}:
        return
    dropped, added, moved = [], [], 0
    for record in turn.open_records():
        if record.step not in turn.playbook.steps:
            turn.emit(Withdraw(record.key))
            sending.skip(turn, record, f"not part of version {event.after}")
            dropped.append(record.step)
    known = {record.step for record in turn.run.steps.values()}
    turn.update(anchors=planning.anchors(turn.playbook, turn.run, turn.context, _began(turn)))
    for step, day in _days(turn):
        if step in known:
            moved += _place_anew(turn, step, day, under_way_stays=True)[0]
        elif day >= turn.today:
            planning.plan_on(turn, step, day)
            added.append(step)
    what = [f"{_names(dropped)} dropped"] * bool(dropped) + [f"{_names(added)} added"] * bool(added)
    what += [f"{_count(moved)} moved"] * bool(moved)
    turn.notify(
        None,
        f"{turn.who(event.by)} moved “{turn.playbook.title}” for {turn.context.account} from version {event.before} "
        f"to {event.after}: {', '.join(what) or 'nothing that is planned changes its day'}.",
    )


def _began(turn: Turn) -> date:
    return turn.context.calendar().date_of(turn.run.started_at)


def _is_next_term(name: str, before: date | None, after: date) -> bool:
    return name == "R" and before is not None and after - before > NEXT_TERM


def _told(name: str, before: date | None, after: date) -> str | None:
    what = NAMES.get(name, f"anchor {name}")
    return f"the {what} moved from {spoken(before)} to {spoken(after)}" if before else None


def _count(n: int) -> str:
    return "1 step was" if n == 1 else f"{n} steps were"


def _follows(changed: int, left_out: int) -> list[str]:
    """What the new dates mean for the steps, each as a sentence."""
    anew = [f"{_count(changed)} planned anew."] * bool(changed)
    day = "its day has" if left_out == 1 else "their days have"
    return anew + [f"{_count(left_out)} left out, because {day} passed."] * bool(left_out)


def _names(steps: list[str]) -> str:
    return ", ".join(dict.fromkeys(steps))


def _days(turn: Turn) -> list[tuple[str, date]]:
    return [(step, day) for day, step, _ in sorted(planning.scheduled(turn), key=lambda one: one[0])]


def _place_anew(turn: Turn, step: str, day: date, *, under_way_stays: bool = False) -> tuple[int, int]:
    """Move the step's records that are still to come; how many were moved, and how many left out.

    With `under_way_stays` a step whose day has come already, and which only waits, is left as it is.
    """
    records = [record for record in turn.run.steps.values() if record.step == step and not record.follows]
    if not records:
        if day >= turn.today:
            planning.plan_on(turn, step, day)
            return 1, 0
        return 0, 0
    moved = left_out = 0
    for record in records:
        if record.state in AHEAD:
            if day < turn.today and under_way_stays and _is_under_way(record):
                continue
            if day < turn.today:
                turn.emit(Withdraw(record.key))
                sending.skip(
                    turn, record, f"left out: its day, {spoken(day)}, has passed since the dates changed"
                )
                left_out += 1
            else:
                moved += _move(turn, record, day)
    return moved, left_out


def _is_under_way(record: StepRecord) -> bool:
    return record.state != "planned" or (record.note or "").startswith("waits: ")


def _move(turn: Turn, record: StepRecord, day: date) -> bool:
    body = turn.playbook.steps[record.step]
    audience = record.audience if isinstance(body, Message) else None
    due = max(planning.due_of(turn, body, day, audience), turn.now)
    if due == record.due_at:
        return False
    note = record.note or f"moved to {spoken(day)}"
    record = turn.change(record, due_at=due, note=note)
    if record.state in {"planned", "held"}:
        turn.silence(record, "step")
        preparing.arm(turn, turn.change(record, state="planned"))
    elif record.state in {"preview", "approved"}:
        turn.wake("send", record, due)
    return True
