"""From a YAML file to its contents, with the line of everything in it, and as each segment has them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playbooks.terms import Segment

DEFINITIONS = Path(__file__).parent / "definitions"
REPLACED = (
    "delivery",
    "max_days",
    "watch",
    "at_end",
)  # keys of a variant that stand instead of the playbook's
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where there is one: ten times faster
Place = tuple[str | int, ...]  # keys and positions from the top of the file


@dataclass(frozen=True)
class Source:
    """A definition file as it was read. `lines` gives the line of each place; `odd` names keys that mislead."""

    path: Path
    data: Any
    lines: dict[Place, int]
    odd: tuple[tuple[Place, str, str], ...] = ()  # place, what is wrong, remedy

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(path: Path) -> Source:
    """Read a file.

    Raises:
        yaml.YAMLError: it is no YAML; `problem_mark` has the line.
        UnicodeDecodeError: it is no text.
        OSError: it cannot be read.
    """
    loader = LOADER(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()
    lines: dict[Place, int] = {}
    odd = tuple(_walk(node, (), lines)) if node is not None else ()
    return Source(path, data, lines, odd)


def overlaid(body: dict[str, Any], segment: Segment) -> dict[str, Any]:
    """The contents with a segment's variant laid over them: steps left out, changed key by key, and added."""
    variant = (body.get("variants") or {}).get(segment) or {}
    steps = dict(body["steps"])
    for name in variant.get("remove", ()):
        skipped = list(steps[name].get("skip_in", ()))
        steps[name] = {**steps[name], "skip_in": [*skipped, segment]}
    for name, changes in variant.get("steps", {}).items():
        merged = {**steps.get(name, {}), **changes}
        steps[name] = {key: value for key, value in merged.items() if value is not None}
    own = {key: variant[key] for key in REPLACED if variant.get(key) is not None}
    outcomes = {**body["outcomes"], **variant.get("outcomes", {})}
    return {**body, **own, "steps": steps, "outcomes": outcomes, "variants": {}}


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Iterator[tuple[Place, str, str]]:
    """Note the line of every place; yield keys that YAML reads otherwise than they look."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value):
            yield from _walk(item, (*place, n), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            if here in lines:
                yield here, f"“{key.value}” is written twice", "Keep one of the two"
            lines[here] = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                yield (
                    here,
                    f"YAML does not read the key {key.value} as text",
                    f'Write "{key.value}" in quotes',
                )
            yield from _walk(value, here, lines)
