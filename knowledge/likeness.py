"""How near texts are in meaning to something that is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.ports import Embedder


class TextLikeness:
    """Compares by the vectors of a model, which is loaded when it is first needed.

    Args:
        embedder: the model.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to what is looked for, -1 to 1.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        if not texts:
            return []
        self._embedder.load()
        return [
            float(one) for one in self._embedder.embed_passages(texts) @ self._embedder.embed_query(query)
        ]
