"""Questions that ask nearly the same, put together without a model: by their words and stored vectors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEAR = 0.9  # cosine of two questions' vectors from which on they count as one question
_FILLER = re.compile(
    r"\b(an?|and|are|can|could|do|does|for|how|i|in|is|it|my|of|on|our|please|the|there|to|we|what|where|would|you)\b"
)


def group_alike(texts: Sequence[str], vectors: Mapping[int, tuple[str, bytes]]) -> list[list[int]]:
    """Indices of texts that ask nearly the same, the largest group first, each in the order given.

    Args:
        texts: the questions.
        vectors: index -> (model, float32 unit vector), where one is stored. Vectors of different models
            are never compared.
    """
    leader = list(range(len(texts)))

    def find(index: int) -> int:
        while leader[index] != index:
            index = leader[index]
        return index

    for a, b in [*_same_words(texts), *_near(vectors)]:
        low, high = sorted((find(a), find(b)))
        leader[high] = low
    groups: dict[int, list[int]] = {}
    for index in range(len(texts)):
        groups.setdefault(find(index), []).append(index)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _same_words(texts: Sequence[str]) -> list[tuple[int, int]]:
    first: dict[frozenset[str], int] = {}
    pairs = []
    for index, text in enumerate(texts):
        pairs.append((first.setdefault(words_of(text), index), index))
    return pairs


def words_of(text: str) -> frozenset[str]:
    """The words that tell what a question asks; all of them where it has no others than filling ones."""
    lowered = text.casefold()
    return frozenset(re.findall(r"\w+", _FILLER.sub(" ", lowered)) or re.findall(r"\w+", lowered))


def _near(vectors: Mapping[int, tuple[str, bytes]]) -> list[tuple[int, int]]:
    import numpy as np  # noqa: PLC0415 - only where there is something to compare

    pairs: list[tuple[int, int]] = []
    kinds = {(model, len(vector)) for model, vector in vectors.values()}
    for kind in sorted(kinds):
        indices = [i for i, (model, vector) in vectors.items() if (model, len(vector)) == kind]
        matrix = np.stack([np.frombuffer(vectors[i][1], dtype="<f4") for i in indices])
        close = np.argwhere(np.triu(matrix @ matrix.T, k=1) >= NEAR)
        pairs += [(indices[a], indices[b]) for a, b in close.tolist()]
    return pairs
