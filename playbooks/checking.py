"""Finds what is wrong with a definition before anybody meets it: each problem with file, line, step and remedy."""

from __future__ import annotations

from dataclasses import replace
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, Tag, ValidationError

from playbooks import names, reading, types
from playbooks.errors import BadDefinition, Problem
from playbooks.finding import Finding, nearest
from playbooks.rules import RULES
from playbooks.types import SEGMENTS, Playbook, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playbooks.reading import Place, Source


def check(path: Path) -> list[Problem]:
    """Every problem of a definition file, by line; an empty list if there is none."""
    try:
        return _examined(reading.read(path))[1]
    except yaml.YAMLError as error:
        return [_broken(path, error)]
    except (UnicodeDecodeError, OSError) as error:
        reason = (
            "it is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
        )
        return [
            Problem(str(path), 1, None, f"The file cannot be read: {reason}", "Give a YAML file in UTF-8")
        ]


def checked(path: Path) -> tuple[Source, Playbook]:
    """A definition that has no problem.

    Raises:
        BadDefinition: it has.
    """
    try:
        source = reading.read(path)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise BadDefinition(check(path)) from error
    playbook, problems = _examined(source)
    if problems or playbook is None:
        raise BadDefinition(problems)
    return source, playbook


def _examined(source: Source) -> tuple[Playbook | None, list[Problem]]:
    """The playbook, and what is wrong with it as it stands and, if that is nothing, as each segment has it."""
    others = names.beside(reading.DEFINITIONS, source.path.parent)
    playbook, findings = _judged(source.data, others)
    findings = [Finding(*odd) for odd in source.odd] + findings
    if playbook is not None and not findings:
        for segment in SEGMENTS:
            if getattr(playbook.variants, segment) != Variant():
                found = _judged(reading.overlaid(source.data, segment), others)[1]
                findings += [replace(one, place=_in_variant(source, segment, one.place)) for one in found]
    problems = {_problem(source, finding) for finding in findings}
    return playbook, sorted(problems, key=lambda problem: (problem.line, problem.message))


def _judged(data: Any, others: names.Beside) -> tuple[Playbook | None, list[Finding]]:
    try:
        playbook = Playbook.model_validate(data)
    except ValidationError as error:
        return None, list(_ill_formed(data, error))
    found = [finding for rule in RULES for finding in rule(playbook)]
    found += [*names.other_playbooks(playbook, others.names), *names.happenings(playbook, others.said)]
    return playbook, found


def _in_variant(source: Source, segment: str, place: Place) -> Place:
    """The place in the variant if it is written there, else where the playbook has it."""
    there = ("variants", segment, *place)
    return there if there[:5] in source.lines or there[:4] in source.lines else place


def _problem(source: Source, finding: Finding) -> Problem:
    place = finding.place
    at = place.index("steps") + 1 if "steps" in place[:3] else len(place)
    step = str(place[at]) if len(place) > at else None
    return Problem(str(source.path), source.line(place), step, finding.message, finding.remedy)


def _broken(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "the file is no YAML"
    remedy = "Look for a missing quote, bracket or colon there or in the line above"
    return Problem(str(path), mark.line + 1 if mark else 1, None, f"This is no YAML: {what}", remedy)


# What pydantic found, in our words.


def _ill_formed(data: Any, error: ValidationError) -> Iterator[Finding]:
    for fault in error.errors():
        place, rest = _place(data, fault["loc"])
        name = str(place[-1]) if place else "the file"
        if fault["type"] == "extra_forbidden":
            yield Finding(
                place, f"“{name}” is no key here", nearest(name, _keys_at(fault["loc"])) or "Take it out"
            )
        elif fault["type"] == "missing":
            yield Finding(
                place, f"“{rest[-1] if rest else name}” is missing", f"Add “{rest[-1] if rest else name}:”"
            )
        elif fault["type"] == "union_tag_not_found":
            known = types.STEP_KINDS if len(place) == 2 else types.ACTIONS
            given = list(_at(data, place)) if isinstance(_at(data, place), dict) else []
            hint = next((h for key in given if (h := nearest(str(key), known))), None)
            what = "step" if len(place) == 2 else "action"
            yield Finding(
                place,
                f"This is no {what}: it has none of {', '.join(known)}",
                hint or "Add the one that you mean",
            )
        elif fault["type"] == "literal_error":
            allowed = fault.get("ctx", {}).get("expected", "")
            yield Finding(place, f"“{fault['input']}” is not allowed for “{name}”", f"Use one of {allowed}")
        else:
            yield Finding(
                place, f"“{name}”: {fault['msg'].removeprefix('Value error, ')}", "Correct the value"
            )


def _place(data: Any, loc: tuple[int | str, ...]) -> tuple[Place, tuple[int | str, ...]]:
    """The part of pydantic's path that is in the file, and the part of it after the last place found.

    Pydantic also names union branches and segments that were filled in; those are passed over.
    """
    place: list[str | int] = []
    rest: list[str | int] = []
    for part in loc:
        inside, here = _child(data, part)
        if inside:
            data, rest = here, []
            place.append(part)
        else:
            rest.append(part)
    return tuple(place), tuple(rest)


def _child(data: Any, part: int | str) -> tuple[bool, Any]:
    if isinstance(data, dict) and part in data:
        return True, data[part]
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return True, data[part]
    return False, None


def _at(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the innermost model on pydantic's path knows."""
    kind: Any = Playbook
    for part in loc[:-1]:
        kind = _inner(kind, part)
    model = _inner(kind, None)
    fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
    return [field.alias or name for name, field in fields.items()]


def _inner(kind: Any, part: int | str | None) -> Any:
    """The type of a part of a type; `None` takes wrappings off. A tag such as `<ask>` picks a member of a union."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _inner(inner[0], part)
    if origin in {Union, UnionType}:
        tagged = next((one for one in inner if part is not None and Tag(str(part)) in get_args(one)), None)
        return get_args(tagged)[0] if tagged else _inner(inner[0], part)
    if origin is dict:
        return kind if part is None else inner[1]
    if origin is tuple:
        return inner[0] if isinstance(part, int) else _inner(inner[0], part)
    if part is None or not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return kind
    found = next((f for name, f in kind.model_fields.items() if part in {name, f.alias}), None)
    return found.annotation if found else kind
