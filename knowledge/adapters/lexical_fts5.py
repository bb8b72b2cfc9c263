"""BM25 over SQLite FTS5: one file per index generation, or in memory."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from knowledge.errors import IndexUnavailable
from knowledge.words import STOP_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from knowledge.ports import IndexedPassage

MAX_TERMS = 48  # of one query; the rest of a very long question adds noise and time
_CREATE = """
CREATE VIRTUAL TABLE passages USING fts5(
    passage_id UNINDEXED, audience UNINDEXED, body, tokenize = 'porter unicode61 remove_diacritics 2'
)
"""
_SEARCH = """
SELECT passage_id, -bm25(passages) FROM passages
WHERE passages MATCH ? AND audience IN ({audiences}) ORDER BY bm25(passages), passage_id LIMIT ?
"""


class Fts5Index:
    """Reads an index; one connection, shared by threads behind a lock (a query takes milliseconds)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Fts5Index:
        """Open a generation's file, read only.

        Raises:
            IndexUnavailable: the file is missing or is no such index.
        """
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            connection.execute("SELECT count(*) FROM passages").fetchone()
        except sqlite3.Error as error:
            raise IndexUnavailable(f"The lexical index {path.name} cannot be opened ({error}).") from error
        return cls(connection)

    @classmethod
    def in_memory(cls, passages: Iterable[IndexedPassage]) -> Fts5Index:
        """Index passages in memory (about 18,000 a second)."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, passages)
        return cls(connection)

    def search(self, query: str, audiences: Collection[str], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, BM25 with higher better), best first. Any text is a valid query."""
        terms = match_expression(query)
        if not terms or not audiences or k <= 0:
            return []
        allowed = sorted(audiences)
        sql = _SEARCH.format(audiences=", ".join("?" * len(allowed)))
        with self._lock:
            rows = self._connection.execute(sql, (terms, *allowed, k)).fetchall()
        return [(str(passage_id), float(score)) for passage_id, score in rows]

    def ids(self) -> set[str]:
        """Every passage id it holds."""
        with self._lock:
            return {str(row[0]) for row in self._connection.execute("SELECT passage_id FROM passages")}

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


class Fts5Builder:
    """Writes a new index file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def build(self, passages: Iterable[IndexedPassage]) -> int:
        """Index the passages and return how many there are."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path)
        try:
            return _fill(connection, passages)
        finally:
            connection.close()


def match_expression(query: str) -> str:
    """An FTS5 expression of the query's content words, each quoted; empty if nothing is left.

    Stop words cost 80 times the rest at 100,000 passages, so they never reach MATCH.
    """
    terms = dict.fromkeys(word for word in words(query) if word not in STOP_WORDS)
    return " OR ".join(f'"{term}"' for term in list(terms)[:MAX_TERMS])


def _fill(connection: sqlite3.Connection, passages: Iterable[IndexedPassage]) -> int:
    connection.execute(_CREATE)
    rows = ((passage.id, passage.audience, passage.embedded_text) for passage in passages)
    connection.executemany("INSERT INTO passages (passage_id, audience, body) VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO passages (passages) VALUES ('optimize')")
    connection.commit()
    return int(connection.execute("SELECT count(*) FROM passages").fetchone()[0])
