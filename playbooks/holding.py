"""Whether a condition of a definition holds, for an account and, where there is one, its run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks.asking import branch_key
from playbooks.bands import goal_share, standing
from playbooks.terms import one_of
from playbooks.types import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from playbooks.conditions import Condition
    from playbooks.state import Context, Run, StepRecord
    from playbooks.terms import Compare
    from playbooks.types import Playbook

ENDLESS = 10**6  # days since something that never was


@dataclass(frozen=True)
class Scene:
    """What a condition is held against."""

    playbook: Playbook
    context: Context
    run: Run
    now: datetime


def holds(condition: Condition | None, scene: Scene) -> bool:
    """Whether everything that a condition names is so; no condition always holds."""
    if condition is None:
        return True
    facts = all(one_of(wanted, _fact(kind, scene)) for kind, wanted in condition.facts.items())
    noted = condition.fact is None or _fact(condition.fact, scene) is not None
    aged = all(one_of(wanted, _age(kind, scene)) for kind, wanted in condition.age.items())
    return facts and noted and aged and _of_the_account(condition, scene) and _of_the_run(condition, scene)


def _of_the_account(condition: Condition, scene: Scene) -> bool:
    context = scene.context
    return (
        (not condition.segment or context.segment in condition.segment)
        and (not condition.stage or context.stage in condition.stage)
        and (not condition.plan or context.plan in condition.plan)
        and (not condition.running or bool(set(condition.running) & set(context.running)))
        and (not condition.persona or any(_reachable(scene, persona) for persona in condition.persona))
        and all(one_of(wanted, NUMBERS[name](scene)) for name, wanted in condition.number.items())
    )


def _of_the_run(condition: Condition, scene: Scene) -> bool:
    band = not condition.band or standing(scene.run, scene.context, scene.now).band in condition.band
    return (
        band
        and all(_answered(scene, key, wanted) for key, wanted in condition.answer.items())
        and all(
            one_of(wanted, _count(scene, key, value))
            for key, values in condition.answers.items()
            for value, wanted in values.items()
        )
        and not (condition.negated is not None and holds(condition.negated, scene))
        and (not condition.any_of or any(holds(one, scene) for one in condition.any_of))
    )


def _fact(kind: str, scene: Scene) -> str | None:
    fact = scene.context.facts.get(kind)
    return scene.run.facts.get(kind) or (fact.value if fact else None)


def _age(kind: str, scene: Scene) -> int:
    fact = scene.context.facts.get(kind)
    if fact is None:
        return 0 if kind in scene.run.facts else ENDLESS
    return (scene.context.calendar().date_of(scene.now) - fact.observed_on).days


def _reachable(scene: Scene, persona: str) -> bool:
    people = (person for person in scene.context.contacts if person.active and not person.opted_out)
    return any(persona in {"anyone", person.persona} for person in people)


def _answers(scene: Scene, key: str) -> Iterator[StepRecord]:
    for record in scene.run.steps.values():
        body = scene.playbook.steps.get(record.step)
        if isinstance(body, Question) and body.ask.key == key and record.answer is not None:
            yield record


def _answered(scene: Scene, key: str, wanted: tuple[Compare, ...]) -> bool:
    given = [value for record in _answers(scene, key) for value in (record.answer or "").split(",")]
    if any(one.operator == "=" and one.value == "any" for one in wanted):
        return bool(given)
    return any(one_of(wanted, value) for value in given)


def _count(scene: Scene, key: str, value: str) -> int:
    return sum(branch_key((value,), str(record.answer)) == value for record in _answers(scene, key))


def silent_in_a_row(scene: Scene) -> int:
    """How many questions in a row nobody answered, the newest first; one to several people counts once."""
    asked: dict[str, list[StepRecord]] = {}
    for record in scene.run.steps.values():
        closed = record.state in {"expired", "answered"} and record.sent_at and record.contact_id
        if closed and isinstance(scene.playbook.steps.get(record.step), Question):
            asked.setdefault(record.step, []).append(record)
    rounds = sorted(
        asked.values(), key=lambda found: max(r.sent_at for r in found if r.sent_at), reverse=True
    )
    silent = 0
    for records in rounds:
        if any(record.state == "answered" for record in records):
            break
        silent += 1
    return silent


def _silent_days(scene: Scene) -> float | None:
    last = scene.context.last_contact_at
    return (scene.now - last).days if last else None


def _days_left(scene: Scene) -> float | None:
    term = scene.context.term
    return (term.renews_on - scene.context.calendar().date_of(scene.now)).days if term else None


NUMBERS: dict[str, Callable[[Scene], float | None]] = {
    "health": lambda scene: scene.context.health,
    "arr": lambda scene: scene.context.arr,
    "seats": lambda scene: scene.context.seats,
    "goals_met": lambda scene: scene.context.goals_met,
    "goal_share": lambda scene: goal_share(scene.context),
    "open_escalations": lambda scene: scene.context.open_escalations,
    "silent_days": _silent_days,
    "days_left": _days_left,
    "silent_steps": silent_in_a_row,
    "days_running": lambda scene: (scene.now - scene.run.started_at).days,
    "contacts": lambda scene: sum(one.active and not one.opted_out for one in scene.context.contacts),
}
