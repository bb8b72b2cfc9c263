"""From a YAML file to a Playbook, with the line of everything in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from playbooks.errors import UnknownPlaybook
from playbooks.types import Playbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playbooks.terms import Segment

DEFINITIONS = Path(__file__).parent / "definitions"
REPLACED = (
    "delivery",
    "max_days",
    "watch",
    "at_end",
)  # keys of a variant that stand instead of the playbook's
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


@dataclass(frozen=True)
class Definition:
    """A definition without mistakes. `body` is what runs are pinned to, `content_hash` its fingerprint."""

    playbook: Playbook
    body: dict[str, Any] = field(repr=False)
    content_hash: str
    _of_segments: dict[Segment, Playbook] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name that commands use."""
        return self.playbook.playbook

    def of(self, segment: Segment) -> Playbook:
        """The playbook as it is for a segment."""
        if segment not in self._of_segments:
            self._of_segments[segment] = parse(self.body, segment)
        return self._of_segments[segment]


def read(path: Path) -> Source:
    """Read a file.

    Raises:
        yaml.YAMLError: it is no YAML; `problem_mark` has the line.
        UnicodeDecodeError: it is no text.
        OSError: it cannot be read.
    """
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    try:
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()
    lines: dict[Place, int] = {}
    odd = tuple(_walk(node, (), lines)) if node is not None else ()
    return Source(path, data, lines, odd)


def parse(body: dict[str, Any], segment: Segment | None = None) -> Playbook:
    """The playbook that a file's contents describe; with a segment, as its variant has it.

    Raises:
        pydantic.ValidationError: they describe none.
    """
    return Playbook.model_validate(overlaid(body, segment) if segment else body)


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


def fingerprint(body: dict[str, Any]) -> str:
    """A hash of the contents, whatever their layout."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def load(path: Path) -> Definition:
    """A checked definition.

    Raises:
        BadDefinition: the file has mistakes.
    """
    from playbooks.checking import checked  # noqa: PLC0415 - checking reads files with this module

    source, playbook = checked(path)
    return Definition(playbook, source.data, fingerprint(source.data))


def shipped(folder: Path = DEFINITIONS) -> dict[str, Definition]:
    """The definitions in a folder by name; the product's own if none is given."""
    loaded = (load(path) for path in sorted(folder.glob("*.yaml")))
    return {definition.name: definition for definition in loaded}


def find(definitions: dict[str, Definition], name: str) -> Definition:
    """The definition of that name.

    Raises:
        UnknownPlaybook: there is none.
    """
    if name not in definitions:
        problem = f"There is no playbook “{name}”." if name else "Which playbook?"
        raise UnknownPlaybook(f"{problem} There are: {', '.join(sorted(definitions))}.")
    return definitions[name]


def describe_all(folder: Path = DEFINITIONS) -> list[dict[str, Any]]:
    """What there is, for people and programs: name, id, title, version, stage, description, steps, delivery."""
    return described(shipped(folder))


def described(definitions: Mapping[str, Definition]) -> list[dict[str, Any]]:
    """The same of these definitions, by name."""
    return [_described(definition) for definition in definitions.values()]


def _described(definition: Definition) -> dict[str, Any]:
    playbook = definition.playbook
    return {
        "name": playbook.playbook,
        "id": playbook.id,
        "title": playbook.title,
        "version": playbook.version,
        "stage": playbook.stage,
        "description": playbook.description,
        "delivery": playbook.delivery.model_dump(),
        "steps": [step for step, body in playbook.steps.items() if body.when],
        "outcomes": {code: outcome.label for code, outcome in playbook.outcomes.items()},
    }


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
