"""Settings with single figures exchanged, so that what each choice brings can be measured."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Iterable

_Settings = TypeVar("_Settings")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def overridden(settings: _Settings, assignments: Iterable[str]) -> _Settings:
    """The settings with `name=value`, or `part.name=value`, for each assignment.

    Args:
        settings: a dataclass, perhaps of dataclasses.
        assignments: a value is read as the kind that is there: a number, true or false, text, or several
            separated by commas.

    Raises:
        KnowledgeError: there is no such name, or the value is of another kind.
    """
    for assignment in assignments:
        path, separator, value = assignment.partition("=")
        if not separator:
            raise KnowledgeError(f"{assignment!r} sets nothing. Write name=value.")
        settings = _with(settings, path.strip().split("."), value.strip(), assignment)
    return settings


def _with(settings: Any, path: list[str], value: str, assignment: str) -> Any:
    name, rest = path[0], path[1:]
    known = [field.name for field in fields(settings)]
    if name not in known:
        raise KnowledgeError(f"{assignment!r}: there is no {name}; there are {', '.join(known)}.")
    present = getattr(settings, name)
    if is_dataclass(present) != bool(rest):
        inside = f"{name}.{fields(present)[0].name}" if is_dataclass(present) else name
        raise KnowledgeError(f"{assignment!r}: {name} is not set like this. Write for example {inside}=...")
    exchanged = _with(present, rest, value, assignment) if rest else _value(present, value, assignment)
    return replace(settings, **{name: exchanged})


def _value(present: Any, value: str, assignment: str) -> Any:
    try:
        if isinstance(present, tuple):
            each: Any = type(present[0]) if present else str
            return tuple(each(one) for one in value.split(",") if one.strip())
        return _TRUTHS[value.lower()] if isinstance(present, bool) else type(present)(value)
    except (KeyError, TypeError, ValueError) as error:
        kind = type(present).__name__
        raise KnowledgeError(
            f"{assignment!r}: expected a value of the kind {kind}, like {present}."
        ) from error
