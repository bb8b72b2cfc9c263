"""Doubles for slow models: deterministic, instant, offline. For tests and for trying the product's plumbing.

They pass the same contract tests as the real ones but know nothing about meaning: the embedder hashes word
stems, the reranker counts shared ones.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from knowledge.chat import Piece, estimated
from knowledge.errors import ChatModelFailed
from knowledge.words import content_words, stem, stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from knowledge.chat import Message
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


class ScriptedChatModel:
    """Says the same whatever it is asked, or one answer after the other; remembers what it was asked.

    Args:
        answers: a text, or an error to raise; the last repeats.
        size: characters of a piece.
    """

    def __init__(self, *answers: str | ChatModelFailed, size: int = 7) -> None:
        self._answers = list(answers)
        self._size = size
        self.asked: list[tuple[Message, ...]] = []

    @property
    def name(self) -> str:
        """Not a real model's."""
        return "scripted:double"

    def load(self) -> None:
        """There is nothing to load."""

    def stream(self, messages: Sequence[Message]) -> Iterator[Piece]:
        """The next answer in pieces.

        Raises:
            ChatModelFailed: it is the next answer.
        """
        self.asked.append(tuple(messages))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, ChatModelFailed):
            raise answer
        for start in range(0, len(answer), self._size):
            yield Piece(answer[start : start + self._size])
        yield Piece(usage=estimated(messages, answer))
