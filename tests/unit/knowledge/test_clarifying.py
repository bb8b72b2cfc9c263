from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import wording
from knowledge.clarifying import asked_back, unnamed
from knowledge.types import Asker, Evidence, Question, Turn

DOGS = (Turn("person", "How many visitors come each year?"), Turn("bot", "Four million, says the report."))


def _evidence(*titles):
    one = Evidence("p", "d", "", (), "", "", "public", "text", "", "")
    return tuple(replace(one, passage_id=f"p{i}", document_id=t, title=t) for i, t in enumerate(titles))


def _asked(text, *titles, history=DOGS, likeness=0.3):
    return asked_back(Question(text, Asker(), history), _evidence(*titles), lambda _: likeness)


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Can dogs stay in the park?", "the park"),
        ("What awards has the actor received?", "the actor received"),
        ("Who runs this clinic?", "this clinic"),
        ("Is that plugin safe?", "that plugin safe"),
        ("How many visitors does the site have?", None),
        ("Do the visitors pay?", None),
        ("Where is the City Hall of Boston?", None),
        ("What does the guy who set it up pay?", None),
        ("Can I mark the day we launched?", None),
        ("What happens the rest of it?", None),
        ("Is there a report that shows numbers?", None),
        ("We have a park with a lake. How big is the park?", None),
    ],
)
def test_a_thing_is_unnamed_where_neither_thread_nor_question_says_which(text, thing):
    assert unnamed(text, DOGS) == thing


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("How do I open the dashboard?", None),
        ("How do I open this dashboard?", "this dashboard"),
        ("This is one of few with a roof.", "this"),
        ("Is it true that volunteers are paid?", None),
        ("", None),
        ("the", None),
        ("??? ... the ???", None),
    ],
)
def test_what_opens_a_conversation_may_say_the_but_not_this(text, thing):
    assert unnamed(text, ()) == thing


def test_the_documents_that_the_evidence_comes_from_are_offered_as_readings():
    asked = _asked("Can dogs stay in the park?", "Yosemite", "Zion", "Yosemite", "Arches")
    assert asked.status == "clarify"
    assert asked.answer == wording.WHICH
    assert asked.readings == (
        "Can dogs stay in the park (Yosemite)?",
        "Can dogs stay in the park (Zion)?",
        "Can dogs stay in the park (Arches)?",
    )


@pytest.mark.parametrize(
    "reason",
    [
        {"titles": ("Yosemite", "Yosemite")},
        {"titles": ()},
        {"likeness": 0.7},
        {"history": (*DOGS[:1], Turn("bot", "Yosemite is a park."))},
        {"text": "Can dogs stay in Yosemite?"},
    ],
    ids=["one document", "nothing found", "the thread is about it", "the thread names it", "it is named"],
)
def test_nothing_is_asked_back_where_one_condition_is_missing(reason):
    given = {"text": "Can dogs stay in the park?", "titles": ("Yosemite", "Zion")} | reason
    titles = given.pop("titles")
    assert _asked(given.pop("text"), *titles, **given) is None


def test_it_is_not_asked_back_twice_running():
    first = _asked("Can dogs stay in the park?", "Yosemite", "Zion")
    history = (*DOGS, Turn("person", "Can dogs stay in the park?"), Turn("bot", first.answer))
    assert _asked("In the mountains with the bears", "Yosemite", "Zion", history=history) is None
