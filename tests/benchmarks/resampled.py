"""As many passages as one wants: real ones first, then mixtures of them, their vectors the real ones with noise."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from knowledge.types import Section, SourceDocument
from store.tables.vectors import passage_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from knowledge.evaluation.bases import Bench
    from knowledge.ports import Embedder, Vector, Vectors

PASSAGES_A_DOCUMENT = 10
NOISE = 0.35  # length of the noise beside a unit vector
OWN_WORDS = 0.6  # of a mixture's words; the rest are another passage's
SEED = 2026


@dataclass
class Pool:
    """Real passages and their vectors."""

    texts: list[str]
    vectors: Vectors
    made_of: dict[str, int] = field(default_factory=dict)  # text -> number of the real passage

    @classmethod
    def of(cls, bench: Bench) -> Pool:
        """The passages of a knowledge base, in an order of chance."""
        model = bench.parts.embedder.fingerprint
        with bench.database.reading() as session:
            rows = list(passage_vectors(session, bench.workspace_id, model))
        order = np.random.default_rng(SEED).permutation(len(rows))
        vectors = np.stack([np.frombuffer(rows[i].embedding, dtype="<f4") for i in order])
        return cls([rows[i].text for i in order], vectors)

    def documents(self, count: int) -> Iterator[SourceDocument]:
        """Documents of ten passages each, so many passages in all."""
        for start in range(0, count, PASSAGES_A_DOCUMENT):
            numbers = range(start, min(start + PASSAGES_A_DOCUMENT, count))
            sections = tuple(Section((f"Part {i}",), None, self._text(i)) for i in numbers)
            yield SourceDocument(f"{start}.txt", f"Document {start}", sections, content_hash=str(start))

    def vector(self, text: str) -> Vector:
        """The vector of a passage that `documents` made: the real one, with noise if it is a mixture."""
        random = np.random.default_rng(zlib.crc32(text.encode()))
        number = self.made_of.get(text)
        vector = self.vectors[random.integers(len(self.vectors)) if number is None else number]
        if number is not None and text == self.texts[number]:
            return vector
        noise = random.standard_normal(len(vector)).astype(np.float32)
        mixed = vector + NOISE * noise / np.linalg.norm(noise)
        return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)

    def _text(self, number: int) -> str:
        own = number % len(self.texts)
        text = self.texts[own]
        if number >= len(self.texts):
            other = self.texts[np.random.default_rng(number).integers(len(self.texts))]
            words = text.split()
            kept = max(1, int(len(words) * OWN_WORDS))
            text = " ".join(words[:kept] + other.split()[: len(words) - kept])
        self.made_of[text] = own
        return text


class ResampledEmbedder:
    """The real model for questions; passages get the pool's vectors without a model."""

    def __init__(self, real: Embedder, pool: Pool) -> None:
        self._real = real
        self._pool = pool

    @property
    def fingerprint(self) -> str:
        """The real model's, which will embed the questions."""
        return self._real.fingerprint

    def load(self) -> None:
        """Load the real model."""
        self._real.load()

    def embed_query(self, text: str) -> Vector:
        """The real vector of a question."""
        return self._real.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The pool's vectors; a text begins with a line of headings."""
        return np.stack([self._pool.vector(text.split("\n", 1)[-1]) for text in texts])
