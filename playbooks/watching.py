"""What a run notices beside its own steps: events at the account, rules that have come true, a new CSM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks import actions, planning, preparing, wording
from playbooks.effects import Reassign
from playbooks.holding import holds
from playbooks.state import StepRecord
from playbooks.types import Wait

if TYPE_CHECKING:
    from playbooks.events import Happened
    from playbooks.turn import Turn

MISSED_AT_MOST = 50  # events that a paused run remembers; the newest


def happened(turn: Turn, event: Happened) -> None:
    """Something happened at the account: what waits for it goes on; a paused run hears of it when it goes on."""
    if turn.run.state == "paused":
        missed = (*turn.run.missed, (event.name, dict(event.data)))
        turn.update(missed=missed[-MISSED_AT_MOST:])
    elif turn.run.state == "active":
        _hear(turn, event.name)


def catch_up(turn: Turn) -> None:
    """What happened while the run was paused, in its order."""
    missed = turn.run.missed
    turn.update(missed=())
    for name, _ in missed:
        _hear(turn, name)


def _hear(turn: Turn, name: str) -> None:
    for record in turn.open_records():
        body = turn.body(record)
        if record.state == "waiting" and isinstance(body, Wait) and name in body.wait.event:
            preparing.finish_waiting(turn, record, body, came=True)
    known = {record.step for record in turn.run.steps.values()}
    for step, body in turn.playbook.steps.items():
        if name in body.on and step not in known:
            planning.plan_now(turn, step)


def look(turn: Turn) -> None:
    """Rules whose condition has come true have their actions, once a run; so has the goal."""
    if turn.run.state != "active":
        return
    preparing.look_whether_it_came(turn)
    goal = turn.playbook.goal
    if goal and goal.condition and turn.run.goal_met_at is None and holds(goal.condition, turn.scene):
        turn.update(goal_met_at=turn.now)
    for rule in turn.playbook.watch:
        if rule.title not in turn.run.seen and holds(rule.condition, turn.scene):
            turn.update(seen=(*turn.run.seen, rule.title))
            actions.perform(turn, _whole_run(turn, rule.title), rule.do, rule.title)


def _whole_run(turn: Turn, title: str) -> StepRecord:
    """Stands for the run where no step of it is meant."""
    return StepRecord(key=f"run: {title}", step="run", audience="csm", due_at=turn.now)


def hand_over(turn: Turn) -> None:
    """Somebody else looks after the account: they hear where it stands, and what waits for a CSM goes to them."""
    csm = turn.context.csm
    if (
        csm is None
        or csm.email is None
        or turn.run.csm == csm.email
        or turn.run.state not in {"active", "paused"}
    ):
        return
    before = turn.run.csm
    turn.update(csm=csm.email)
    if before is None:
        return
    turn.emit(Reassign(before, csm.email))
    turn.notify(None, _handover(turn))
    for record in turn.open_records():
        preparing.show_again(turn, record, f"handed over to {csm.name}")


def _handover(turn: Turn) -> str:
    """The last things said, what comes next, what is to do."""
    said = sorted(
        (record for record in turn.run.steps.values() if record.answered_at and record.contact_id),
        key=lambda record: record.answered_at or turn.now,
    )
    ahead = sorted(
        (record for record in turn.open_records() if record.state == "planned" and record.due_at),
        key=lambda record: record.due_at or turn.now,
    )
    lines = [f"“{turn.playbook.title}” for {turn.context.account} is yours now."]
    lines += [
        f"• {turn.who(record.answered_by or '')} on “{turn.body(record).title}”: "
        f"{wording.clip(record.answer_text or record.answer or '', 120)}"
        for record in said[-5:]
    ]
    if ahead and ahead[0].due_at:
        day = turn.calendar(ahead[0]).date_of(ahead[0].due_at)
        lines.append(f"Next: “{turn.body(ahead[0]).title}” on {wording.spoken(day)}.")
    open_tasks = [note.title for note in turn.run.tasks.values() if note.state == "open"]
    if open_tasks:
        lines.append(f"Open tasks, now yours: {'; '.join(open_tasks[:5])}.")
    return "\n".join(lines)
