"""Doubles for slow models: deterministic, instant, offline. For tests and for trying the product's plumbing.

They pass the same contract tests as the real ones but know nothing about meaning: the embedder hashes word
stems, the reranker counts shared ones.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from knowledge.words import content_words, stem, stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.ports import Vector, Vectors


class HashingEmbedder:
    """Adds up one pseudo-random direction per word stem.

    Args:
        dimensions: length of a vector.
    """

    def __init__(self, dimensions: int = 256) -> None:
        self._dimensions = dimensions
        self.embedded: list[str] = []  # every passage text it was ever asked for

    @property
    def fingerprint(self) -> str:
        """Names the double and its size."""
        return f"hashing:{self._dimensions}"

    @property
    def loaded(self) -> bool:
        """Always: there is nothing to load."""
        return True

    def load(self) -> None:
        """Nothing to load."""

    def embed_query(self, text: str) -> Vector:
        """The vector of a question."""
        return self._vector(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages."""
        self.embedded.extend(texts)
        if not texts:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vector:
        total = self._direction("") * np.float32(0.01)  # so that a text without words has a direction too
        for word in content_words(text):
            total = total + self._direction(stem(word))
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _direction(self, word: str) -> Vector:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
        return np.random.default_rng(seed).standard_normal(self._dimensions).astype(np.float32)


class OverlapReranker:
    """Scores the share of the question's word stems that a text contains, from -10 (none) to 10 (all)."""

    @property
    def loaded(self) -> bool:
        """Always: there is nothing to load."""
        return True

    def load(self) -> None:
        """Nothing to load."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text."""
        asked = stems(question)
        return [20.0 * len(asked & stems(text)) / max(1, len(asked)) - 10.0 for text in texts]
