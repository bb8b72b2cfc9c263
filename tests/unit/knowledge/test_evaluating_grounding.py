from __future__ import annotations

import json

import pytest

from knowledge.evaluation import perturbing
from knowledge.evaluation.grounding import claims_in, evaluate

PASSAGES = {
    "p1": (
        "Refunds",
        "Refunds take 14 days and go back to the card. Shipping is not refunded. Acme Bank is slower.",
    ),
    "p2": ("Drivers", "Drivers can work offline for 8 hours. The Fernway app stores 200 jobs on the phone."),
    "p3": ("Planets", "Jupiter has 95 moons. The largest moon is Ganymede, found by Galileo in 1610."),
}
TURNS = [
    ("c1<::>1", "How long?", "Refunds take 14 days. Shipping is not refunded by Acme Bank.", ["p1"]),
    (
        "c2<::>1",
        "Offline?",
        "Drivers can work offline for 8 hours. Zeppelins cost 500 dollars in Ohio.",
        ["p2"],
    ),
    ("c3<::>1", "Moons?", "Jupiter has 95 moons, of which Ganymede is the largest.", ["p3"]),
]


@pytest.fixture
def data(tmp_path):
    rows = [{"_id": i, "title": title, "text": text} for i, (title, text) in PASSAGES.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    turns = [
        {
            "_id": i,
            "domain": "d",
            "question": q,
            "answer": a,
            "answerability": "ANSWERABLE",
            "contexts": c,
            "history": [],
        }
        for i, q, a, c in TURNS
    ]
    (tmp_path / "turns.jsonl").write_text("\n".join(json.dumps(turn) for turn in turns))
    return tmp_path


def test_what_is_true_is_kept_and_what_is_made_false_is_caught(data):
    report = evaluate([data / "turns.jsonl"], [data], None)
    figures = report.figures
    assert figures["sentences"] == 5
    assert figures["wrongly_removed"] == 0
    assert (
        figures["removed_absent"] == figures["removed"] == 0.2
    )  # zeppelins, of which the passage says nothing
    assert figures["number"]["caught"] == figures["name"]["caught"] == figures["citation"]["caught"] == 1.0
    assert figures["negation"]["caught"] >= 0.6
    assert figures["caught"] > 0.9


def test_every_figure_can_be_opened(data):
    report = evaluate([data / "turns.jsonl"], [data], None)
    removed = [row for row in report.rows if row["kind"] == "reference" and row["doubts"]]
    assert [row["sentence"] for row in removed] == ["Zeppelins cost 500 dollars in Ohio."]
    assert all({"_id", "kind", "sentence", "contexts", "doubts"} <= row.keys() for row in report.rows)


def test_the_same_cases_are_made_every_time(data):
    first, second = (evaluate([data / "turns.jsonl"], [data], None).rows for _ in range(2))
    assert first == second


def test_a_limit_takes_fewer_turns(data):
    assert evaluate([data / "turns.jsonl"], [data], None, limit=1).figures["sentences"] == 2


def test_sentences_of_lists_come_without_their_markers():
    assert claims_in("To do it:\n1. Open the app. 2. Press the button now.\n- Wait two minutes.\n3.") == [
        "Open the app.",
        "Press the button now.",
        "Wait two minutes.",
    ]


SENTENCE = "In 2018 Acme paid $1,200 to Bob and was not late."


@pytest.mark.parametrize("seed", ["a", "b", "c", "d"])
def test_a_changed_number_is_another_one_of_the_same_shape(seed):
    changed = perturbing.with_another_number(SENTENCE, seed, taken=SENTENCE)
    assert changed != SENTENCE
    assert len(changed.split()) == len(SENTENCE.split())


def test_changes_are_made_where_there_is_something_to_change():
    assert perturbing.with_another_number("No figures here.", "s") is None
    assert perturbing.with_another_name("no names here", "s", ["Zeus"]) is None
    assert perturbing.negated("Press Export.", "s") is None
    assert perturbing.negated("It was not late.", "s") == "It was late."
    assert perturbing.negated("It was late.", "s") == "It was not late."
    assert perturbing.negated("You cannot leave.", "s") == "You can leave."
    assert "Zeus" in perturbing.with_another_name("It was Bob.", "s", ["Zeus"])
    assert perturbing.with_borrowed_number("It has 5.", "s", "There are 7 of them.") == "It has 7."
