from __future__ import annotations

import gzip
import json

import pytest

from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.errors import KnowledgeError
from knowledge.evaluation import bases, beir
from knowledge.evaluation.baselines import reciprocal_rank_fusion
from knowledge.evaluation.bases import Parts
from knowledge.evaluation.retrieval import evaluate
from knowledge.types import Asker, Turn

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


def _evaluate(directory, clock, queries=None, embedder=None, compare=False, **parts):
    whole = Parts(clock, embedder or HashingEmbedder(), OverlapReranker(), **parts)
    return evaluate(directory, whole, queries=queries, compare=compare).figures


def test_a_set_is_evaluated_through_ingest_and_retrieval(directory, clock):
    figures = _evaluate(directory, clock)
    assert figures["queries"] == 2
    assert figures["ndcg@10"] == figures["recall@5"] == figures["recall@10"] == figures["mrr@10"] == 1.0
    assert 0 < figures["ms_p50"] <= figures["ms_p95"]


def test_each_index_alone_and_their_rank_fusion_are_measured_beside_it(directory, clock):
    figures = _evaluate(directory, clock, compare=True)
    assert set(figures["compared_with"]) == {"bm25", "dense", "rrf"}
    for method in figures["compared_with"].values():
        assert method["queries"] == 2
        difference, low, high = method["gain"]["ndcg@10"]
        assert difference == pytest.approx(figures["ndcg@10"] - method["ndcg@10"], abs=1e-3)
        assert low <= difference <= high
    assert figures["compared_with"]["bm25"]["first_right"] == 1.0


def test_without_comparison_nothing_is_compared(directory, clock):
    assert "compared_with" not in _evaluate(directory, clock)


def test_rank_fusion_adds_up_reciprocal_ranks():
    assert reciprocal_rank_fusion([["a", "b", "c"], ["c", "b"]]) == ["c", "b", "a"]
    assert reciprocal_rank_fusion([]) == []


def test_the_rows_behind_the_figures_can_be_kept(directory, clock, tmp_path):
    report = evaluate(directory, Parts(clock, HashingEmbedder(), OverlapReranker()))
    report.write_rows(tmp_path / "rows.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [row["_id"] for row in rows] == ["q1", "q2"]
    assert rows[0]["documents"][0] == "export.md"


def test_the_gain_over_an_earlier_run_is_told(directory, clock, tmp_path):
    parts = Parts(clock, HashingEmbedder(), OverlapReranker())
    rows = [{**row, "ndcg@10": 0.25} for row in evaluate(directory, parts).rows]
    _lines(tmp_path / "rows.jsonl", rows)
    gain = evaluate(directory, parts, earlier=tmp_path / "rows.jsonl").figures["gain_over_earlier"]
    assert gain["ndcg@10"] == [0.75, 0.75, 0.75]
    assert gain["recall@5"] == [0.0, 0.0, 0.0]


def test_rows_of_other_queries_are_no_earlier_run(directory, clock, tmp_path):
    _lines(tmp_path / "rows.jsonl", [{"_id": "q1", "text": "no figures"}])
    with pytest.raises(KnowledgeError, match="q1"):
        evaluate(
            directory, Parts(clock, HashingEmbedder(), OverlapReranker()), earlier=tmp_path / "rows.jsonl"
        )


def test_a_second_run_starts_at_once(directory, clock, tmp_path):
    first, second, told = HashingEmbedder(), HashingEmbedder(), []
    before = _evaluate(directory, clock, cache=tmp_path / "kept", embedder=first)
    after = _evaluate(directory, clock, cache=tmp_path / "kept", embedder=second, progress=told.append)
    assert len(first.embedded) > 0 == len(second.embedded)
    assert told == []
    assert before["ndcg@10"] == after["ndcg@10"]


def test_a_fresh_run_ignores_what_is_kept(directory, clock, tmp_path):
    first, second = HashingEmbedder(), HashingEmbedder()
    _evaluate(directory, clock, cache=tmp_path, embedder=first)
    _evaluate(directory, clock, cache=tmp_path, embedder=second, fresh=True)
    assert sorted(second.embedded) == sorted(first.embedded)


def test_another_corpus_in_a_folder_of_that_name_is_taken_in(directory, clock, tmp_path):
    _evaluate(directory, clock, cache=tmp_path / "kept")
    _lines(directory / "corpus.jsonl.gz", [CORPUS[0], {"_id": "d4", "text": "Bananas are in."}], gzip.open)
    embedder = HashingEmbedder()
    _evaluate(directory, clock, cache=tmp_path / "kept", embedder=embedder)
    assert any("Bananas" in text for text in embedder.embedded)


def test_other_rules_of_splitting_embed_only_what_came_out_differently(directory, clock, tmp_path):
    _evaluate(directory, clock, cache=tmp_path)
    split_by_other_rules = next(tmp_path.glob("*/*/complete")).parent
    split_by_other_rules.rename(split_by_other_rules.with_name("other"))
    embedder, told = HashingEmbedder(), []
    _evaluate(directory, clock, cache=tmp_path, embedder=embedder, progress=told.append)
    assert embedder.embedded == []
    assert "reading" in {one.stage for one in told}
    assert len(list(tmp_path.glob("*/*/complete"))) == 2


def test_only_the_newest_few_ways_of_splitting_are_kept(directory, clock, tmp_path):
    for number in range(6):
        _evaluate(directory, clock, cache=tmp_path)
        made = max(tmp_path.glob("*/*/complete"), key=lambda path: path.stat().st_mtime_ns).parent
        made.rename(made.with_name(f"other-{number}"))
    kept = sorted(path.parent.name for path in tmp_path.glob("*/*/complete"))
    assert kept == ["other-2", "other-3", "other-4", "other-5"]


def test_a_run_that_was_killed_while_reading_is_completed(directory, clock, tmp_path):
    _evaluate(directory, clock, cache=tmp_path)
    next(tmp_path.glob("*/*/complete")).unlink()
    assert _evaluate(directory, clock, cache=tmp_path)["ndcg@10"] == 1.0


def test_single_documents_can_be_kept_from_the_asker(directory, clock):
    parts = Parts(clock, HashingEmbedder(), OverlapReranker())
    with bases.corpus(directory, parts, audiences={"d2": "account:d2"}) as bench:
        titles = {
            audience: {
                one.title for one in bench.retriever.find("refunds", Asker(frozenset(audience))).evidence
            }
            for audience in [("public",), ("public", "account:d2")]
        }
    assert "Refunds" not in titles["public",]
    assert "Refunds" in titles["public", "account:d2"]


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
