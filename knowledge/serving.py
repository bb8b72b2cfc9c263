"""The indexes in service: the active generation, or both in memory while none can be opened."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.errors import IndexUnavailable
from knowledge.generations import vector_passage
from knowledge.shelves import open_shelves, shelf
from store.tables import documents, generations, vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import date
    from pathlib import Path

    from knowledge.ports import GenerationStore, IndexedPassage, LexicalIndex, PassageIndex
    from store.database import Database


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Indexes:
    """The indexes of one state of the knowledge base.

    Attributes:
        generation: what they were built from.
        dense: of passages.
        lexical: of passages.
        cards: of documents' titles and summaries; its ids are documents' ids. Always exact and in memory.
        exact: whether the first two are in memory too, and not in a folder.
        dated: the shelves that are evidence on certain days only.
    """

    generation: str | None
    dense: PassageIndex
    lexical: LexicalIndex
    cards: PassageIndex
    exact: bool
    dated: frozenset[str] = frozenset()

    def shelves(self, audiences: Collection[str], day: date) -> frozenset[str]:
        """Where to search for a reader of these audiences on that day."""
        return open_shelves(self.dated, audiences, day)


class KnowledgeIndex:
    """Hands out the indexes to search, and follows the pointer row when a sync has moved it.

    A new generation is probed and opened by a background thread while the old one goes on serving. A folder
    that cannot be opened is quarantined, and exact search over the SQL vectors serves instead.

    Args:
        database: holds the pointer row and the vectors.
        workspace_id: whose knowledge is served.
        model: fingerprint of the embedding model that will embed the questions.
        in_memory: makes both indexes of passages in memory.
        store: opens generation folders; None serves from memory only, as the command line does, so that it
            never opens a folder that a running bot has open.
        folder: where generations live.
    """

    def __init__(
        self,
        database: Database,
        *,
        workspace_id: str,
        model: str,
        in_memory: Callable[[Iterable[IndexedPassage]], tuple[PassageIndex, LexicalIndex]],
        store: GenerationStore | None = None,
        folder: Path | None = None,
    ) -> None:
        self._database = database
        self.workspace_id = workspace_id
        self._model = model
        self._in_memory = in_memory
        self._store = store
        self._folder = folder
        self._current: Indexes | None = None
        self._previous: Indexes | None = None
        self._opening: threading.Thread | None = None
        self._lock = threading.Lock()

    def current(self) -> Indexes:
        """The indexes to search now. Never waits for a folder: at first, memory serves."""
        wanted = self._pointer()
        with self._lock:
            current = self._current
            if current is None or (current.exact and current.generation != wanted):
                current = self._current = self._from_memory(wanted)
            if self._store and wanted and (current.exact or current.generation != wanted):
                self._open_in_background()
        return current

    def refresh(self) -> Indexes:
        """Open the active generation now, and wait for it."""
        wanted = self._pointer()
        found = self._from_folder(wanted) if wanted else None
        with self._lock:
            if found is None:
                found = self._current or self._from_memory(wanted)
            self._exchange(found)
            return found

    @property
    def exact(self) -> bool:
        """Whether memory serves because no folder is open."""
        return self._current is None or self._current.exact

    def _pointer(self) -> str | None:
        """The id of the newest generation of our model; one of another model's vectors is of no use."""
        with self._database.reading() as session:
            newest = generations.serving_generation(session, self.workspace_id, self._model)
        return newest.id if newest else None

    def _open_in_background(self) -> None:
        if self._opening and self._opening.is_alive():
            return
        self._opening = threading.Thread(target=self.refresh, name="open-index", daemon=True)
        self._opening.start()

    def _exchange(self, found: Indexes) -> None:
        """Serve from `found`. The indexes before stay open, since a search may be under way in them."""
        if self._current is None or found is self._current:
            self._current = found
            return
        if self._previous:
            self._previous.dense.close()
            self._previous.lexical.close()
        self._previous, self._current = self._current, found

    def _from_folder(self, generation: str) -> Indexes | None:
        if self._store is None or self._folder is None:
            return None
        with self._lock:
            if self._current and self._current.generation == generation and not self._current.exact:
                return self._current
        folder = self._folder / generation
        try:
            if self._store.verify(folder, -1):
                opened = self._store.open(folder)
                return Indexes(generation, *opened, self._cards(), exact=False, dated=self._dated())
        except IndexUnavailable as error:
            log.warning("%s", error)
        log.warning("The index %s cannot be opened; exact search serves until it is rebuilt.", generation[:8])
        with self._database.transaction() as session:
            generations.quarantine_generation(session, generation)
        return None

    def _from_memory(self, generation: str | None) -> Indexes:
        with self._database.reading() as session:
            passages = [
                vector_passage(row)
                for row in vectors.passage_vectors(session, self.workspace_id, self._model)
            ]
        dense, lexical = self._in_memory(passages)
        return Indexes(generation, dense, lexical, self._cards(), exact=True, dated=self._dated())

    def _cards(self) -> PassageIndex:
        with self._database.reading() as session:
            cards = vectors.card_vectors(session, self.workspace_id, self._model)
        return self._in_memory(map(vector_passage, cards))[0]

    def _dated(self) -> frozenset[str]:
        with self._database.reading() as session:
            return frozenset(shelf(*one) for one in documents.dated_documents(session, self.workspace_id))
