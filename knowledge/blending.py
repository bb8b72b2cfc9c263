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
    dense_scores = min_max(dict(dense))
    lexical_scores = min_max(dict(lexical), floor=None if len(lexical) >= k else 0.0)
    return {
        passage: (1 - lexical_weight) * dense_scores.get(passage, 0.0)
        + lexical_weight * lexical_scores.get(passage, 0.0)
        for passage in dense_scores | lexical_scores
    }


def mix(*weighted: tuple[float, Sequence[float]]) -> list[float]:
    """Lists of scores for the same things, each min-max scaled over the list, added at their weights."""
    scaled = [(weight, min_max(dict(enumerate(scores)))) for weight, scores in weighted]
    return [sum(weight * scores[i] for weight, scores in scaled) for i in range(len(weighted[0][1]))]


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


def min_max(scores: Mapping[Key, float], floor: float | None = None) -> dict[Key, float]:
    """Scores scaled so that the best is 1 and the least, or the floor, is 0."""
    if not scores:
        return {}
    low, high = min(scores.values()) if floor is None else floor, max(scores.values())
    if high <= low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
