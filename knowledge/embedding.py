"""Makes and keeps the vectors of texts: each text once for each model."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from knowledge.generations import Progress
from store.tables import generations, vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from knowledge.ports import Embedder
    from store.clock import Clock
    from store.database import Database

TEXTS_PER_BATCH = 64


def text_hash(text: str) -> str:
    """Names a text."""
    return hashlib.sha256(text.encode()).hexdigest()


class Embeddings:
    """Vectors of one workspace by one model, and how fast they were made.

    Args:
        database: the record.
        workspace_id: whose texts.
        clock: tells the time.
        embedder: the model.
        spare: how many vectors without a text are kept: what was taken out often comes back elsewhere.

    Attributes:
        made: how many were made by this object.
        seconds: how long that took.
    """

    def __init__(
        self,
        database: Database,
        *,
        workspace_id: str,
        clock: Clock,
        embedder: Embedder,
        spare: int = 1000,
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock
        self._embedder = embedder
        self._spare = spare
        self.made = 0
        self.seconds = 0.0

    @property
    def per_second(self) -> float:
        """Vectors made per second; 0 if none was."""
        return round(self.made / self.seconds, 1) if self.seconds else 0.0

    def ensure(self, texts: Mapping[str, str]) -> None:
        """Make the vectors that are missing: hash -> text. Each few are kept at once, whatever happens next."""
        model = self._embedder.fingerprint
        with self._database.reading() as session:
            known = vectors.known_texts(session, self._workspace_id, model, texts)
        fresh = [(key, text) for key, text in texts.items() if key not in known]
        for start in range(0, len(fresh), TEXTS_PER_BATCH):
            self._make(dict(fresh[start : start + TEXTS_PER_BATCH]))

    def catch_up(self, tell: Callable[[Progress], None]) -> None:
        """Make what passages and cards still lack: after the model was exchanged, all of them."""
        model, done = self._embedder.fingerprint, 0
        with self._database.reading() as session:
            total = vectors.count_without_embedding(session, self._workspace_id, model)
        while texts := self._missing():
            self._make(texts)
            done += len(texts)
            tell(Progress("embedding", done, max(done, total)))

    def tidy(self) -> None:
        """Forget the vectors of models that no index uses any more, and many that no text uses."""
        with self._database.transaction() as session:
            known = generations.generations(session, self._workspace_id)
            keep = {one.embedding_model for one in known} | {self._embedder.fingerprint}
            vectors.forget_models(session, self._workspace_id, keep=keep)
            total, unused = vectors.count_unused(session, self._workspace_id)
            if unused > max(self._spare, total // 4):
                vectors.forget_unused(session, self._workspace_id)

    def _missing(self) -> dict[str, str]:
        with self._database.reading() as session:
            return vectors.texts_to_embed(
                session, self._workspace_id, self._embedder.fingerprint, TEXTS_PER_BATCH
            )

    def _make(self, texts: Mapping[str, str]) -> None:
        started = time.monotonic()
        made = self._embedder.embed_passages(list(texts.values()))
        blobs = {key: vector.astype("<f4").tobytes() for key, vector in zip(texts, made, strict=True)}
        self.seconds += time.monotonic() - started
        self.made += len(blobs)
        with self._database.transaction() as session:
            vectors.save_vectors(
                session, self._workspace_id, self._embedder.fingerprint, blobs, self._clock.now()
            )
