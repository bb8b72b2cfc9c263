from __future__ import annotations

import gzip
import json

import pytest

from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.errors import KnowledgeError
from knowledge.evaluation import beir
from knowledge.evaluation.retrieval import evaluate
from knowledge.types import Turn

CORPUS = [
    {"_id": "export.md", "title": "Export", "text": "# Export\n\nPress Export to download contacts."},
    {"_id": "d2", "title": "Refunds", "text": "Refunds\nRefunds are possible within fourteen days."},
    {"_id": "d3", "title": "Sign-in", "text": "Use your work address & password < 20 signs."},
]
QUERIES = [
    {"_id": "q1", "text": "download contacts"},
    {"_id": "q2", "text": "|user|: Are refunds possible?\n|user|: and within how many days?"},
    {"_id": "q3", "text": "not judged"},
]


def _lines(path, rows, opener=open):
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def directory(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    _lines(folder / "corpus.jsonl.gz", CORPUS, gzip.open)
    _lines(folder / "queries.jsonl", QUERIES)
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\texport.md\t1\nq2\td2\t1\nq2\td3\t0\n")
    return folder


def _evaluate(directory, clock, **more):
    return evaluate(
        directory,
        clock=clock,
        embedder=HashingEmbedder(),
        reranker=OverlapReranker(),
        store=NumpyGenerations(),
        **more,
    )


def test_a_set_is_evaluated_through_ingest_and_retrieval(directory, clock):
    figures = _evaluate(directory, clock)
    assert figures["queries"] == 2
    assert figures["ndcg@10"] == figures["recall@5"] == figures["recall@10"] == figures["mrr@10"] == 1.0
    assert 0 < figures["ms_p50"] <= figures["ms_p95"]


def test_a_second_run_in_the_same_folder_embeds_nothing(directory, clock, tmp_path):
    (tmp_path / "kept").mkdir()
    _evaluate(directory, clock, data_folder=tmp_path / "kept")
    told = []
    _evaluate(directory, clock, data_folder=tmp_path / "kept", progress=told.append)
    assert {one.stage for one in told} == {"reading"}


def test_another_file_of_queries_can_be_asked(directory, clock, tmp_path):
    _lines(tmp_path / "other.jsonl", [{"_id": "q1", "text": "bananas"}])
    assert _evaluate(directory, clock, queries=tmp_path / "other.jsonl")["queries"] == 1


def test_of_a_thread_the_last_turn_is_asked(directory):
    asked = {query.id: query for query in beir.queries(directory / "queries.jsonl")}
    assert asked["q1"].history == ()
    assert asked["q2"].text == "and within how many days?"
    assert asked["q2"].history == (Turn("person", "Are refunds possible?"),)


def test_a_corpus_is_read_as_the_product_reads_files(directory):
    found = {document.uri: document for document in beir.documents(directory)}
    assert found["export.md"].title == "Export"
    assert found["d2"].sections[0].text == "Refunds are possible within fourteen days."
    assert "password < 20" in found["d3"].sections[0].text


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", '{"title": "no id"}\n', "line 1"),
        ("corpus.jsonl", "not json\n", "line 1"),
        ("corpus.jsonl", '["a list"]\n', "line 1"),
    ],
)
def test_a_broken_line_is_named(directory, name, text, message):
    (directory / name).write_text(text)
    with pytest.raises(KnowledgeError, match=message):
        list(beir.documents(directory))


@pytest.mark.parametrize("name", ["corpus.jsonl.gz", "qrels.tsv"])
def test_a_folder_that_is_no_set_is_refused(directory, clock, name):
    (directory / name).unlink()
    with pytest.raises(KnowledgeError, match="BEIR form"):
        _evaluate(directory, clock)
