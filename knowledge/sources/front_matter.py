"""What the head of a document says about it: title, audience, plan, stage, language, owner, review date."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import yaml

from knowledge.errors import ReadersUnknown, UnreadableDocument
from knowledge.types import CUSTOMER, INTERNAL, PUBLIC, account_audience

if TYPE_CHECKING:
    from collections.abc import Mapping

_FENCED = re.compile(r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_UNCLOSED = re.compile(r"---[ \t]*\n\s*[\w-]+:(?:\s|$)", re.MULTILINE)
_ACCOUNT = re.compile(r"account:\s*(\S+)", re.IGNORECASE)
FIELDS = frozenset(
    (
        "title", "audience", "plan", "stage", "persona", "language", "lang", "owner", "reviewed_on", "reviewed_at",
        "effective_from", "effective_until",
    )
)  # fmt: skip


@dataclass(frozen=True)
class FrontMatter:
    """The fields that Guidepost knows, and the rest in `meta` (plain values and lists of them)."""

    title: str = ""
    audience: str | None = None
    plan: str | None = None
    stage: str | None = None
    language: str = ""
    owner: str | None = None
    reviewed_on: date | None = None
    persona: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    meta: dict[str, Any] = field(default_factory=dict)


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """The front matter and the text behind it.

    Raises:
        ReadersUnknown: the YAML is broken or the audience is unknown.
        UnreadableDocument: another field has a value that cannot be right.
    """
    fenced = _FENCED.match(text)
    if not fenced:
        if _UNCLOSED.match(text):
            raise ReadersUnknown(
                'The front matter that begins in line 1 never ends; close it with a line of "---".'
            )
        return FrontMatter(), text
    values = _parse(fenced["yaml"])
    if values is None:
        return FrontMatter(), text
    return front_matter(values), text[fenced.end() :]


def _parse(source: str) -> dict[str, Any] | None:
    """The YAML's mapping; None where the lines are no front matter but text between two rules."""
    try:
        values = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not valid YAML"
        raise ReadersUnknown(
            f"The front matter is broken{where} ({problem}); put values that contain a colon, "
            "a quote or a bracket in quotes."
        ) from error
    except ValueError as error:  # a date such as 2026-13-45
        raise ReadersUnknown(
            f"The front matter holds a value that cannot be read ({error}); correct it or put it in quotes."
        ) from error
    if values is None:
        return {}
    return {str(key).strip(): value for key, value in values.items()} if isinstance(values, dict) else None


def front_matter(values: Mapping[str, Any]) -> FrontMatter:
    """Typed fields from a mapping, whatever its source. The case of a name does not matter."""
    known = {key.lower(): value for key, value in values.items() if key.lower() in FIELDS}
    start, end = (_day(known.get(name), name) for name in ("effective_from", "effective_until"))
    if start and end and end < start:
        raise UnreadableDocument(
            f"It is in effect from {start} until {end}; the end must not be before the start."
        )
    return FrontMatter(
        title=_text(known.get("title")) or "",
        audience=_audience(known.get("audience")),
        plan=_text(known.get("plan")),
        stage=_text(known.get("stage")),
        language=(_text(known.get("language") or known.get("lang")) or "").split("-")[0].lower(),
        owner=_text(known.get("owner")),
        reviewed_on=_day(known.get("reviewed_on") or known.get("reviewed_at"), "reviewed_at"),
        persona=_text(known.get("persona")),
        effective_from=start,
        effective_until=end,
        meta={
            key: _plain(value)
            for key, value in values.items()
            if key.lower() not in FIELDS and _is_plain(value)
        },
    )


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value if _is_scalar(item))
    return " ".join(str(value).split()) or None if _is_scalar(value) else None


def _audience(value: Any) -> str | None:
    if value is None or value == "":
        return None
    named = str(value).strip()
    if named.lower() in (PUBLIC, CUSTOMER, INTERNAL):
        return named.lower()
    account = _ACCOUNT.fullmatch(named)
    if account:
        return account_audience(account[1])
    raise ReadersUnknown(
        f'The audience "{named}" is unknown; use {PUBLIC}, {CUSTOMER}, {INTERNAL} or account:KEY.'
    )


def _day(value: Any, name: str) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError as error:
        raise UnreadableDocument(
            f'The value "{value}" of {name} is not a date; write it like 2026-03-31.'
        ) from error


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | date)


def _is_plain(value: Any) -> bool:
    return _is_scalar(value) or (isinstance(value, list) and all(map(_is_scalar, value)))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
