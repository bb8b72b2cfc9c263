"""The thirty-line chain of LangChain, Chroma and sentence-transformers beside the product: quality and speed.

Quality with the packaged model for both, so that only the chain differs; the chain's speed with the same
architecture on torch in fp32, as sentence-transformers runs it. A run keeps both indexes for the next.
"""

from __future__ import annotations

import time

import pytest

from bot.settings import Settings
from bot.wiring import open_core
from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder
from knowledge.evaluation import beir
from knowledge.evaluation.asking import spread
from knowledge.evaluation.bases import Parts, corpus
from knowledge.evaluation.intervals import conversation, mean_difference
from knowledge.evaluation.metrics import mean, percentile
from knowledge.evaluation.retrieval import Ranking, product, rank_all
from knowledge.types import Question
from tests.benchmarks.newcomer import ModelEmbeddings, chain, vector_store
from tests.benchmarks.sets import CACHE, a_set, line
from tests.benchmarks.torch_model import torch_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

SETS = {
    "aws-docs": "queries.jsonl",
    "mtrag-govt": "queries_questions.jsonl",
    "mtrag-clapnq": "queries_questions.jsonl",
    "scifact": "queries.jsonl",
}
TIMED = 30  # questions


@pytest.mark.parametrize("name", SETS)
def test_beside_the_newcomers_chain(name, tmp_path):
    directory = a_set(name)
    judged = beir.judgements(directory)
    asked = beir.judged_queries(directory, directory / SETS[name])
    core = open_core(Settings(_env_file=None, guidepost_data_dir=tmp_path / "data"))
    parts = Parts(core.clock, core.embedder, core.reranker, make_answerer=core.answerer_on, cache=CACHE)
    embedder = SentenceTransformerEmbedder()
    texts = {str(row["_id"]): str(row["text"]) for row in beir.json_lines(beir.corpus_file(directory))}
    store = vector_store(texts, embedder._loaded_model(), CACHE / f"newcomer-{name}")
    with corpus(directory, parts) as bench:
        ours = rank_all(product(bench), asked, judged)
        answering = milliseconds(lambda query: bench.answerer().answer(Question(query.text)), asked)
    theirs = [newcomers(store, query, judged[query.id]) for query in asked]
    store._embedding_function = ModelEmbeddings(torch_model(tmp_path / "model"))
    chaining = milliseconds(lambda query: chain(store).invoke(query.text), asked)
    show(name, ours, theirs, answering, chaining)


def newcomers(store, query, relevance):
    found = chain(store).invoke(query.text)["documents"]
    return Ranking(query.id, relevance, list(dict.fromkeys(one.metadata["source"] for one in found)), 0.0)


def milliseconds(answer, asked):
    times = []
    for query in spread(asked, TIMED):
        started = time.monotonic()
        answer(query)
        times.append((time.monotonic() - started) * 1000)
    return times


def show(name, ours, theirs, answering, chaining):
    groups = [conversation(ranking.query) for ranking in ours]
    for metric in ("ndcg@10", "recall@5", "first_right"):
        mine, others = ([one.values()[metric] for one in found] for found in (ours, theirs))
        gain = mean_difference(mine, others, groups)
        line(f"{name}: {metric}, product / newcomer's chain", f"{mean(mine):.3f} / {mean(others):.3f}")
        line("  gain, with its 95 % interval", f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
    line(
        "  an answer / its five chunks, p50",
        f"{percentile(answering, 0.5):.0f} / {percentile(chaining, 0.5):.0f} ms",
    )
