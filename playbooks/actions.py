"""What follows a step: tasks, words to staff, facts, look-ups, escalations, other playbooks, and the next step."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from playbooks import deeds, work
from playbooks.bands import standing
from playbooks.effects import Happen, LookUp, SetConsent, SetFact, SetForecast, SetGoal, SetStage
from playbooks.holding import holds
from playbooks.state import StepRecord
from playbooks.types import STAFF, Message, Notice
from playbooks.wording import VALUE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from playbooks.turn import Turn
    from playbooks.types import Action, Decision, Delay, LookUpSpec

START_OTHER, STOP_OTHER = "playbook.start", "playbook.stop"


def perform(turn: Turn, record: StepRecord, todo: Iterable[Action], tag: str = "", **extra: str) -> None:
    """Carry out actions in their order.

    Args:
        turn: the transition.
        record: the step that they follow; one that is not in the run stands for the run as a whole.
        todo: the actions.
        tag: which of several branches of the step they belong to.
        extra: variables of this answer.
    """
    for n, action in enumerate(todo):
        slot = f"{record.step}:{n}:{tag or record.answer or record.state}"
        PERFORMERS[type(action)](turn, record, action, slot, extra)


def decide(turn: Turn, record: StepRecord, body: Decision) -> None:
    """Go where the first case that holds points to."""
    for case in body.decide:
        target = case.goto if case.condition and holds(case.condition, turn.scene) else case.otherwise
        if target:
            follow(turn, record, target)
            return


def follow(turn: Turn, source: StepRecord, step: str, after: Delay | None = None) -> None:
    """Plan the next step: for the same person, in the same thread, where the step before had one."""
    body = turn.playbook.step(step)
    if turn.run.segment in body.skip_in:
        return
    audience = body.to.of(turn.run.segment)[0] if isinstance(body, Message) else source.audience
    anew = isinstance(body, Message) and body.anew
    suffix = "" if anew else source.key.split("#")[0].partition(".")[2]
    mode = (isinstance(body, Message) and body.delivery) or turn.playbook.delivery
    to_staff = audience in STAFF
    talking = turn.in_conversation and after is None and not to_staff and not anew
    due = turn.later(after, turn.calendar(source)) if after else max(turn.now, source.due_at or turn.now)
    record = StepRecord(
        key=free_key(turn, f"{step}.{suffix}" if suffix else step),
        step=step,
        audience=audience,
        delivery=mode.of(turn.run.segment),
        due_at=turn.now if talking else due,
        contact_id=None if to_staff or anew else _partner(turn, source),
        in_conversation=talking,
        follows=(source.follows or source.key) if source.contact_id and not (to_staff or anew) else None,
        found=source.found,
    )
    turn.put(record)
    turn.fresh.append(record.key)


def free_key(turn: Turn, wanted: str) -> str:
    """The key, or `key#2`, `key#3` ... if the step was there before."""
    wanted = wanted.split("#", maxsplit=1)[0]
    n = 1
    while (key := wanted if n == 1 else f"{wanted}#{n}") in turn.run.steps:
        n += 1
    return key


def after_notice(turn: Turn, record: StepRecord) -> None:
    """What a notice does once it is sent."""
    body = turn.body(record)
    if isinstance(body, Notice):
        perform(turn, record, body.then)


def looked_up(turn: Turn, record: StepRecord, spec: LookUpSpec, *, found: bool) -> None:
    """Go on with or without an answer from the knowledge base."""
    follow(turn, record, spec.found if found else spec.missing)


def _partner(turn: Turn, source: StepRecord) -> str | None:
    """Whom the conversation is with: who answered, else who was asked."""
    person = turn.context.by_slack(source.answered_by)
    return person.id if person else source.contact_id


def _task(turn: Turn, record: StepRecord, action: deeds.MakeTask, slot: str, extra: dict[str, str]) -> None:
    work.make(turn, turn.own(record), action.task, slot, **extra)


def _go(turn: Turn, record: StepRecord, action: deeds.GoTo, _slot: str, _extra: dict[str, str]) -> None:
    in_vain = action.at_most is not None and _in_vain(turn, record) > action.at_most
    target = action.otherwise if in_vain else action.goto
    if target:
        follow(turn, record, target, action.after)


def _in_vain(turn: Turn, record: StepRecord) -> int:
    """How often in a row, up to now, nothing came of the step."""
    own = record.key.split("#", maxsplit=1)[0]
    rounds = [one for key, one in turn.run.steps.items() if key.split("#", maxsplit=1)[0] == own]
    return sum(1 for _ in takewhile(lambda one: one.state == "expired", reversed(rounds)))


def _tell(turn: Turn, record: StepRecord, action: deeds.Tell, _slot: str, extra: dict[str, str]) -> None:
    text = turn.filled(action.notify, turn.values(record) | extra)
    turn.notify(record, text, urgent=action.urgent, role=action.role)


def _set_facts(
    turn: Turn, record: StepRecord, action: deeds.SetFacts, _slot: str, extra: dict[str, str]
) -> None:
    known = turn.values(record) | extra
    facts = {kind: turn.filled(value, known) for kind, value in action.set.items()}
    turn.know(**facts)
    for kind, value in facts.items():
        turn.emit(SetFact(kind, value))


def _set_stage(
    turn: Turn, _record: StepRecord, action: deeds.SetStage, _slot: str, _extra: dict[str, str]
) -> None:
    turn.emit(SetStage(action.stage))


def _set_goal(
    turn: Turn, record: StepRecord, action: deeds.SetGoal, _slot: str, extra: dict[str, str]
) -> None:
    known = turn.values(record) | extra
    spec = action.goal
    words = (
        turn.known_or_empty(text, known)
        for text in (spec.title, spec.baseline, spec.now, spec.target, spec.due, spec.unit)
    )
    goal = SetGoal(*words)
    if goal.title:
        turn.emit(goal)


def _look_up(
    turn: Turn, record: StepRecord, action: deeds.LookItUp, _slot: str, extra: dict[str, str]
) -> None:
    question = turn.filled(action.look_up.question, turn.values(record) | extra)
    turn.change(record, looking_up=True)
    turn.emit(LookUp(record.key, question, record.contact_id))


def _escalate(
    turn: Turn, record: StepRecord, action: deeds.Escalate, _slot: str, extra: dict[str, str]
) -> None:
    why = turn.filled(action.escalate.why, turn.values(record) | extra, VALUE_LIMIT)
    work.escalate(turn, turn.own(record), action.escalate, why, record.step)


def _finish(
    turn: Turn, _record: StepRecord, action: deeds.FinishRun, _slot: str, _extra: dict[str, str]
) -> None:
    spec = action.finish
    reason = spec.reason or (turn.answer_to(spec.reason_from) if spec.reason_from else None)
    turn.ending = turn.ending or (spec.outcome, reason)


def _consent(
    turn: Turn, record: StepRecord, action: deeds.GiveConsent, _slot: str, extra: dict[str, str]
) -> None:
    """Of whoever is asked; what is left open in the words is not agreed to."""
    spec, known, person = action.consent, turn.values(record) | extra, _partner(turn, record)
    purpose = turn.known_or_empty(spec.purpose, known)
    text = turn.known_or_empty(spec.text, known)
    if person and purpose and (text or spec.withdraw):
        scope, until = turn.known_or_empty(spec.scope, known), turn.later(spec.lasts, turn.context.calendar())
        emitted = SetConsent(record.key, person, purpose, scope, text, until.date(), spec.withdraw)
        turn.emit(emitted)


def _forecast(
    turn: Turn, record: StepRecord, action: deeds.CallForecast, _slot: str, extra: dict[str, str]
) -> None:
    known = turn.values(record) | extra
    category = turn.known_or_empty(action.forecast.category, known)
    if turn.context.term and category:
        why = turn.known_or_empty(action.forecast.why, known) or category
        band = standing(turn.run, turn.context, turn.now).band
        turn.emit(SetForecast(record.key, category, why, "unknown" if band == "quiet" else band))


def _start(
    turn: Turn, _record: StepRecord, action: deeds.StartOther, _slot: str, _extra: dict[str, str]
) -> None:
    _happen(turn, START_OTHER, playbook=action.start)


def _stop(
    turn: Turn, _record: StepRecord, action: deeds.StopOther, _slot: str, _extra: dict[str, str]
) -> None:
    _happen(turn, STOP_OTHER, playbook=action.stop)


def _signal(turn: Turn, record: StepRecord, action: deeds.Signal, _slot: str, _extra: dict[str, str]) -> None:
    _happen(turn, action.signal, step=record.key)


def _happen(turn: Turn, name: str, **data: str) -> None:
    more = {"run": turn.run.id, "from": turn.playbook.playbook, **data}
    turn.emit(Happen(name, tuple(sorted(more.items())), turn.number()))


PERFORMERS: dict[type, Callable[[Turn, StepRecord, Any, str, dict[str, str]], None]] = {
    deeds.MakeTask: _task,
    deeds.GoTo: _go,
    deeds.Tell: _tell,
    deeds.SetFacts: _set_facts,
    deeds.SetStage: _set_stage,
    deeds.SetGoal: _set_goal,
    deeds.LookItUp: _look_up,
    deeds.Escalate: _escalate,
    deeds.FinishRun: _finish,
    deeds.StartOther: _start,
    deeds.StopOther: _stop,
    deeds.Signal: _signal,
    deeds.GiveConsent: _consent,
    deeds.CallForecast: _forecast,
}
