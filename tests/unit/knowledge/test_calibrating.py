from __future__ import annotations

import pytest

from knowledge.adapters.memory import OverlapReranker
from knowledge.answering import Answerer
from knowledge.calibrating import HEADINGS, calibrate, is_due, least_confidence, outside_questions
from knowledge.gates import Gates
from knowledge.types import Question
from store.tables import calibrations

GATES = Gates(intercept=-1.0, cosine=4.0, card=0.0, passage=0.1, unknown=-6.0, unsaid=-6.0)


@pytest.mark.parametrize(
    ("outside", "own", "least"),
    [
        ([0.1] * 40, [0.9] * 20, 0.1),
        ([0.2, 0.4] * 20, [0.9] * 20, 0.498),
        ([0.02] * 20 + [0.1] * 20, [0.9] * 20, 0.181),
        ([0.5, 0.9] * 20, [0.95] * 20, None),
        ([0.2, 0.4] * 20, [0.9] * 18 + [0.3] * 2, None),
        ([0.0, 1.0], [], None),
        ([0.3], [], None),
        ([], [], None),
    ],
    ids=[
        "all alike",
        "spread",
        "far below",
        "about everything",
        "its own headings would be refused",
        "no certainty is infinite",
        "one question",
        "none",
    ],
)
def test_an_answer_must_be_surer_than_what_questions_from_outside_reach(outside, own, least):
    assert least_confidence(outside, own) == least


def test_the_shipped_questions_are_many_each_one_once():
    questions = outside_questions()
    assert len(questions) == len(set(questions)) >= 40


@pytest.fixture
def answerer(base):
    base.write(
        export="# Export contacts\n\nPress Export to export contacts.\n",
        imports="# Import contacts\n\nPress Import to import contacts.\n",
    )
    base.ingest.sync(base.source, audience="public")
    return Answerer(base.retriever(), OverlapReranker(), GATES)


def test_what_was_measured_is_kept_and_decides_from_then_on(base, answerer):
    done = []
    question = Question("How do I export contacts?")
    assert answerer.answer(question).status == "answered"
    measured = calibrate(
        answerer, base.database, base.workspace_id, base.clock, told=lambda *at: done.append(at)
    )
    asked = len(outside_questions()) + 2
    assert (measured.own, done[-1]) == (2, (asked, asked))
    assert 0 < measured.least < GATES.refuse_below  # so the gates' own threshold stays
    assert answerer.answer(question).status == "answered"
    with base.database.transaction() as session:
        calibrations.find(session, base.workspace_id).least = 0.99
    assert answerer.answer(question).status == "refused"


def test_a_measurement_of_another_model_does_not_count(base, answerer):
    with base.database.transaction() as session:
        calibrations.keep(
            session, base.workspace_id, model="another", documents=2, least=0.99, now=base.clock.now()
        )
    assert answerer.answer(Question("How do I export contacts?")).status == "answered"
    assert is_due(base.database, base.workspace_id, answerer.model)


def test_it_is_measured_again_when_the_documents_have_changed_much(base, answerer):
    assert is_due(base.database, base.workspace_id, answerer.model)
    calibrate(answerer, base.database, base.workspace_id, base.clock)
    assert not is_due(base.database, base.workspace_id, answerer.model)
    base.write(**{f"more{n}": f"# More {n}\n\nText {n}.\n" for n in range(HEADINGS)})
    base.ingest.sync(base.source, audience="public")
    assert is_due(base.database, base.workspace_id, answerer.model)


def test_nothing_is_measured_where_nothing_is_known(base):
    assert not is_due(base.database, base.workspace_id, "any")
