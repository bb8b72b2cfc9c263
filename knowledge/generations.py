"""Index generations: built from SQL into a new folder, verified, then put into service by a pointer row."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from knowledge.errors import IndexUnavailable
from knowledge.shelves import shelf
from store.tables import documents, vectors
from store.tables import generations as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from knowledge.ports import GenerationStore, IndexedPassage, Vector
    from store.clock import Clock
    from store.database import Database


@dataclass(frozen=True)
class Progress:
    """How far a sync is. `stage` is "reading", "embedding", "indexing" or "calibrating"; `total` is 0 if unknown."""

    stage: str
    done: int
    total: int = 0


@dataclass(frozen=True)
class VectorPassage:
    """A passage on its way into an index."""

    id: str
    audience: str
    embedded_text: str
    vector: Vector


@dataclass(frozen=True)
class CheckReport:
    """SQL, vector and lexical index compared; empty `problems` means that they agree.

    `problems` holds what was found at first, also when `repaired` says that it is gone.
    """

    passages: int
    vectors: int
    lexical: int
    without_embedding: int
    generation: str | None
    problems: tuple[str, ...] = ()
    repaired: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong, or nothing is wrong any more."""
        return not self.problems or self.repaired


class Generations:
    """Builds, verifies, activates and clears away the index generations of one workspace.

    Args:
        database: the record of passages and embeddings.
        workspace_id: whose knowledge this is.
        clock: tells the time.
        model: fingerprint of the embedding model whose vectors are indexed.
        store: writes and opens the folders.
        folder: where they live, one folder per generation id.
    """

    def __init__(
        self,
        database: Database,
        *,
        workspace_id: str,
        clock: Clock,
        model: str,
        store: GenerationStore,
        folder: Path,
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock
        self._model = model
        self._store = store
        self._folder = folder

    def bring_up_to_date(self, tell: Callable[[Progress], None]) -> int:
        """Build unless the active generation holds exactly the present passages; how many those are."""
        with self._database.reading() as session:
            active = rows.active_generation(session, self._workspace_id)
            count, digest = vectors.passages_digest(session, self._workspace_id, self._model)
        if active is None or active.digest != digest or not (self._folder / active.id).is_dir():
            self.build(tell)
        return count

    def build(self, tell: Callable[[Progress], None]) -> str:
        """Build a new generation from SQL, without a model, and put it into service; its id.

        Raises:
            IndexUnavailable: the new folder does not hold what it should; the old one stays in service.
        """
        with self._database.transaction() as session:
            count, digest = vectors.passages_digest(session, self._workspace_id, self._model)
            generation = rows.start_generation(session, self._workspace_id, self._model, self._clock.now())
        tell(Progress("indexing", 0, count))
        folder = self._folder / generation.id
        folder.mkdir(parents=True)
        built = self._store.build(folder, self._passages)
        if built != count or not self._store.verify(folder, count):
            self._quarantine(generation.id)
            raise IndexUnavailable(
                f"The new index holds {built} of {count} passages, or does not find them; the one before stays in "
                "service. Run `guidepost knowledge check --repair`."
            )
        with self._database.transaction() as session:
            rows.activate_generation(
                session, generation.id, passages=count, digest=digest, now=self._clock.now()
            )
        tell(Progress("indexing", count, count))
        self._clear_away()
        return generation.id

    def check(self) -> CheckReport:
        """Compare SQL with both indexes, without disturbing a bot that has them open."""
        with self._database.reading() as session:
            active = rows.active_generation(session, self._workspace_id)
            missing = vectors.count_without_embedding(session, self._workspace_id, self._model)
            orphans = documents.count_orphans(session, self._workspace_id)
            expected = {row.id for row in vectors.passage_vectors(session, self._workspace_id, self._model)}
        dense, lexical, problems = set[str](), set[str](), list[str]()
        if active is None:
            problems.append("No index is in service.")
        else:
            try:
                dense, lexical = self._store.ids(self._folder / active.id)
                problems += _differences("vector", expected, dense)
                problems += _differences("lexical", expected, lexical)
            except IndexUnavailable as error:
                problems.append(str(error))
        if orphans:
            problems.append(f"{orphans} passages belong to no document.")
        if missing:
            problems.append(f"{missing} passages have no embedding of the present model.")
        return CheckReport(
            passages=len(expected) + missing,
            vectors=len(dense),
            lexical=len(lexical),
            without_embedding=missing,
            generation=active.id if active else None,
            problems=tuple(problems),
        )

    def _passages(self) -> Iterator[IndexedPassage]:
        with self._database.reading() as session:
            for row in vectors.passage_vectors(session, self._workspace_id, self._model):
                yield vector_passage(row)

    def _quarantine(self, generation_id: str) -> None:
        with self._database.transaction() as session:
            rows.quarantine_generation(session, generation_id)

    def _clear_away(self) -> None:
        """Keep the active generation and the one before, which a running bot may still have open."""
        with self._database.reading() as session:
            known = rows.generations(session, self._workspace_id)
        active = [one.id for one in known if one.state == "active"]
        retired = [one.id for one in known if one.state == "retired"]
        gone = {one.id for one in known} - {*active, *retired[:1]}
        for path in self._folder.iterdir():  # also what a killed process left, and nobody knows
            if path.is_dir() and path.name not in {*active, *retired[:1]}:
                shutil.rmtree(path, ignore_errors=True)
        with self._database.transaction() as session:
            rows.forget_generations(session, gone)


def vector_passage(row: vectors.PassageVector) -> VectorPassage:
    """A stored passage as an index wants it."""
    return VectorPassage(
        id=row.id,
        audience=shelf(row.audience, row.effective_from, row.effective_until),
        embedded_text=" > ".join(row.heading_path) + "\n" + row.text,
        vector=np.frombuffer(row.embedding, dtype="<f4"),
    )


def _differences(name: str, expected: set[str], found: set[str]) -> list[str]:
    problems = []
    if expected - found:
        problems.append(f"{len(expected - found)} passages are missing from the {name} index.")
    if found - expected:
        problems.append(f"The {name} index holds {len(found - expected)} passages that are gone.")
    return problems
