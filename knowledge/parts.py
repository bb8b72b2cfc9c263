"""A question that asks several things: its parts, each a question of its own. Pure functions.

A part that leans on the one before it ("and how is it done?") is not taken apart from it: measured on the 43 such turns
of mtrag-conversations, that cost .03 token F1. Taking apart those that do not lean changed nothing (18 turns, +.008),
but then the answer says which part it did not find.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.followups import leans_on_thread
from knowledge.quoting import Quote
from knowledge.units import units_of
from knowledge.words import content_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from knowledge.types import Evidence

PARTS = 3  # that are answered apart; a message of more is answered as a whole
_ASKING = r"(?:how|what|when|where|which|who|whom|whose|why|can|could|do|does|did|is|are|was|were|will|would|should|may)"
_ABOUT = r"(?:do|does|did|is|are|was|were|can|could|will|would|should|i|we|you|they|it|there|the|much|many|long|often|to)"
_BETWEEN = re.compile(
    rf"(?<=[?])\s+(?=\S)|,?\s+and\s+(?:also\s+)?(?={_ASKING}\s+{_ABOUT}\s)",
    re.IGNORECASE,
)
_OPENS_ASKING = re.compile(rf"(?:^|[,:.!]\s+)(?:and\s+|also\s+)*{_ASKING}\b", re.IGNORECASE)


def parts_of(text: str) -> tuple[str, ...]:
    """The questions that a message asks, in order; one where they belong together, or are too many to go through."""
    parts: list[str] = []
    for piece in _BETWEEN.split(text):
        if parts and not (_asks(piece) and _asks(parts[-1])):
            parts[-1] += f" {piece.strip()}"
        elif piece.strip():
            parts.append(piece.strip())
    together = (
        len(parts) > PARTS or not all(map(content_words, parts)) or any(map(leans_on_thread, parts[1:]))
    )
    return (text,) if together else tuple(parts)


def _asks(piece: str) -> bool:
    """Whether a piece of a message is a question by its form, and about something."""
    return bool(_OPENS_ASKING.search(piece.strip()) and content_words(piece))


def in_turn(rankings: Sequence[Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """The evidence of all parts: the best of each, then the second of each, and so on; each passage once."""
    longest = max((len(one) for one in rankings), default=0)
    dealt = [ranking[place] for place in range(longest) for ranking in rankings if place < len(ranking)]
    first: dict[str, Evidence] = {}
    for one in dealt:
        first.setdefault(one.passage_id, one)
    return tuple(first.values())


def together(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """The quotes of all parts: what several take from one passage is one quote, in reading order."""
    of_passage: dict[str, list[Quote]] = {}
    for one in quotes:
        of_passage.setdefault(one.evidence.passage_id, []).append(one)
    return tuple(_one(several) for several in of_passage.values())


def _one(several: Sequence[Quote]) -> Quote:
    evidence = several[0].evidence
    chosen = {unit for quote in several for unit in quote.units}
    return Quote(evidence, tuple(unit for unit in units_of(evidence.text) if unit in chosen))
