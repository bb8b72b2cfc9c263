"""What a generation's folder consists of: an FTS5 file beside either Chroma or plain vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from knowledge.adapters.exact import ExactIndex
from knowledge.adapters.lexical_fts5 import Fts5Builder, Fts5Index
from knowledge.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from knowledge.ports import IndexedPassage, LexicalIndex, PassageIndex, Vector

LEXICAL, CHROMA, VECTORS = "lexical.db", "chroma", "vectors.npz"


class ChromaGenerations:
    """Vectors in Chroma, words in FTS5. Chroma's folder is verified in a child process."""

    def build(self, folder: Path, passages: Callable[[], Iterator[IndexedPassage]]) -> int:
        """Write both indexes; how many passages each holds."""
        from knowledge.adapters.chroma import ChromaBuilder

        vectors = ChromaBuilder(folder / CHROMA).build(passages())
        return _same(vectors, Fts5Builder(folder / LEXICAL).build(passages()))

    def verify(self, folder: Path, expected: int) -> bool:
        """Whether both can be opened, hold that many passages, and find their own vectors."""
        from knowledge.adapters.chroma import probe

        return _lexical_holds(folder, expected) and probe(folder / CHROMA, expected)

    def ids(self, folder: Path) -> tuple[set[str], set[str]]:
        """Passage ids of the vector index and of the lexical index; read in a child process."""
        from knowledge.adapters.chroma import stored_ids

        return stored_ids(folder / CHROMA), _lexical_ids(folder)

    def open(self, folder: Path) -> tuple[PassageIndex, LexicalIndex]:
        """Open both; call `verify` first."""
        from knowledge.adapters.chroma import ChromaIndex

        return ChromaIndex(folder / CHROMA), Fts5Index.open(folder / LEXICAL)


class NumpyGenerations:
    """Vectors in one file, searched exactly in memory: no Chroma, nothing that can crash a process."""

    def build(self, folder: Path, passages: Callable[[], Iterator[IndexedPassage]]) -> int:
        """Write both indexes; how many passages each holds."""
        found = list(passages())
        np.savez(
            folder / VECTORS,
            ids=np.array([one.id for one in found], dtype=np.str_),
            audiences=np.array([one.audience for one in found], dtype=np.str_),
            vectors=np.stack([one.vector for one in found]) if found else np.zeros((0, 1), dtype=np.float32),
        )
        return _same(len(found), Fts5Builder(folder / LEXICAL).build(found))

    def verify(self, folder: Path, expected: int) -> bool:
        """Whether both can be opened and hold that many passages."""
        try:
            stored = len(_stored(folder))
            return expected in {-1, stored} and _lexical_holds(folder, stored)
        except IndexUnavailable:
            return False

    def ids(self, folder: Path) -> tuple[set[str], set[str]]:
        """Passage ids of the vector index and of the lexical index."""
        return {one.id for one in _stored(folder)}, _lexical_ids(folder)

    def open(self, folder: Path) -> tuple[PassageIndex, LexicalIndex]:
        """Open both."""
        return ExactIndex(_stored(folder)), Fts5Index.open(folder / LEXICAL)


def in_memory(passages: Iterable[IndexedPassage]) -> tuple[PassageIndex, LexicalIndex]:
    """Both indexes in memory: what serves while no folder can be opened, and the command line."""
    found = list(passages)
    return ExactIndex(found), Fts5Index.in_memory(found)


class _Stored(NamedTuple):
    id: str
    audience: str
    vector: Vector
    embedded_text: str = ""


def _stored(folder: Path) -> list[_Stored]:
    try:
        with np.load(folder / VECTORS, allow_pickle=False) as file:
            ids, audiences, vectors = file["ids"], file["audiences"], file["vectors"]
    except (OSError, ValueError, KeyError) as error:
        raise IndexUnavailable(f"The vectors of index {folder.name} cannot be read ({error}).") from error
    return [_Stored(str(i), str(a), v) for i, a, v in zip(ids, audiences, vectors, strict=True)]


def _same(vectors: int, lexical: int) -> int:
    if vectors != lexical:
        raise IndexUnavailable(f"The vector index holds {vectors} passages, the lexical one {lexical}.")
    return vectors


def _lexical_holds(folder: Path, expected: int) -> bool:
    try:
        return expected in {-1, len(_lexical_ids(folder))}
    except IndexUnavailable:
        return False


def _lexical_ids(folder: Path) -> set[str]:
    index = Fts5Index.open(folder / LEXICAL)
    try:
        return index.ids()
    finally:
        index.close()
