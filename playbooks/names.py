"""Names in a definition that stand for something elsewhere: what happens, other playbooks, facts, days."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playbooks import deeds
from playbooks.finding import Finding, nearest
from playbooks.graph import todos
from playbooks.signals import LOOKS
from playbooks.starting import EventTrigger, SignalTrigger
from playbooks.types import BUILT_IN_ANCHORS, KINDS, SEGMENTS, Message, Wait
from playbooks.wording import variables_of
from store.news import RAISED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from playbooks.conditions import Condition
    from playbooks.graph import Place
    from playbooks.types import Playbook

HEALTH = ("health.green", "health.yellow", "health.red", "health.recovered")
FROM_PEOPLE = (
    "signal.praise",
    "advocacy.used",
)  # said on a CSM's word: praise, a consent that was made use of
TOLD = frozenset({*HEALTH, *FROM_PEOPLE, *RAISED, *(f"signal.{kind}" for kind in LOOKS)})
"""What the product itself says of accounts."""
LIKE = 0.85  # from here on a name is taken for a known one that was misspelt
_NAME = re.compile(r"^playbook:\s*[\"']?([\w-]+)", re.MULTILINE)
_SAYS = re.compile(r"[-{\[,]\s*(signal|stage):\s*[\"']?([\w.-]+)")


@dataclass(frozen=True)
class Beside:
    """The playbooks that a definition has beside it: their names, and what they say when they run."""

    names: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()


def beside(*folders: Path) -> Beside:
    """What is in the files of these folders."""
    files = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    named = frozenset(match[1] for text in texts if (match := _NAME.search(text)))
    said = frozenset(_event(*match.groups()) for text in texts for match in _SAYS.finditer(text))
    return Beside(named, said)


def _event(action: str, name: str) -> str:
    return f"stage.{name}" if action == "stage" else name


def before_the_run(playbook: Playbook) -> Iterator[Finding]:
    """What decides whether a run begins can only name what is known without one."""
    roots: list[tuple[Place, Condition | None]] = [(("entry", "if"), playbook.entry.condition)]
    for n, trigger in enumerate(playbook.trigger):
        if isinstance(trigger, SignalTrigger):
            roots.append((("trigger", n, "signal"), trigger.signal.when))
            roots.append((("trigger", n, "signal"), trigger.signal.until))
    for place, root in roots:
        for condition in _nested(root):
            for key in (*condition.answer, *condition.answers):
                yield Finding(
                    place,
                    f"The answer “{key}” is not known before the run begins",
                    "Name a fact, a number, a stage or a segment",
                )


def happenings(playbook: Playbook, said: Collection[str]) -> Iterator[Finding]:
    """What a playbook waits for is said by somebody: the product, a playbook beside it, or itself.

    Args:
        playbook: what is checked.
        said: what the playbooks beside it say.
    """
    own = {_event(*words) for todo in todos(playbook) if (words := _says(todo.action))}
    for place, name in _awaited(playbook):
        if name.startswith("health.") and name not in HEALTH:
            yield Finding(place, f"Nothing ever says “{name}”", nearest(name, HEALTH) or "")
        elif name not in TOLD | own | set(said):
            alike = difflib.get_close_matches(name, TOLD | own | set(said), n=1, cutoff=LIKE)
            remedy = f"Did you mean “{alike[0]}”?" if alike else f"Have a playbook say it: “signal: {name}”"
            yield Finding(place, f"Nothing ever says “{name}”", remedy)


def _says(action: object) -> tuple[str, str] | None:
    if isinstance(action, deeds.Signal):
        return "signal", action.signal
    return ("stage", action.stage) if isinstance(action, deeds.SetStage) else None


def _awaited(playbook: Playbook) -> Iterator[tuple[Place, str]]:
    for n, trigger in enumerate(playbook.trigger):
        if isinstance(trigger, EventTrigger):
            yield from ((("trigger", n, "event"), name) for name in trigger.event)
    for step, body in playbook.steps.items():
        yield from ((("steps", step, "on"), name) for name in body.on)
        if isinstance(body, Wait):
            yield from ((("steps", step, "wait", "event"), name) for name in body.wait.event)


def days(playbook: Playbook) -> Iterator[Finding]:
    """`{day_X}` is the day of an anchor that there is."""
    known = {*BUILT_IN_ANCHORS, *playbook.anchors}
    for step, body in playbook.steps.items():
        texts = (
            {text for segment in SEGMENTS for text in body.message.of(segment)}
            if isinstance(body, Message)
            else ()
        )
        for name in sorted({name for text in texts for name in _variables(text)}):
            if name.startswith("day_") and name.removeprefix("day_") not in known:
                anchors = ", ".join(sorted(known))
                yield Finding(
                    ("steps", step, "message"),
                    f"There is no anchor {name.removeprefix('day_')} whose day {{{name}}} could be",
                    f"Known here: {anchors}",
                )


def other_playbooks(playbook: Playbook, known: Collection[str]) -> Iterator[Finding]:
    """What is started is a playbook that there is; what is stopped, one or a kind.

    Args:
        playbook: what is checked.
        known: names of the playbooks that there are.
    """
    names = {*known, playbook.playbook}
    for todo in todos(playbook):
        if isinstance(todo.action, deeds.StartOther) and todo.action.start not in names:
            wanted, choice = todo.action.start, names
        elif isinstance(todo.action, deeds.StopOther) and todo.action.stop not in names | set(KINDS):
            wanted, choice = todo.action.stop, names | set(KINDS)
        else:
            continue
        yield Finding(todo.place, f"There is no playbook “{wanted}”", nearest(wanted, choice) or "")


def _nested(condition: Condition | None) -> Iterator[Condition]:
    if condition is None:
        return
    yield condition
    for inner in (condition.negated, *condition.any_of):
        yield from _nested(inner)


def _variables(text: str) -> Iterable[str]:
    try:
        return variables_of(text)
    except ValueError:
        return ()  # a lone brace: another rule says so
