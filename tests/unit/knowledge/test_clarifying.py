from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import wording
from knowledge.clarifying import asked_back, editions, unnamed
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
        ("The mail bounced but is shown as sent, is that normal?", None),
        ("Can I pay by invoice, is that possible?", None),
        ("How does this work: Export your data?", None),
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


def test_this_at_the_beginning_of_a_conversation_is_asked_back_even_where_one_document_is_near():
    asked = _asked("What does this library offer?", "State library", "State library", history=())
    assert asked.readings == ("What does this library offer (State library)?",)
    assert _asked("What does the library offer?", "State library", history=()) is None
    assert _asked("What does this library offer?", history=()) is None


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


REPORTS = ("Annual report 2021", "Annual report 2022", "Annual report 2023")


def test_whoever_names_a_series_and_not_which_of_it_is_asked_back():
    asked = _asked(
        "What does the annual report say about staff?", *REPORTS, "Staff", history=(), likeness=1.0
    )
    assert asked.status == "clarify"
    assert asked.readings == tuple(f"What does the annual report say about staff ({one})?" for one in REPORTS)


@pytest.mark.parametrize(
    ("text", "said", "titles"),
    [
        pytest.param("What did the annual report of 2022 say?", "", REPORTS, id="the question says which"),
        pytest.param("What does the annual report say?", "In 2022.", REPORTS, id="the thread says which"),
        pytest.param("What does the report say?", "", REPORTS, id="the series is not named"),
        pytest.param("What does the annual report say?", "", REPORTS[:2], id="two of it"),
        pytest.param("How do I call the API?", "", ("API", "API tokens", "API limits"), id="no numbers"),
        pytest.param("What about it?", "", ("2021", "2022", "2023"), id="titles that are numbers only"),
        pytest.param("What does the annual report say?", "", (), id="nothing found"),
    ],
)
def test_no_edition_is_asked_for(text, said, titles):
    history = (Turn("person", said),) if said else ()
    assert editions(text, history, titles) == ()


def test_a_reading_of_a_series_is_not_asked_back_again():
    reading = _asked("What does the annual report say?", *REPORTS, history=()).readings[0]
    assert _asked(reading, *REPORTS, history=()) is None
