"""The sample help centre, asked by readers on three plans, with the real models: tests/data/readers.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.local.sample import HELP_CENTER
from knowledge.adapters.generations import ChromaGenerations
from knowledge.adapters.onnx_reranker import OnnxReranker
from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder
from knowledge.answering import Answerer
from knowledge.evaluation.bases import Parts, open_bench
from knowledge.types import CUSTOMER, PUBLIC, Asker, Question
from store.clock import FixedClock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "readers.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def answerer(tmp_path_factory):
    embedder, reranker = SentenceTransformerEmbedder(), OnnxReranker()
    bench = open_bench(
        tmp_path_factory.mktemp("readers"), Parts(FixedClock(), embedder, reranker, store=ChromaGenerations())
    )
    bench.ingest.sync(HELP_CENTER, audience="customer", account_id=lambda _key: None)
    bench.index.refresh()
    yield Answerer(bench.retriever, reranker)
    bench.database.close()


@pytest.mark.parametrize(
    ("question", "plan", "wanted"),
    [
        pytest.param(case["question"], plan, wanted, id=f"{plan}: {case['question']}")
        for case in CASES
        for plan, wanted in case.items()
        if plan != "question"
    ],
)
def test_each_reader_gets_what_is_true_for_their_plan(answerer, question, plan, wanted):
    asker = Asker(frozenset({PUBLIC, CUSTOMER}), plan=plan)
    answered = answerer.answer(Question(question, asker))

    assert answered.citations[0].uri.partition("#")[0] == wanted["first"]
    assert (answered.answered_for == f"your plan: {plan}") is (wanted["says"] == "own")
    assert (f"you are on {plan}." in answered.answer) is (wanted["says"] == "other")
