"""Blending score lists and folding near-duplicates: pure functions over ids, numbers and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from knowledge.words import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Hits = Sequence[tuple[str, float]]

Key = TypeVar("Key", str, int)


def blend(dense: Hits, lexical: Hits, *, lexical_weight: float, k: int) -> dict[str, float]:
    """A convex combination of min-max scores: id -> 0..1.

    What a full list (k hits) leaves out scores at most that list's least, so it counts as 0. A lexical list
    that is not full names everything that shares a word: there, 0 is BM25's own zero.
    """
    dense_scores = _min_max(dict(dense))
    lexical_scores = _min_max(dict(lexical), floor=None if len(lexical) >= k else 0.0)
    return {
        passage: (1 - lexical_weight) * dense_scores.get(passage, 0.0)
        + lexical_weight * lexical_scores.get(passage, 0.0)
        for passage in dense_scores | lexical_scores
    }


def add_weighted(first: Mapping[str, float], second: Mapping[str, float], weight: float) -> dict[str, float]:
    """A second list's scores, added at a weight; what only it knows takes part."""
    return {
        passage: (first.get(passage, 0.0) + weight * second.get(passage, 0.0)) / (1 + weight)
        for passage in {**first, **second}
    }


def mix(first: Sequence[float], second: Sequence[float], weight: float) -> list[float]:
    """`weight` of the second and the rest of the first, each min-max scaled over the list."""
    scaled_first, scaled_second = (_min_max(dict(enumerate(scores))) for scores in (first, second))
    return [(1 - weight) * scaled_first[i] + weight * scaled_second[i] for i in range(len(first))]


def distinct(texts: Sequence[str], *, same: float) -> list[int]:
    """Positions of the texts that are not nearly the same as an earlier one.

    Args:
        texts: best first.
        same: share of words in common (Jaccard) from which two count as the same.
    """
    kept: list[int] = []
    bags: list[frozenset[str]] = []
    for position, text in enumerate(texts):
        bag = frozenset(content_words(text))
        if not any(_overlap(bag, other) >= same for other in bags):
            kept.append(position)
            bags.append(bag)
    return kept


def _min_max(scores: Mapping[Key, float], floor: float | None = None) -> dict[Key, float]:
    if not scores:
        return {}
    low, high = min(scores.values()) if floor is None else floor, max(scores.values())
    if high <= low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
