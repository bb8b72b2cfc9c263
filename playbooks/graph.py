"""Which step leads to which, and every place of a playbook that does something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks.deeds import GoTo, LookItUp
from playbooks.types import Decision, Deeds, Notice, Question, Wait, Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from playbooks.deeds import Action, Branch
    from playbooks.types import Playbook, Step

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Reference:
    """A step that points to another. `delayed` if time passes on the way; `endless` if it leads on by itself for ever."""

    source: str | None  # None: an outcome or a rule
    target: str
    delayed: bool
    place: Place
    endless: bool = False


@dataclass(frozen=True)
class Todo:
    """An action where it stands. `step` is None in a rule; `delayed` if time passes before it comes about.

    `alone` if it comes about although nobody does anything: no answer, no task that is done, nothing that happens.
    """

    step: str | None
    action: Action
    place: Place
    delayed: bool = False
    alone: bool = False


def todos(playbook: Playbook) -> Iterator[Todo]:
    """Every action of a playbook."""
    for name, step in playbook.steps.items():
        for place, actions, delayed, alone in _lists(step):
            for n, action in enumerate(actions):
                yield Todo(name, action, ("steps", name, *place, n), delayed, alone)
    for k, rule in enumerate(playbook.watch):
        for n, action in enumerate(rule.do):
            yield Todo(None, action, ("watch", k, "do", n), delayed=True)


def branches(step: Step) -> Iterator[tuple[Place, Branch]]:
    """What follows the answers of a step, and their absence."""
    if isinstance(step, Question):
        yield from ((("on_answer", value), branch) for value, branch in step.on_answer.items())
    if isinstance(step, Question | Wait):
        yield ("on_timeout",), step.on_timeout


def _lists(step: Step) -> Iterator[tuple[Place, tuple[Action, ...], bool, bool]]:
    if isinstance(step, Notice | Work | Wait):
        alone = isinstance(step, Notice) or (isinstance(step, Wait) and step.wait.time is not None)
        yield ("then",), step.then, not isinstance(step, Notice), alone
    if isinstance(step, Deeds):
        yield ("do",), step.do, False, True
    for place, branch in branches(step):
        silent = place == ("on_timeout",)
        yield (*place, "do"), branch.do, silent, silent


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
                    place = ("steps", name, "decide", n)
                    yield Reference(name, target, delayed=False, place=place, endless=True)
    for todo in todos(playbook):
        yield from _of(todo)


def reachable(playbook: Playbook) -> set[str]:
    """Steps that have a day or wait for an event, follow an outcome or a rule, or are pointed to by one that is reachable."""
    found = {name for name, step in playbook.steps.items() if step.when or step.on}
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
    return _circle(ref for ref in references(playbook) if not ref.delayed)


def loop_without_end(playbook: Playbook) -> list[str] | None:
    """A circle of steps that goes on by itself for as long as nobody does anything; None if there is none.

    One that comes only if something is so says itself when it ends.
    """
    bound = {name for name, step in playbook.steps.items() if step.only_if}
    return _circle(ref for ref in references(playbook) if ref.endless and ref.target not in bound)


def _circle(refs: Iterable[Reference]) -> list[str] | None:
    after: dict[str, list[str]] = {}
    for ref in refs:
        if ref.source:
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


def _of(todo: Todo) -> Iterator[Reference]:
    action = todo.action
    if isinstance(action, GoTo):
        waits = todo.delayed or action.after is not None
        endless = todo.alone and action.at_most is None
        yield Reference(todo.step, action.goto, delayed=waits, place=todo.place, endless=endless)
        if action.otherwise:
            yield Reference(todo.step, action.otherwise, delayed=waits, place=todo.place, endless=todo.alone)
    elif isinstance(action, LookItUp):
        for target in (action.look_up.found, action.look_up.missing):
            yield Reference(todo.step, target, delayed=False, place=todo.place, endless=todo.alone)
