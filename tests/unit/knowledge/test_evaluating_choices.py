"""What a design choice brings is measured by leaving it out; models are asked once."""

from __future__ import annotations

import json

import numpy as np
import pytest

from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.evaluation.bases import Parts
from knowledge.evaluation.choices import CHOICES, choices_for
from knowledge.evaluation.overriding import overridden
from knowledge.evaluation.remembering import RememberingEmbedder, RememberingReranker
from knowledge.evaluation.retrieval import evaluate
from knowledge.retrieval import RetrievalSettings

CORPUS = [
    {"_id": "export", "title": "Export", "text": "Press Export to download contacts."},
    {"_id": "refunds", "title": "Refunds", "text": "Refunds are possible within fourteen days."},
]
THREAD = "|user|: Are refunds possible?\n|user|: and within how many days?"


class CountingReranker(OverlapReranker):
    """Keeps every pair that it reads."""

    def __init__(self):
        self.read = []

    def score(self, question, texts):
        self.read += [(question, text) for text in texts]
        return super().score(question, texts)


@pytest.fixture
def directory(tmp_path):
    rows = {"corpus.jsonl": CORPUS, "queries.jsonl": [{"_id": "q", "text": "download contacts"}]}
    rows["threads.jsonl"] = [{"_id": "q", "text": THREAD}]
    for name, lines in rows.items():
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\texport\t1\n")
    return tmp_path


@pytest.mark.parametrize("name", CHOICES)
def test_leaving_a_choice_out_is_another_setting(name):
    assert overridden(RetrievalSettings(), CHOICES[name].without) != RetrievalSettings()


def test_the_gain_of_every_choice_is_told_with_what_leaves_it_out(directory, clock):
    figures = evaluate(directory, Parts(clock, HashingEmbedder(), OverlapReranker()), choices=True).figures

    assert set(figures["choices"]) == set(choices_for(threads=False))
    for told in figures["choices"].values():
        assert told["what"]
        assert told["without"]
        value, low, high = told["gain"]["ndcg@10"]
        assert low <= value <= high


def test_choices_about_threads_are_measured_where_there_are_threads(directory, clock):
    parts = Parts(clock, HashingEmbedder(), OverlapReranker())
    asked = directory / "threads.jsonl"

    figures = evaluate(directory, parts, queries=asked, choices=True).figures

    assert set(figures["choices"]) == set(CHOICES)
    assert "turns" not in choices_for(threads=False)


def test_a_choice_that_matters_shows_in_its_gain(tmp_path, clock):
    twins = [
        {"_id": f"twin{n}", "text": "How to download contacts as a file, step by step, with pictures."}
        for n in range(12)
    ]
    rows = {
        "corpus.jsonl": [*twins, {"_id": "right", "text": "Download: contacts."}],
        "queries.jsonl": [{"_id": "q", "text": "how to download contacts as a file"}],
    }
    for name, lines in rows.items():
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\tright\t1\n")

    figures = evaluate(tmp_path, Parts(clock, HashingEmbedder(), OverlapReranker()), choices=True).figures

    assert figures["choices"]["near-duplicates"]["gain"]["ndcg@10"][0] > 0


def test_without_a_reranker_choices_are_measured_all_the_same(directory, clock):
    figures = evaluate(directory, Parts(clock, HashingEmbedder(), None), choices=True).figures

    assert figures["choices"]["reading"]["gain"]["ndcg@10"] == [0.0, 0.0, 0.0]


def test_no_pair_is_read_twice_however_many_choices_are_left_out(directory, clock):
    reranker = CountingReranker()

    evaluate(directory, Parts(clock, HashingEmbedder(), reranker), choices=True)

    assert len(reranker.read) == len(set(reranker.read)) > 0


def test_a_remembering_reranker_says_what_the_reranker_says():
    reranker = CountingReranker()
    remembering = RememberingReranker(reranker)
    remembering.load()

    first = remembering.score("download contacts", ["download", "refunds", "download"])

    assert first == OverlapReranker().score("download contacts", ["download", "refunds", "download"])
    assert remembering.score("download contacts", ["refunds", "download"]) == [first[1], first[0]]
    assert remembering.score("download contacts", []) == []
    assert len(reranker.read) == 2


def test_a_remembering_embedder_says_what_the_embedder_says():
    embedder = HashingEmbedder()
    remembering = RememberingEmbedder(embedder)
    remembering.load()

    assert remembering.fingerprint == embedder.fingerprint
    assert np.array_equal(remembering.embed_query("a question"), embedder.embed_query("a question"))
    assert remembering.embed_query("a question") is remembering.embed_query("a question")
    assert np.array_equal(remembering.embed_passages(["a text"]), embedder.embed_passages(["a text"]))
