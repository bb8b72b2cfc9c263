"""One knowledge base of N passages built, or asked, in a process of its own; prints JSON.

`python -m tests.benchmarks.answering build FOLDER N SET CACHE`, then `… ask FOLDER SET`.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.settings import Settings
from bot.wiring import open_core
from knowledge.adapters.generations import in_memory
from knowledge.adapters.packaged import MINILM_RERANKER, locate, open_session
from knowledge.evaluation import beir
from knowledge.evaluation.bases import Parts, corpus
from knowledge.generations import vector_passage
from knowledge.types import Asker, Question
from store.tables.vectors import passage_vectors
from tests.benchmarks.resampled import Pool, ResampledEmbedder

if TYPE_CHECKING:
    from bot.wiring import Core

BARE_PASSAGES, BARE_TOKENS, BARE_THREADS = 10, 191, 2
WARM_UP = 3
ROUNDS = 2  # each question is asked so often
NEAREST = 30


def main(command: str, folder: str, *rest: str) -> None:
    core = open_core(Settings(_env_file=None, guidepost_data_dir=Path(folder)))
    found = build(core, *rest) if command == "build" else ask(core, *rest)
    sys.stdout.write(json.dumps(found | {"peak_mb": round(peak_mb(), 1)}) + "\n")


def build(core: Core, passages: str, directory: str, cache: str) -> dict[str, Any]:
    """Take in so many passages by the product's own ingest; only their vectors come from the pool."""
    with corpus(Path(directory), Parts(core.clock, core.embedder, None, cache=Path(cache))) as bench:
        pool = Pool.of(bench)
    core.embedder = ResampledEmbedder(core.embedder, pool)
    report = core.ingest.sync_documents(pool.documents(int(passages)), "resampled", audience="public")
    return {"passages": report.passages, "seconds": report.seconds}


def ask(core: Core, directory: str) -> dict[str, Any]:
    """Ask the set's questions; after each, the bare pass, so that both meet the same machine."""
    answerer = core.answerer(serving=True)
    answerer.load()
    queries = beir.queries(Path(directory) / "queries.jsonl")
    bare = BarePass()
    for query in queries[:WARM_UP]:
        answerer.answer(Question(query.text))
        bare.milliseconds()
    stages, totals, passes = [], [], []
    for query in queries * ROUNDS:
        started = time.monotonic()
        answered = answerer.answer(Question(query.text))
        totals.append((time.monotonic() - started) * 1000)
        stages.append({name: ms for name, ms in answered.timings_ms.items() if name != "total"})
        passes.append(bare.milliseconds())
    return {
        "stages": stages,
        "totals": totals,
        "bare": passes,
        "serving_mb": round(peak_mb(), 1),
        "recall": recall_of_the_index(core, [query.text for query in queries]),
    }


class BarePass:
    """The cross-encoder alone: onnxruntime over ten passages of 191 tokens, on two threads."""

    def __init__(self) -> None:
        self._session = open_session(locate(MINILM_RERANKER), BARE_THREADS)
        shape = (BARE_PASSAGES, BARE_TOKENS)
        ids = np.random.default_rng(0).integers(1000, 30000, size=shape, dtype=np.int64)
        self._feed = {
            "input_ids": ids,
            "attention_mask": np.ones(shape, dtype=np.int64),
            "token_type_ids": np.zeros(shape, dtype=np.int64),
        }

    def milliseconds(self) -> float:
        """Of one pass."""
        started = time.monotonic()
        self._session.run(None, self._feed)
        return (time.monotonic() - started) * 1000


def recall_of_the_index(core: Core, questions: list[str]) -> float:
    """Share of the exactly nearest thirty that the index in service finds."""
    retriever = core.retriever(serving=True)
    retriever.load()
    indexes = retriever._index.refresh()
    with core.database.reading() as session:
        rows = passage_vectors(session, core.workspace_id, core.embedder.fingerprint)
        exact, _ = in_memory([vector_passage(row) for row in rows])
    shelves = indexes.shelves(Asker().audiences, core.clock.now().date())
    found = []
    for question in questions:
        vector = retriever.embed(question)
        nearest = {one for one, _ in exact.search(vector, shelves, NEAREST)}
        found.append(
            len(nearest & {one for one, _ in indexes.dense.search(vector, shelves, NEAREST)}) / NEAREST
        )
    return round(float(np.mean(found)), 4)


def peak_mb() -> float:
    """The most memory that this process had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
