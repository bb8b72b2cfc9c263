"""Evaluations of answers on a small knowledge base of doubles; their figures are checked by hand."""

from __future__ import annotations

import gzip
import json

import pytest

from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.errors import KnowledgeError
from knowledge.evaluation import answers, near_misses, quotes, scope
from knowledge.evaluation.asking import Asked, spread
from knowledge.evaluation.bases import Parts
from knowledge.evaluation.conversations import by_corpus, turns
from knowledge.evaluation.decisions import decisions
from knowledge.types import Answered, Turn

CORPUS = [
    {"_id": "export", "title": "Export contacts", "text": "Press Export to download your contacts as CSV."},
    {"_id": "refunds", "title": "Refunds", "text": "Refunds are possible within fourteen days of payment."},
    {"_id": "signin", "title": "Sign-in", "text": "Sign-in works with your company address and password."},
]
QUERIES = [
    {"_id": "q1", "text": "Can I download contacts as CSV?", "answer": "Press Export"},
    {"_id": "q2", "text": "Are refunds possible within fourteen days?", "answer": "within fourteen days"},
]
TURNS = [
    {
        "_id": "c1<::>1",
        "domain": "shop",
        "question": "Can I download contacts as CSV?",
        "history": [],
        "answer": "Press Export to download your contacts as CSV.",
        "answerability": "ANSWERABLE",
        "contexts": ["export"],
    },
    {
        "_id": "c1<::>2",
        "domain": "shop",
        "question": "Why do penguins swim so well?",
        "history": [
            {"role": "user", "text": "Can I download contacts as CSV?"},
            {"role": "agent", "text": "Press Export."},
        ],
        "answer": "I do not know.",
        "answerability": "UNANSWERABLE",
        "contexts": [],
    },
    {
        "_id": "c2<::>1",
        "domain": "law",
        "question": "Who may vote?",
        "answerability": "ANSWERABLE",
        "contexts": ["elsewhere"],
    },
]


def write(path, rows):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


@pytest.fixture
def directory(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    write(folder / "corpus.jsonl.gz", CORPUS)
    write(folder / "queries.jsonl", QUERIES)
    (folder / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\texport\t1\nq2\trefunds\t1\nq2\tsignin\t0\n"
    )
    return folder


@pytest.fixture
def parts(clock, tmp_path):
    return Parts(clock, HashingEmbedder(), OverlapReranker(), cache=tmp_path / "cache")


def got(status, confidence, **signals):
    known = {"cosine": 0.0, "bm25": 0.0, "cross_encoder": 0.0} | signals
    return Asked(Answered(status, "", confidence=confidence), (), (), known)


# --- answers ---------------------------------------------------------------------------------------


def test_each_turn_is_asked_to_the_corpus_of_its_conversation(directory, parts, tmp_path):
    report = answers.evaluate([write(tmp_path / "turns.jsonl.gz", TURNS)], [directory], parts)
    assert report.figures["turns"] == 2
    assert report.figures["skipped"] == 1
    rows = {row["_id"]: row for row in report.rows}
    assert rows["c1<::>1"]["status"] in {"answered", "partial"}
    assert rows["c1<::>1"]["cited"] == ["export"]
    assert rows["c1<::>1"]["cites_context"] is True
    assert rows["c1<::>1"]["token_f1"] == 1.0
    assert rows["c1<::>2"]["status"] == "refused"


def test_the_figures_of_answers_say_what_was_done_with_each_label(directory, parts, tmp_path):
    figures = answers.evaluate([write(tmp_path / "turns.jsonl", TURNS)], [directory], parts).figures
    assert figures["statuses"]["UNANSWERABLE"] == {"refused": 1}
    assert figures["balanced_accuracy"] == 1.0
    assert figures["auroc"][0] == 1.0
    assert set(figures["single_signals"]) == {"cosine", "bm25", "cross_encoder"}
    assert figures["clarified"] == {"ANSWERABLE": 0.0, "UNANSWERABLE": 0.0}
    assert figures["token_f1"] == figures["token_f1_answered"] == figures["rouge_l"] == 1.0
    assert figures["supported_sentences"] == 1.0


def test_conversations_about_something_else_are_refused_with_the_remedy(directory, parts, tmp_path):
    file = write(tmp_path / "turns.jsonl", TURNS[2:])
    with pytest.raises(KnowledgeError, match="--corpus"):
        answers.evaluate([file], [directory], parts)


def test_turns_are_read_with_their_history(tmp_path):
    first, second, third = turns([write(tmp_path / "turns.jsonl", TURNS)])
    assert first.history == ()
    assert second.history == (Turn("person", "Can I download contacts as CSV?"), Turn("bot", "Press Export."))
    assert (third.reference, third.label, third.contexts) == ("", "ANSWERABLE", ("elsewhere",))


@pytest.mark.parametrize("missing", ["question", "answerability"])
def test_a_turn_without_question_or_label_is_named(tmp_path, missing):
    row = {key: value for key, value in TURNS[0].items() if key != missing}
    with pytest.raises(KnowledgeError, match=f"c1<::>1 has no {missing}"):
        turns([write(tmp_path / "turns.jsonl", [row])])


def test_a_conversation_without_contexts_goes_where_its_domain_goes(tmp_path):
    alone = TURNS[1] | {"_id": "c9<::>1"}
    elsewhere = TURNS[1] | {"_id": "c8<::>1", "domain": "unheard of"}
    asked = turns([write(tmp_path / "turns.jsonl", [*TURNS, alone, elsewhere])])
    divided = by_corpus(asked, {"shop": {"export"}, "law": {"elsewhere"}})
    assert [turn.id for turn in divided["shop"]] == ["c1<::>1", "c1<::>2", "c9<::>1"]
    assert [turn.id for turn in divided["law"]] == ["c2<::>1"]
    assert [turn.id for turn in divided[None]] == ["c8<::>1"]


def test_an_answer_is_compared_in_at_most_eighty_words():
    from knowledge.types import AnswerSentence

    long = Answered("answered", "", (AnswerSentence("one " * 70, (1,)), AnswerSentence("two " * 70, (1,))))
    assert len(Asked(long, (), (), {}).text.split()) == 80


# --- decisions -------------------------------------------------------------------------------------


def test_decisions_by_hand():
    asked = [
        got("answered", 0.9, cosine=0.2),
        got("refused", 0.4, cosine=0.9),
        got("clarify", 0.6, cosine=0.1),
        got("partial", 0.1, cosine=0.1),
    ]
    figures = decisions(asked, [True, True, False, False], ["a", "b", "c", "d"])
    assert figures["balanced_accuracy"] == 0.5  # one of two answered, one of two not answered
    assert figures["auroc"][0] == 0.75
    assert figures["single_signals"]["cosine"]["auroc"] == 1.0
    assert figures["single_signals"]["cosine"]["gain"][0] == -0.25
    assert figures["single_signals"]["bm25"]["auroc"] == 0.5


def test_of_one_kind_nothing_can_be_told_apart():
    assert decisions([got("answered", 0.9)], [True], ["a"]) == {}
    assert decisions([], [], []) == {}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(None, [0, 1, 2, 3, 4, 5]), (3, [0, 2, 4]), (6, [0, 1, 2, 3, 4, 5]), (9, [0, 1, 2, 3, 4, 5])],
)
def test_a_limit_takes_rows_from_everywhere(limit, expected):
    assert list(spread(range(6), limit)) == expected


# --- near misses -----------------------------------------------------------------------------------


def test_a_near_miss_is_asked_without_its_gold_document(directory, parts):
    report = near_misses.evaluate(directory, parts)
    there = {row["_id"]: row for row in report.rows if row["gold"] == "there"}
    taken_out = {row["_id"]: row for row in report.rows if row["gold"] == "taken out"}
    assert "Export contacts" in there["q1"]["found"]
    assert "Export contacts" not in taken_out["q1"]["found"]
    assert "Refunds" in taken_out["q1"]["found"]
    assert "Refunds" not in taken_out["q2"]["found"]
    assert "Sign-in" in taken_out["q2"]["found"], "judged, but not relevant"


def test_near_misses_are_told_from_questions_whose_document_is_there(directory, parts):
    figures = near_misses.evaluate(directory, parts).figures
    assert figures["questions"] == 2
    assert figures["answered"] == 1.0
    assert figures["answered_near_misses"] == 0.0
    assert figures["auroc"][0] == 1.0


def test_near_misses_embed_nothing_that_a_run_before_has_embedded(directory, parts, clock):
    quotes.evaluate(directory, parts)
    embedder = HashingEmbedder()
    near_misses.evaluate(directory, Parts(clock, embedder, OverlapReranker(), cache=parts.cache))
    assert embedder.embedded == []


# --- scope -----------------------------------------------------------------------------------------


def test_questions_from_outside_are_refused_and_own_answered(directory, parts, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("Why do penguins swim so well?\n\nwho won the tennis final\n")
    figures = scope.evaluate(directory, outside, parts).figures
    assert (figures["own"], figures["outside"]) == (2, 2)
    assert figures["answered"] == figures["refused"] == figures["not_answered"] == 1.0
    assert figures["statuses"]["outside"] == {"refused": 2}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param(
            "a.json", '{"val": [["hi", "greet"]], "oos_val": [["b?", "oos"], ["a?", "oos"]]}', id="clinc"
        ),
        pytest.param("a.jsonl", '{"_id": 1, "text": "b?"}\n{"_id": 2, "text": "a?"}\n', id="json lines"),
        pytest.param("a.txt", "b?\n\na?\nb?\n", id="lines, one twice"),
    ],
)
def test_outside_questions_are_read_in_three_forms(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with gzip.open(tmp_path / f"{name}.gz", "wt") as file:
        file.write(text)
    assert scope.outside_questions(tmp_path / name) == ["b?", "a?"]
    assert scope.outside_questions(tmp_path / f"{name}.gz") == ["b?", "a?"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "not json", "CLINC150"),
        ("a.json", "[1, 2]", "CLINC150"),
        ("a.json", '{"val": [["hi"]]}', "CLINC150"),
        ("a.json", '{"val": [["hi", "greet"]]}', "no out-of-scope question"),
        ("a.txt", "\n\n", "no out-of-scope question"),
    ],
)
def test_what_holds_no_outside_question_is_refused(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(KnowledgeError, match=message):
        scope.outside_questions(tmp_path / name)


# --- quotes ----------------------------------------------------------------------------------------


def test_quotes_are_compared_with_gold_answers_and_with_the_rerankers_choice(directory, parts):
    report = quotes.evaluate(directory, parts)
    assert report.figures["questions"] == 2
    assert report.figures["product"]["first_holds"] == 1.0
    assert report.figures["reranker"]["first_holds"] == 1.0
    assert report.figures["reachable"] == 1.0
    assert report.figures["gain"]["first_holds"] == [0.0, 0.0, 0.0]
    row = next(row for row in report.rows if row["_id"] == "q1")
    assert row["quoted"] == ["Press Export to download your contacts as CSV."]
    assert row["token_f1_first"] == pytest.approx(2 * 2 / (2 + 8))


def test_a_set_without_gold_answers_has_no_quotes_to_compare(directory, parts):
    write(directory / "queries.jsonl", [{"_id": "q1", "text": "Can I?"}])
    with pytest.raises(KnowledgeError, match="answer"):
        quotes.evaluate(directory, parts)
