"""Which step leads to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks.types import Decision, GoTo, LookItUp, Notice, Playbook, Question, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playbooks.types import Action, Branch


@dataclass(frozen=True)
class Reference:
    """A step that points to another. `delayed` if time passes on the way."""

    source: str | None  # None: an outcome
    target: str
    delayed: bool
    place: tuple[str | int, ...]


def references(playbook: Playbook) -> Iterator[Reference]:
    """Every pointer of a playbook."""
    for code, outcome in playbook.outcomes.items():
        if outcome.then:
            yield Reference(None, outcome.then, delayed=True, place=("outcomes", code, "then"))
    for name, step in playbook.steps.items():
        if isinstance(step, Decision):
            for n, case in enumerate(step.decide):
                target = case.goto or case.otherwise
                if target:
                    yield Reference(name, target, delayed=False, place=("steps", name, "decide", n))
        elif isinstance(step, Notice | Work):
            yield from _of(name, step.then, ("steps", name, "then"), delayed=isinstance(step, Work))
        elif isinstance(step, Question):
            yield from _of_question(name, step)


def reachable(playbook: Playbook) -> set[str]:
    """Steps that have a day, follow an outcome, or are pointed to by one that is reachable."""
    found = {name for name, step in playbook.steps.items() if step.when}
    pointers = list(references(playbook))
    while True:
        more = {ref.target for ref in pointers if ref.source is None or ref.source in found} & set(
            playbook.steps
        )
        if more <= found:
            return found
        found |= more


def loop_without_delay(playbook: Playbook) -> list[str] | None:
    """A circle of steps that time does not slow down, its first step repeated at the end; None if there is none."""
    after: dict[str, list[str]] = {}
    for ref in references(playbook):
        if ref.source and not ref.delayed:
            after.setdefault(ref.source, []).append(ref.target)
    for start in after:
        path = _path(after, start, start, [start])
        if path:
            return path
    return None


def _path(after: dict[str, list[str]], at: str, goal: str, so_far: list[str]) -> list[str] | None:
    for target in after.get(at, ()):
        if target == goal:
            return [*so_far, goal]
        if target not in so_far and (found := _path(after, target, goal, [*so_far, target])):
            return found
    return None


def _of_question(name: str, step: Question) -> Iterator[Reference]:
    branches: list[tuple[str, Branch]] = list(step.on_answer.items())
    for value, branch in branches:
        yield from _of(name, branch.do, ("steps", name, "on_answer", value, "do"))
    for ref in _of(name, step.on_timeout.do, ("steps", name, "on_timeout", "do")):
        yield Reference(ref.source, ref.target, delayed=True, place=ref.place)


def _of(
    name: str, todo: Iterable[Action], place: tuple[str | int, ...], *, delayed: bool = False
) -> Iterator[Reference]:
    for n, action in enumerate(todo):
        if isinstance(action, GoTo):
            waits = delayed or action.after is not None
            yield Reference(name, action.goto, delayed=waits, place=(*place, n))
        elif isinstance(action, LookItUp):
            for target in (action.look_up.found, action.look_up.missing):
                yield Reference(name, target, delayed=False, place=(*place, n))
