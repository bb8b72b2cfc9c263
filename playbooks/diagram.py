"""A playbook as a drawing: which step leads where and on which answer. Pure; read from the definition alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks.deeds import FinishRun, GoTo, LookItUp, StartOther
from playbooks.types import SEGMENTS, Decision, Deeds, Notice, Question, Wait, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from playbooks.conditions import Condition
    from playbooks.terms import Compare, Delay, When
    from playbooks.types import Action, Playbook, Segment, Step

LONGEST = 34  # characters of a label
BRACES = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Node:
    """A step, an end, or another playbook."""

    key: str
    label: str
    kind: str  # question | staff | notice | task | wait | decide | do | end | playbook
    when: str = ""  # on which day it comes by itself, in words
    only: str = ""  # for which segments, if not for all


@dataclass(frozen=True)
class Arrow:
    """From one to the next. `silent` if it is what follows where nobody answers."""

    source: str
    target: str
    label: str = ""
    silent: bool = False


@dataclass(frozen=True)
class Drawing:
    """Nodes in the order of the definition, ends last."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def draw(playbook: Playbook, variants: Iterable[Playbook] = ()) -> Drawing:
    """The drawing of a playbook.

    Args:
        playbook: as it stands.
        variants: as each segment has it, in the order SMB, MM, ENT; steps that only some have say so.
    """
    per_segment = dict(zip(SEGMENTS, variants, strict=False))
    steps: dict[str, Step] = dict(playbook.steps)
    for one in per_segment.values():
        steps |= {name: body for name, body in one.steps.items() if name not in steps}
    nodes = [_node(name, body, _only(name, per_segment)) for name, body in steps.items()]
    arrows = _merged(_arrows(playbook, steps))
    used = {arrow.target for arrow in arrows} | {arrow.source for arrow in arrows}
    nodes += [
        Node(f"end_{code}", one.label, "end")
        for code, one in playbook.outcomes.items()
        if f"end_{code}" in used
    ]
    nodes += [
        Node(key, f"Playbook: {key[5:]}", "playbook") for key in sorted(used) if key.startswith("play_")
    ]
    nodes += [
        Node(f"watch_{n}", rule.title, "watch")
        for n, rule in enumerate(playbook.watch)
        if f"watch_{n}" in used
    ]
    return Drawing(tuple(nodes), tuple(arrows))


def _node(name: str, body: Step, only: str) -> Node:
    return Node(name, body.title, _kind(body), _when(body), only)


def _kind(body: Step) -> str:
    if isinstance(body, Question):
        return "staff" if set(body.to.MM) & {"csm", "manager"} else "question"
    kinds: list[tuple[type, str]] = [
        (Notice, "notice"),
        (Work, "task"),
        (Wait, "wait"),
        (Decision, "decide"),
        (Deeds, "do"),
    ]
    return next(kind for type_, kind in kinds if isinstance(body, type_))


def _when(body: Step) -> str:
    if body.on:
        return " or ".join(body.on)
    if body.when is None:
        return ""
    days = {segment: moment(body.when.of(segment)) for segment in SEGMENTS}
    if len(set(days.values())) == 1:
        return days["MM"]
    return ", ".join(f"{segment} {day}" for segment, day in days.items())


def _only(name: str, per_segment: Mapping[Segment, Playbook]) -> str:
    """For which segments a step is, if not for all of them."""
    has = [
        segment
        for segment, one in per_segment.items()
        if name in one.steps and segment not in one.steps[name].skip_in
    ]
    return "" if len(has) == len(per_segment) else ", ".join(has) or "nobody"


def moment(when: When) -> str:
    """A moment as definitions write it: `C+7d`."""
    return f"{when.anchor}..{when.to} {when.percent}%" if when.to else f"{when.anchor}{when.days:+d}d"


def _arrows(playbook: Playbook, steps: dict[str, Step]) -> Iterator[Arrow]:
    for name, body in steps.items():
        yield from _leaving(playbook, name, body)
    for n, rule in enumerate(playbook.watch):
        yield from _targets(f"watch_{n}", rule.do, "")
    for code, outcome in playbook.outcomes.items():
        if outcome.then:
            yield Arrow(f"end_{code}", outcome.then)


def _leaving(playbook: Playbook, name: str, body: Step) -> Iterator[Arrow]:
    """The arrows that leave a step, those of silence last."""
    if isinstance(body, Question):
        for value, branch in body.on_answer.items():
            yield from _targets(name, branch.do, _answer(playbook, body, value))
        yield from _targets(name, body.on_timeout.do, "no answer", silent=True)
    elif isinstance(body, Decision):
        for case in body.decide:
            label = said(case.condition) if case.condition else "else"
            yield Arrow(name, case.goto or case.otherwise or "", label)
    elif isinstance(body, Deeds):
        yield from _targets(name, body.do, "")
    else:
        yield from _targets(name, body.then, "done" if isinstance(body, Work) else "")
        if isinstance(body, Wait):
            yield from _targets(name, body.on_timeout.do, "too late", silent=True)


def _targets(source: str, todo: Iterable[Action], label: str, *, silent: bool = False) -> Iterator[Arrow]:
    for action in todo:
        if isinstance(action, GoTo):
            later = f"after {_delay(action.after)}" if action.after else ""
            yield Arrow(source, action.goto, _joined(label, later), silent)
            if action.otherwise:
                yield Arrow(source, action.otherwise, _joined(label, "again and again"), silent)
        elif isinstance(action, LookItUp):
            yield Arrow(source, action.look_up.found, _joined(label, "found"), silent)
            yield Arrow(source, action.look_up.missing, _joined(label, "not found"), silent)
        elif isinstance(action, FinishRun):
            yield Arrow(source, f"end_{action.finish.outcome}", label, silent)
        elif isinstance(action, StartOther):
            yield Arrow(source, f"play_{action.start}", label, silent)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _merged(arrows: Iterable[Arrow]) -> list[Arrow]:
    """One arrow for several answers that lead to the same."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for arrow in arrows:
        labels = found.setdefault((arrow.source, arrow.target, arrow.silent), [])
        if arrow.label and arrow.label not in labels:
            labels.append(arrow.label)
    return [
        Arrow(source, target, " / ".join(labels), silent)
        for (source, target, silent), labels in found.items()
    ]


def _answer(playbook: Playbook, body: Question, value: str) -> str:
    if value == "else":
        return "otherwise" if len(body.on_answer) > 1 else ""
    label = next((option.label for option in playbook.options(body.ask) if option.value == value), value)
    return short(label)


def short(text: str) -> str:
    """A text for a drawing: without variables, and not long."""
    plain = BRACES.sub("…", text).strip()
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"


def _delay(delay: Delay) -> str:
    return f"{delay.amount}{delay.unit}"


def said(condition: Condition) -> str:
    """A condition in a few words."""
    parts = [f"{condition.fact} is known"] if condition.fact else []
    for values in (condition.facts, condition.number, condition.answer):
        parts += [f"{key} {_compared(wanted)}" for key, wanted in values.items()]
    parts += [f"{key} noted {_compared(wanted)} days ago" for key, wanted in condition.age.items()]
    parts += [f"{key} ended {_compared(wanted)} days ago" for key, wanted in condition.since.items()]
    parts += [
        f"{key} {value} {_compared(wanted)} times"
        for key, counts in condition.answers.items()
        for value, wanted in counts.items()
    ]
    for words, several in (
        ("", condition.band), ("", condition.segment), ("stage", condition.stage), ("plan", condition.plan),
        ("there is a", condition.persona), ("consent to", condition.consent), ("running", condition.running),
    ):  # fmt: skip
        parts += [f"{words} {' or '.join(several)}".strip()] if several else []
    if condition.any_of:
        parts.append(" or ".join(map(said, condition.any_of)))
    if condition.negated:
        parts.append(f"not {said(condition.negated)}")
    return ", ".join(parts)


def _compared(wanted: tuple[Compare, ...]) -> str:
    return " or ".join(
        f"{one.value} to {one.upto}"
        if one.operator == "range"
        else one.value
        if one.operator == "="
        else f"{one.operator} {one.value}"
        for one in wanted
    )


def followers(drawing: Drawing) -> dict[str, list[Arrow]]:
    """The arrows that leave each node."""
    found: dict[str, list[Arrow]] = {}
    for arrow in drawing.arrows:
        found.setdefault(arrow.source, []).append(arrow)
    return found
