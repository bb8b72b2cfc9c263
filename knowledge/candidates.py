"""The first stage: what is near the question by meaning and by words, in one blend.

The blend is convex over min-max scores. To the question's vector come, faded, the turns before it, and, in a
second look, a little of what the first look found (pseudo-relevance feedback after Rocchio).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from knowledge.blending import blend

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from knowledge.ports import Vector
    from knowledge.serving import Indexes
    from knowledge.types import Thread

    Embed = Callable[[str], Vector]
    VectorsOf = Callable[[Sequence[str]], Sequence[Vector]]
    Hits = list[tuple[str, float]]


@dataclass(frozen=True)
class CandidateSettings:
    """The figures of the first stage; docs/measurements.py names what can be left out to see its gain.

    Attributes:
        candidates: taken from each index.
        lexical_weight: of the blend; the rest is dense.
        thread_lexical_weight: the same in a thread, where a turn's own words say less.
        turns: what the vectors of the turns before count beside the question's 1, latest first.
        turn_words: what the BM25 scores of the turn before count beside the question's 1.
        leaning: how many times more the turns before count where the question leans on them.
        feedback: what the mean of the best passages' vectors counts beside the question's 1; 0 leaves the
            second look out.
        feedback_passages: how many those are.
    """

    candidates: int = 100
    lexical_weight: float = 0.4
    thread_lexical_weight: float = 0.26
    turns: tuple[float, ...] = (0.3, 0.15)
    turn_words: float = 0.2
    leaning: float = 1.5
    feedback: float = 0.3
    feedback_passages: int = 8


@dataclass(frozen=True)
class Candidates:
    """What the first stage found: passage id -> score, and the vector that it looked with at first."""

    fused: dict[str, float]
    dense: dict[str, float]
    lexical: dict[str, float]
    vector: Vector


def find_candidates(
    indexes: Indexes,
    shelves: Collection[str],
    words: str,
    vector: Vector,
    *,
    embed: Embed,
    vectors_of: VectorsOf,
    thread: Thread | None = None,
    settings: CandidateSettings,
) -> Candidates:
    """The passages that are near the question, of the given shelves only.

    Args:
        indexes: where to look.
        shelves: what the asker may read.
        words: to look for in the lexical index.
        vector: of the question.
        embed: makes the vector of a turn before.
        vectors_of: the vectors of passages, by id; ids that it does not know are left out.
        thread: what was said before, if anything was.
        settings: the figures.
    """
    asked = _in_thread(vector, thread, embed, settings)
    lexical = _lexical(indexes, shelves, words, thread, settings)
    weight = settings.thread_lexical_weight if thread else settings.lexical_weight

    def look(with_vector: Vector) -> tuple[Hits, dict[str, float]]:
        dense = indexes.dense.search(with_vector, shelves, settings.candidates)
        return dense, blend(dense, lexical, lexical_weight=weight, k=settings.candidates)

    dense, fused = look(asked)
    nearer = _towards(asked, vectors_of(_best(fused, settings.feedback_passages)), settings.feedback)
    if nearer is not None:
        second, fused = look(nearer)
        return Candidates(fused, _as_seen_first(dict(dense), dict(second)), dict(lexical), asked)
    return Candidates(fused, dict(dense), dict(lexical), asked)


def unit(vector: Vector) -> Vector:
    """The same direction, of length 1."""
    return np.asarray(vector / (np.linalg.norm(vector) or 1.0), dtype=np.float32)


def _in_thread(vector: Vector, thread: Thread | None, embed: Embed, settings: CandidateSettings) -> Vector:
    """The question's vector, drawn a little to what was asked before, more so where it leans on that."""
    if thread is None:
        return vector
    first = settings.leaning if thread.leans else 1.0
    total = vector
    for i, (weight, turn) in enumerate(zip(settings.turns, thread.earlier, strict=False)):
        total = total + weight * (first if i == 0 else 1.0) * embed(turn)
    return unit(total)


def _lexical(
    indexes: Indexes, shelves: Collection[str], words: str, thread: Thread | None, settings: CandidateSettings
) -> Hits:
    """BM25 of the question's words, and at a low weight of the words of the turn before."""
    hits = indexes.lexical.search(words, shelves, settings.candidates)
    if thread is None or not thread.earlier:
        return hits
    weight = settings.turn_words * (settings.leaning if thread.leans else 1.0)
    scores = dict(hits)
    for passage, score in indexes.lexical.search(thread.earlier[0], shelves, settings.candidates):
        scores[passage] = scores.get(passage, 0.0) + weight * score
    return sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))[: settings.candidates]


def _towards(vector: Vector, found: Sequence[Vector], weight: float) -> Vector | None:
    """The vector drawn to the mean of what was found; None if there is nothing to be drawn to."""
    if not weight or not len(found):
        return None
    return unit(vector + weight * np.mean(np.stack(found), axis=0))


def _as_seen_first(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    """Cosines of the question itself; of what only the second look found, less what that look added to others."""
    both = first.keys() & second.keys()
    added = sum(second[one] - first[one] for one in both) / len(both) if both else 0.0
    return {**{passage: cosine - added for passage, cosine in second.items()}, **first}


def _best(fused: dict[str, float], k: int) -> list[str]:
    return sorted(fused, key=lambda passage: (-fused[passage], passage))[:k]
