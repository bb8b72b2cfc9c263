"""Vectors in an embedded Chroma: one folder per index generation, one collection per audience.

A collection per audience because a metadata filter costs 75 to 380 ms at 100,000 vectors. A folder is
probed in a child process before it is opened, because a damaged one ends the process with a segmentation
fault that Python cannot catch.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from knowledge.errors import IndexUnavailable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from chromadb.api import ClientAPI

    from knowledge.ports import IndexedPassage, Vector

BATCH = 1000
SELF_QUERIES = 50
MISSES = 0.1  # share of them that may fail: the graph is approximate, above all among nearly equal texts
_SPARSE = 10  # link_lists.bin beyond this many times data_level0.bin is the known corruption
_CHILD_SECONDS = 120
_VERIFY = """
import pathlib, sys
from knowledge.adapters.chroma import verify
sys.exit(0 if verify(pathlib.Path(sys.argv[1]), int(sys.argv[2])) else 3)
"""
_LIST = """
import pathlib, sys
from knowledge.adapters.chroma import ChromaIndex, verify
folder = pathlib.Path(sys.argv[1])
if not verify(folder):
    sys.exit(3)
print(*ChromaIndex(folder).ids(), sep="\\n")
"""


class ChromaIndex:
    """Reads one generation's folder. Probe it first; one process at a time may have it open.

    Args:
        folder: the Chroma folder.

    Raises:
        IndexUnavailable: there is no such folder, or Chroma cannot open it.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise IndexUnavailable(f"There is no vector index at {folder}.")
        try:
            self._client = _client(folder)
            self._collections = {
                str((collection.metadata or {})["audience"]): collection
                for collection in self._client.list_collections()
            }
            self._counts = {audience: one.count() for audience, one in self._collections.items()}
        except Exception as error:  # Chroma raises its own Rust-side types for damaged folders
            raise IndexUnavailable(
                f"The vector index {folder.parent.name} cannot be opened ({error})."
            ) from error

    def search(self, vector: Vector, audiences: Collection[str], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, cosine), best first, of the given audiences only."""
        found = [hit for audience in audiences for hit in self._nearest(audience, vector, k)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def ids(self) -> set[str]:
        """Every passage id it holds."""
        return {i for collection in self._collections.values() for i in collection.get(include=[])["ids"]}

    def close(self) -> None:
        """Let go of the folder."""
        self._client.close()  # type: ignore[attr-defined]

    def _nearest(self, audience: str, vector: Vector, k: int) -> list[tuple[str, float]]:
        limit = min(k, self._counts.get(audience, 0))
        if limit <= 0:
            return []
        found: Any = self._collections[audience].query(
            query_embeddings=cast("Any", [vector]), n_results=limit, include=["distances"]
        )
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]


class ChromaBuilder:
    """Writes a new folder.

    Args:
        folder: where; it must not be in service.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, passages: Iterable[IndexedPassage]) -> int:
        """Index the passages and return how many there are."""
        self._folder.mkdir(parents=True, exist_ok=True)
        client = _client(self._folder)
        try:
            for batch in _batches(passages):
                _upsert(client, batch)
            return sum(collection.count() for collection in client.list_collections())
        finally:
            client.close()  # type: ignore[attr-defined]


def probe(folder: Path, expected: int = -1) -> bool:
    """Whether a child process can open the folder and every collection answers for its own vectors.

    Args:
        folder: the Chroma folder.
        expected: how many passages it should hold; -1 if unknown.
    """
    if not folder.is_dir() or _looks_corrupt(folder):
        return False
    return _in_child(_VERIFY, folder, str(expected)) is not None


def stored_ids(folder: Path) -> set[str]:
    """Every passage id of a folder, read by a child process from a copy: a bot may have the folder open.

    Raises:
        IndexUnavailable: the folder is missing or damaged.
    """
    printed = None
    if folder.is_dir() and not _looks_corrupt(folder):  # such a file may claim a terabyte: never copy it
        with tempfile.TemporaryDirectory() as scratch:
            copy = shutil.copytree(folder, Path(scratch) / "copy")
            printed = _in_child(_LIST, copy)
    if printed is None:
        raise IndexUnavailable(
            f"The vector index {folder.parent.name[:8]} is missing or damaged. Run `guidepost knowledge check "
            "--repair`: it is rebuilt from the database, without a model."
        )
    return set(printed.split())


def _in_child(code: str, folder: Path, *arguments: str) -> str | None:
    """What a child process printed; None if it failed, crashed or took too long."""
    command = [sys.executable, "-c", code, str(folder.resolve()), *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_CHILD_SECONDS)  # noqa: S603 - our own code
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def verify(folder: Path, expected: int = -1) -> bool:
    """What `probe` runs in its child: count, then sample vectors that must find themselves."""
    index = ChromaIndex(folder)
    counts = index._counts  # noqa: SLF001 - same module
    if expected >= 0 and sum(counts.values()) != expected:
        return False
    return all(_finds_itself(index, audience) for audience in counts)


def _finds_itself(index: ChromaIndex, audience: str) -> bool:
    collection = index._collections[audience]  # noqa: SLF001 - same module
    sample: Any = collection.get(limit=SELF_QUERIES, include=["embeddings"])
    vectors = [np.asarray(vector, dtype=np.float32) for vector in sample["embeddings"]]
    found = [index.search(vector, {audience}, 3) for vector in vectors]
    missed = sum(not hits or hits[0][1] < 0.999 for hits in found)  # itself, or one with the same text
    return missed <= MISSES * len(vectors)


def _looks_corrupt(folder: Path) -> bool:
    for links in folder.glob("*/link_lists.bin"):
        level0 = links.with_name("data_level0.bin")
        if level0.exists() and links.stat().st_size > _SPARSE * max(1, level0.stat().st_size):
            return True
    return False


def _client(folder: Path) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def _upsert(client: ClientAPI, batch: list[IndexedPassage]) -> None:
    by_audience: dict[str, list[IndexedPassage]] = {}
    for passage in batch:
        by_audience.setdefault(passage.audience, []).append(passage)
    for audience, passages in by_audience.items():
        collection = client.get_or_create_collection(
            _collection_name(audience),
            metadata={"audience": audience},
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )
        collection.upsert(
            ids=[passage.id for passage in passages],
            embeddings=cast("Any", [passage.vector for passage in passages]),
        )


def _collection_name(audience: str) -> str:
    """Chroma allows few characters in names; the audience itself is in the collection's metadata."""
    return "audience-" + hashlib.sha256(audience.encode()).hexdigest()[:24]


def _batches(passages: Iterable[IndexedPassage]) -> Iterator[list[IndexedPassage]]:
    batch: list[IndexedPassage] = []
    for passage in passages:
        batch.append(passage)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
