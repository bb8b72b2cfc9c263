"""The renewal brief as values: statements, each with the row that says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

QUOTE = 240  # characters of somebody's words


@dataclass(frozen=True)
class Source:
    """Which row says it: a message in Slack, or a row with who wrote it and when."""

    label: str
    on: date | None = None
    channel_id: str | None = None
    ts: str | None = None
    row: str = ""  # of the store: table and id

    @property
    def can_be_opened(self) -> bool:
        """Whether the row can be named."""
        return bool((self.channel_id and self.ts) or self.row)


@dataclass(frozen=True)
class Line:
    """One statement and the row that says it."""

    text: str
    source: Source
    is_quote: bool = False


@dataclass(frozen=True)
class Brief:
    """The brief: sections with their lines, and what nobody knows."""

    account: str
    dimensions: tuple[
        tuple[str, str], ...
    ]  # use, value, people, service, commercial: green, yellow, red, unknown
    sections: tuple[tuple[str, tuple[Line, ...]], ...]
    unknowns: tuple[str, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line."""
        return tuple(line for _, lines in self.sections for line in lines)


def cut(text: str | None) -> str:
    """Somebody's words in one line, cut but never paraphrased."""
    words = " ".join((text or "").split())
    return words if len(words) <= QUOTE else words[: QUOTE - 2].rstrip() + " …"
