"""A shelf is what an index keeps together: passages of one audience that are evidence on the same days.

Shelves are chosen before anything is ranked, by who asks and what day it is. So a document that is out of its
dates is not evidence, without a new sync on the day it expires, and without a filter inside the index.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_MARK = "@"


def shelf(audience: str, effective_from: date | None = None, effective_until: date | None = None) -> str:
    """The shelf's name; the audience itself for what is always evidence."""
    if effective_from is None and effective_until is None:
        return audience
    return f"{audience}{_MARK}{effective_from or ''}..{effective_until or ''}"


def open_shelves(dated: Collection[str], audiences: Collection[str], day: date) -> frozenset[str]:
    """The shelves to search: those of the audiences, and of the dated ones those that hold on that day."""
    return frozenset(audiences) | {name for name in dated if _is_open(name, audiences, day)}


def _is_open(name: str, audiences: Collection[str], day: date) -> bool:
    audience, _, dates = name.rpartition(_MARK)
    start, _, end = dates.partition("..")
    return (
        audience in audiences
        and (not start or date.fromisoformat(start) <= day)
        and (not end or day <= date.fromisoformat(end))
    )
