"""What the knowledge base asks of the outside: slow, remote or random things only.

Each port has a contract test that runs on every adapter, the in-memory one included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from knowledge.chat import Message, Piece

    Vector = NDArray[np.float32]
    Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and prompts; another fingerprint means other vectors."""
        ...

    def load(self) -> None:
        """Bring the model into memory; without it the first use does. Safe from any thread.

        Raises:
            ModelUnavailable: it is missing, or not the pinned one.
        """
        ...

    def embed_query(self, text: str) -> Vector:
        """The vector of a question: float32, shape (d,), length 1."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages: float32, shape (n, d), each of length 1."""
        ...


class Reranker(Protocol):
    """Reads question and passage together."""

    def load(self) -> None:
        """Bring the model into memory; without it the first use does. Safe from any thread.

        Raises:
            ModelUnavailable: it is missing, or not the pinned one.
        """
        ...

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text; above 0 leans to "answers it"."""
        ...


class ChatModel(Protocol):
    """Writes text."""

    @property
    def name(self) -> str:
        """Provider and model; another name means other answers."""
        ...

    def load(self) -> None:
        """Bring its client into memory; what is wrong with it is said when it is asked. Safe from any thread."""
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[Piece]:
        """The answer in pieces as they come; tokens are counted in one of them.

        Raises:
            ChatModelFailed: it did not answer, or broke off.
        """
        ...


class PassageIndex(Protocol):
    """Nearest vectors, apart per audience so that what may not be read is never ranked."""

    def search(self, vector: Vector, audiences: Collection[str], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, cosine), best first, of the given audiences only."""
        ...

    def close(self) -> None:
        """Let go of files; it is not searched again."""
        ...


class LexicalIndex(Protocol):
    """BM25 over words, with the same rule about audiences."""

    def search(self, query: str, audiences: Collection[str], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, BM25 score with higher better), best first. Any text is a valid query."""
        ...

    def close(self) -> None:
        """Let go of files; it is not searched again."""
        ...


class IndexedPassage(Protocol):
    """What an index is built from."""

    @property
    def id(self) -> str:
        """The passage's id."""
        ...

    @property
    def audience(self) -> str:
        """Who may read it, and when: the name of its shelf."""
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


class GenerationStore(Protocol):
    """How an index generation, a folder with a vector and a lexical index, is written and opened."""

    def build(self, folder: Path, passages: Callable[[], Iterator[IndexedPassage]]) -> int:
        """Write both indexes into an empty folder; how many passages each holds.

        Raises:
            IndexUnavailable: the two do not hold the same number.
        """
        ...

    def verify(self, folder: Path, expected: int) -> bool:
        """Whether both can be opened, hold that many passages (-1: any), and find their own vectors."""
        ...

    def ids(self, folder: Path) -> tuple[set[str], set[str]]:
        """Passage ids of the vector index and of the lexical index, also while a bot has them open.

        Raises:
            IndexUnavailable: one of them is damaged.
        """
        ...

    def open(self, folder: Path) -> tuple[PassageIndex, LexicalIndex]:
        """Open both for searching.

        Raises:
            IndexUnavailable: one of them cannot be opened.
        """
        ...
