"""From a YAML file to a Playbook that has no mistakes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playbooks.checking import checked
from playbooks.errors import UnknownPlaybook
from playbooks.reading import DEFINITIONS, overlaid
from playbooks.types import Playbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from playbooks.terms import Segment


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


def parse(body: dict[str, Any], segment: Segment | None = None) -> Playbook:
    """The playbook that a file's contents describe; with a segment, as its variant has it.

    Raises:
        pydantic.ValidationError: they describe none.
    """
    return Playbook.model_validate(overlaid(body, segment) if segment else body)


def fingerprint(body: dict[str, Any]) -> str:
    """A hash of the contents, whatever their layout."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def load(path: Path) -> Definition:
    """A checked definition.

    Raises:
        BadDefinition: the file has mistakes.
    """
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
