"""`guidepost eval`: each command parses, measures, keeps the rows and prints JSON."""

from __future__ import annotations

import json

import pytest

from bot.cli import main
from bot.settings import load_settings
from bot.wiring import open_core
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from store.clock import FixedClock

FILES = {
    "corpus.jsonl": [
        {
            "_id": "export",
            "title": "Export contacts",
            "text": "Press Export to download your contacts as CSV.",
        },
        {
            "_id": "refunds",
            "title": "Refunds",
            "text": "Refunds are possible within fourteen days of payment.",
        },
    ],
    "queries.jsonl": [{"_id": "q1", "text": "Can I download contacts as CSV?", "answer": "Press Export"}],
    "turns.jsonl": [
        {
            "_id": "c1<::>1",
            "question": "Can I download contacts as CSV?",
            "answer": "Press Export.",
            "answerability": "ANSWERABLE",
            "contexts": ["export"],
        }
    ],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUIDEPOST_DATA_DIR", str(tmp_path / "data"))
    for name, rows in FILES.items():
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\texport\t1\n")
    (tmp_path / "outside.txt").write_text("Why do penguins swim so well?\n")
    return tmp_path


def open_with_doubles():
    core = open_core(load_settings(), FixedClock())
    core.embedder, core.reranker = HashingEmbedder(), OverlapReranker()
    return core


def measure(*command):
    with pytest.raises(SystemExit) as end:
        main(["eval", *command], open_with_doubles)
    return end.value.code


@pytest.mark.parametrize(
    ("command", "figure"),
    [
        pytest.param(["retrieval", ".", "--compare"], "ndcg@10", id="retrieval"),
        pytest.param(["retrieval", ".", "--choices"], "choices", id="choices"),
        pytest.param(["answers", "turns.jsonl", "--corpus", "."], "token_f1", id="answers"),
        pytest.param(["near-misses", "."], "auroc", id="near misses"),
        pytest.param(["scope", ".", "--outside", "outside.txt"], "refused", id="scope"),
        pytest.param(["quotes", "."], "product", id="quotes"),
    ],
)
def test_an_evaluation_prints_json_and_keeps_its_rows(folder, capsys, command, figure):
    assert measure(*command, "--json", "--rows", "rows.jsonl") == 0
    assert figure in json.loads(capsys.readouterr().out)
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert all("_id" in row for row in rows)
    assert list((folder / "data").glob("*/eval/*/*/complete"))


def test_themes_are_compared_with_labels(folder, capsys):
    said = [
        ("Where is my card?", "arrival"), ("Where is my new card?", "arrival"), ("Where is the card?", "arrival"),
        ("Change the pin", "pin"), ("Change my pin", "pin"),
    ]  # fmt: skip
    lines = "".join(f"{text},{label}\n" for text, label in said)
    (folder / "test.csv").write_text("text,category\n" + lines)

    assert measure("themes", ".", "--json", "--rows", "rows.jsonl") == 0

    figures = json.loads(capsys.readouterr().out)
    assert (figures["questions"], figures["labels"], figures["clusters"], figures["ami"]) == (5, 2, 2, 1.0)
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert {(row["label"], row["theme"]) for row in rows} == {("arrival", "card"), ("pin", "change pin")}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("notes.txt", "", "neither test.csv nor data_full.json", id="neither form"),
        pytest.param("test.csv", "a,b\n1,2\n", "expected the columns text and category", id="other columns"),
        pytest.param("data_full.json", '{"train": []}', 'expected {"test"', id="no test questions"),
        pytest.param("data_full.json.gz", "not gzip", 'expected {"test"', id="not compressed"),
    ],
)
def test_labels_in_another_form_are_refused_with_what_is_expected(folder, capsys, name, content, message):
    (folder / name).write_text(content)

    assert measure("themes", ".") == 1
    assert message in capsys.readouterr().err


def test_a_figure_of_retrieval_can_be_exchanged(folder, capsys):
    assert measure("retrieval", ".", "--set", "same_text=0.5", "--json") == 0
    assert json.loads(capsys.readouterr().out)["queries"] == 1
    assert measure("retrieval", ".", "--set", "no_such_figure=0.5") == 1
    assert "there is no no_such_figure" in capsys.readouterr().err


def test_without_json_nested_figures_are_indented(folder, capsys):
    assert measure("quotes", ".") == 0
    assert "\n  token_f1_first: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["answers", "nowhere.jsonl", "--corpus", "."], "There is nothing at nowhere.jsonl"),
        (["answers", "turns.jsonl", "--corpus", "nowhere"], "There is nothing at nowhere"),
        (["scope", ".", "--outside", "corpus.jsonl/x"], "There is nothing at"),
        (["quotes", "data"], "There is nothing at data"),
    ],
)
def test_what_is_not_there_is_named(folder, capsys, command, message):
    assert measure(*command) != 0
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_limit_is_a_number_from_one(folder, capsys, number):
    assert measure("quotes", ".", "--limit", number) != 0
    assert "--limit" in capsys.readouterr().err
