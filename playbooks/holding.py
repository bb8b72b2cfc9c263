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
    from playbooks.state import Context, Person, Run, StepRecord
    from playbooks.terms import Compare
    from playbooks.types import Playbook

ENDLESS = 10**6  # days since something that never was
NOTHING = "none"  # the value of a fact that is taken back
PROMOTER, SCORE_HOLDS = 9, 180  # of 10; days for which a score says what somebody thinks


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
    noted = condition.fact is None or _fact(condition.fact, scene) not in {None, NOTHING}
    aged = all(one_of(wanted, _age(kind, scene)) for kind, wanted in condition.age.items())
    ended = all(one_of(wanted, _since(name, scene)) for name, wanted in condition.since.items())
    known = facts and noted and aged and ended
    return known and _of_the_account(condition, scene) and _of_the_run(condition, scene)


def _of_the_account(condition: Condition, scene: Scene) -> bool:
    context = scene.context
    return (
        (not condition.segment or context.segment in condition.segment)
        and (not condition.stage or context.stage in condition.stage)
        and (not condition.plan or context.plan in condition.plan)
        and (not condition.running or bool(set(condition.running) & set(context.running)))
        and (not condition.persona or any(_reachable(scene, persona) for persona in condition.persona))
        and (not condition.consent or any(one.purpose in condition.consent for one in scene.context.consents))
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


def _since(name: str, scene: Scene) -> int:
    if name in scene.context.running:
        return 0
    ended = scene.context.ended.get(name)
    return ENDLESS if ended is None else (scene.now - ended).days


def _reachable(scene: Scene, persona: str) -> bool:
    return any(is_one_of(person, persona, scene.context, scene.now) for person in _there(scene))


def _there(scene: Scene) -> Iterator[Person]:
    return (person for person in scene.context.contacts if person.active and not person.opted_out)


def is_one_of(person: Person, audience: str, context: Context, now: datetime) -> bool:
    """Whether a person belongs to an audience: by role, by the score they gave, by what they agreed to."""
    if audience == "promoter":
        return (
            person.score is not None
            and person.score.value >= PROMOTER
            and person.score.age(now) <= SCORE_HOLDS
        )
    if audience == "advocate":
        return any(one.contact_id == person.id and one.makes_an_advocate for one in context.consents)
    return audience in {"anyone", person.persona}


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


def _days_customer(scene: Scene) -> float | None:
    term = scene.context.term
    first = (term.first_started_on or term.started_on) if term else None
    return (scene.context.calendar().date_of(scene.now) - first).days if first else None


def _seat_share(scene: Scene) -> float | None:
    """Seats in use of those they pay for, 0 to 1 and more."""
    used, seats = scene.context.facts.get("seats_used"), scene.context.seats
    try:
        return float(used.value) / seats if used and seats else None
    except ValueError:
        return None


def _promoter_days(scene: Scene) -> float | None:
    """Days since somebody gave 9 or 10, the newest score of each person."""
    days = (
        p.score.age(scene.now)
        for p in _there(scene)
        if p.score and is_one_of(p, "promoter", scene.context, scene.now)
    )
    return min(days, default=None)


def _consent_days_left(scene: Scene) -> float | None:
    today = scene.context.calendar().date_of(scene.now)
    ends = ((one.expires_on - today).days for one in scene.context.consents if one.makes_an_advocate)
    return min(ends, default=None)


NUMBERS: dict[str, Callable[[Scene], float | None]] = {
    "health": lambda scene: scene.context.health,
    "arr": lambda scene: scene.context.arr,
    "seats": lambda scene: scene.context.seats,
    "goals_met": lambda scene: scene.context.goals_met,
    "goal_share": lambda scene: goal_share(scene.context),
    "open_escalations": lambda scene: scene.context.open_escalations,
    "silent_days": _silent_days,
    "days_left": _days_left,
    "days_customer": _days_customer,
    "silent_steps": silent_in_a_row,
    "days_running": lambda scene: (scene.now - scene.run.started_at).days,
    "contacts": lambda scene: sum(1 for _ in _there(scene)),
    "seat_share": _seat_share,
    "promoter_days": _promoter_days,
    "auto_renews": lambda scene: int(scene.context.term.auto_renews) if scene.context.term else None,
    "consent_days_left": _consent_days_left,
}
