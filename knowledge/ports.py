"""What the knowledge base asks of the outside: slow, remote or random things only.

Each port has a contract test that runs on every adapter, the in-memory one included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and prompts; another fingerprint means other vectors."""
        ...

    def embed_query(self, text: str) -> Vector:
        """The vector of a question: float32, shape (d,), length 1."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages: float32, shape (n, d), each of length 1."""
        ...


class Reranker(Protocol):
    """Reads question and passage together."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text; above 0 leans to "answers it"."""
        ...


class PassageIndex(Protocol):
    """Nearest vectors, apart per audience so that what may not be read is never ranked."""

    def search(self, vector: Vector, audiences: Collection[str], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, cosine), best first, of the given audiences only."""
        ...


class LexicalIndex(Protocol):
    """BM25 over words, with the same rule about audiences."""

    def search(self, query: str, audiences: Collection[str], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, BM25 score with higher better), best first. Any text is a valid query."""
        ...


class IndexedPassage(Protocol):
    """What an index is built from."""

    @property
    def id(self) -> str:
        """The passage's id."""
        ...

    @property
    def audience(self) -> str:
        """Who may read it."""
        ...

    @property
    def embedded_text(self) -> str:
        """Heading path and text."""
        ...

    @property
    def vector(self) -> Vector:
        """Its embedding."""
        ...


class IndexBuilder(Protocol):
    """Writes a new index; the folder is not in service until the caller says so."""

    def build(self, passages: Iterable[IndexedPassage]) -> int:
        """Index the passages and return how many there are."""
        ...
