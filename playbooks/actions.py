"""What follows a step: tasks, words to staff, facts, look-ups, and the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks import work
from playbooks.bands import standing
from playbooks.effects import LookUp, SetFact
from playbooks.state import StepRecord
from playbooks.types import GoTo, LookItUp, MakeTask, Message, Notice, SetFacts, Tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playbooks.turn import Turn
    from playbooks.types import Action, Condition, Decision, Delay, LookUpSpec


def perform(turn: Turn, record: StepRecord, todo: Iterable[Action], **extra: str) -> None:
    """Carry out the actions of a branch in their order; `extra` are variables of this answer."""
    for n, action in enumerate(todo):
        if isinstance(action, MakeTask):
            work.make(
                turn, record, action.task, f"{record.step}:{n}:{record.answer or record.state}", **extra
            )
        elif isinstance(action, GoTo):
            follow(turn, record, action.goto, action.after)
        elif isinstance(action, Tell):
            text = turn.filled(action.notify, turn.values(record) | extra)
            turn.notify(record, text, urgent=action.urgent, role=action.role)
        elif isinstance(action, SetFacts):
            _set_facts(turn, action.set)
        else:
            _look_up(turn, record, action, extra)


def decide(turn: Turn, record: StepRecord, body: Decision) -> None:
    """Go where the first case that holds points to."""
    for case in body.decide:
        target = case.goto if case.condition and holds(turn, case.condition) else case.otherwise
        if target:
            follow(turn, record, target)
            return


def holds(turn: Turn, condition: Condition) -> bool:
    """Whether everything that a condition names is so."""
    fact = condition.fact is None or condition.fact in turn.run.facts or condition.fact in turn.context.facts
    band = not condition.band or standing(turn.run, turn.context, turn.now).band in condition.band
    return fact and band and all(_answered(turn, key, wanted) for key, wanted in condition.answer.items())


def follow(turn: Turn, source: StepRecord, step: str, after: Delay | None = None) -> None:
    """Plan the next step: for the same person, in the same thread, where the step before had one."""
    body = turn.playbook.steps[step]
    if turn.run.segment in body.skip_in:
        return
    audience = body.to.of(turn.run.segment)[0] if isinstance(body, Message) else source.audience
    suffix = source.key.split("#")[0].partition(".")[2]
    mode = (isinstance(body, Message) and body.delivery) or turn.playbook.delivery
    talking = turn.in_conversation and after is None and audience != "csm"
    due = turn.later(after, turn.calendar(source)) if after else max(turn.now, source.due_at or turn.now)
    record = StepRecord(
        key=free_key(turn, f"{step}.{suffix}" if suffix else step),
        step=step,
        audience=audience,
        delivery=mode.of(turn.run.segment),
        due_at=turn.now if talking else due,
        contact_id=None if audience == "csm" else _partner(turn, source),
        in_conversation=talking,
        follows=(source.follows or source.key) if audience != "csm" and source.contact_id else None,
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


def _answered(turn: Turn, key: str, wanted: tuple[str, ...]) -> bool:
    answers = {record.answer for record in turn.run.steps.values() if _key_of(turn, record) == key}
    return bool(answers & set(wanted)) or ("any" in wanted and bool(answers - {None}))


def _key_of(turn: Turn, record: StepRecord) -> str | None:
    ask = getattr(turn.body(record), "ask", None)
    return ask.key if ask else None


def _set_facts(turn: Turn, facts: dict[str, str]) -> None:
    turn.know(**facts)
    for kind, value in facts.items():
        turn.emit(SetFact(kind, value))


def _look_up(turn: Turn, record: StepRecord, action: LookItUp, extra: dict[str, str]) -> None:
    question = turn.filled(action.look_up.question, turn.values(record) | extra)
    turn.change(record, looking_up=True)
    turn.emit(LookUp(record.key, question, record.contact_id))
