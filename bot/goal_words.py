"""What people write about goals, read: `Less planning: 95 -> 35 minutes a day by 2026-06-01`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from store.errors import StoreError

TITLE_LIMIT = 200
HOW = (
    "Write it like `add Less planning: 95 -> 35 minutes a day by 2026-06-01`; the figures and the date may be "
    "left out."
)
_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"
_DUE = re.compile(r"[\s,;]+(?:by|until|due)\s+(\S+)\s*$", re.IGNORECASE)
_FIGURES = re.compile(
    rf"\s*[:—-]?\s+(?:from\s+)?({_NUMBER})\s*(%?)\s*(?:->|→|=>|\bto\b)\s*({_NUMBER})\s*(.*)$", re.IGNORECASE
)


@dataclass(frozen=True)
class GoalWords:
    """A goal as it was written."""

    title: str
    unit: str = ""
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None


def read_goal(text: str) -> GoalWords:
    """A goal from one line.

    Raises:
        StoreError: nothing is named, or the date is none.
    """
    rest, due_on = _due(" ".join(text.split()))
    figures = _FIGURES.search(rest)
    title = (rest[: figures.start()] if figures else rest).strip(" :,—-")
    if not title:
        raise StoreError(f"What is the goal? {HOW}")
    if not figures:
        return GoalWords(title[:TITLE_LIMIT], due_on=due_on)
    unit = " ".join(part for part in (figures[2], figures[4].strip(" .,")) if part)
    return GoalWords(title[:TITLE_LIMIT], unit, read_number(figures[1]), read_number(figures[3]), due_on)


def _due(text: str) -> tuple[str, date | None]:
    found = _DUE.search(text)
    if not found:
        return text, None
    return text[: found.start()], read_date(found[1])


def read_number(text: str) -> float:
    """A number, with a point or a comma.

    Raises:
        StoreError: it is none.
    """
    if not re.fullmatch(_NUMBER, text.strip().rstrip("%")):
        raise StoreError(f"“{text.strip()[:40]}” is no number. Write figures alone, like `now 1 50`.")
    return float(text.strip().rstrip("%").replace(",", "."))


def read_date(text: str) -> date:
    """A date of the form 2026-06-01.

    Raises:
        StoreError: it is none.
    """
    try:
        return date.fromisoformat(text.strip().rstrip(".,"))
    except ValueError:
        raise StoreError(f"“{text.strip()[:40]}” is no date. Write it like 2026-06-01.") from None
