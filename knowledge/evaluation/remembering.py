"""Models that are asked once: several rankings of one set ask the same of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.ports import Embedder, Reranker, Vector, Vectors


class RememberingEmbedder:
    """Embeds each question once, however many rankings ask for it.

    Args:
        embedder: that does the work.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vector] = {}

    @property
    def fingerprint(self) -> str:
        """The embedder's own."""
        return self._embedder.fingerprint

    def load(self) -> None:
        """Bring the model into memory."""
        self._embedder.load()

    def embed_query(self, text: str) -> Vector:
        """The vector of a question."""
        if text not in self._known:
            self._known[text] = self._embedder.embed_query(text)
        return self._known[text]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages, which are not remembered."""
        return self._embedder.embed_passages(texts)


class RememberingReranker:
    """Reads each pair of question and text once, however many rankings ask for it.

    Args:
        reranker: that does the work; its logits must not depend on what else is scored.
    """

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self._known: dict[tuple[str, str], float] = {}

    def load(self) -> None:
        """Bring the model into memory."""
        self._reranker.load()

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One logit a text."""
        unread = [text for text in dict.fromkeys(texts) if (question, text) not in self._known]
        for text, logit in zip(unread, self._reranker.score(question, unread), strict=True):
            self._known[question, text] = logit
        return [self._known[question, text] for text in texts]
