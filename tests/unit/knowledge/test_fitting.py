"""Which evidence fits its reader, and what an answer says about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.fitting import fitted, fitting_first, is_for_others, names_in
from knowledge.types import Asker, Evidence

STARTER, GROWTH, NOBODY = Asker(plan="Starter"), Asker(plan="Growth"), Asker()


def passage(name, logit, **fields):
    one = Evidence(name, f"d-{name}", name, (name,), f"{name}.md", "Text.", "public", reranked=logit)
    return replace(one, **fields)


ALL = passage("all", 3.0, plan="all")
FOR_STARTER = passage("starter", 3.0, plan="Starter")
FOR_GROWTH = passage("growth", 5.0, plan="[Growth]".strip("[]"))
FOR_TWO = passage("two", 5.0, plan="Growth, Enterprise")
FOR_ADMINS = passage("admins", 5.0, persona="admin")
GERMAN = passage("german", -3.0, language="de")
ENGLISH = passage("english", 4.0, language="en")


def order(*evidence, asker, language=None):
    return [one.passage_id for one in fitting_first(evidence, asker, language)]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        pytest.param(None, (), id="nothing"),
        pytest.param("all", (), id="all"),
        pytest.param("All plans", (), id="all plans"),
        pytest.param("Growth", ("Growth",), id="one"),
        pytest.param("Growth, Enterprise", ("Growth", "Enterprise"), id="a list"),
        pytest.param("Growth and Enterprise plans", ("Growth", "Enterprise"), id="in words"),
        pytest.param("Growth/Enterprise; Growth", ("Growth", "Enterprise"), id="other signs, one twice"),
        pytest.param("Team Pro", ("Team Pro",), id="two words are one name"),
        pytest.param("*", (), id="a star"),
        pytest.param("", (), id="empty"),
    ],
)
def test_the_plans_that_an_article_names(said, names):
    assert names_in(said) == names


@pytest.mark.parametrize(
    ("one", "asker", "others"),
    [
        pytest.param(ALL, STARTER, False, id="for all"),
        pytest.param(FOR_STARTER, STARTER, False, id="own plan"),
        pytest.param(FOR_STARTER, Asker(plan="starter"), False, id="own plan in small letters"),
        pytest.param(FOR_TWO, Asker(plan="Enterprise plan"), False, id="one of two"),
        pytest.param(FOR_TWO, STARTER, True, id="none of two"),
        pytest.param(FOR_TWO, NOBODY, False, id="whose plan nobody knows"),
        pytest.param(FOR_ADMINS, Asker(persona="end_user"), True, id="another persona"),
        pytest.param(FOR_ADMINS, Asker(persona="admin"), False, id="own persona"),
        pytest.param(FOR_ADMINS, NOBODY, False, id="a persona that nobody knows"),
        pytest.param(GERMAN, NOBODY, True, id="another language"),
        pytest.param(GERMAN, Asker(language="de-AT"), False, id="own language"),
    ],
)
def test_for_whom_a_passage_is(one, asker, others):
    assert is_for_others(one, asker) is others


def test_of_two_that_answer_the_readers_own_comes_first():
    assert order(FOR_GROWTH, FOR_STARTER, asker=STARTER) == ["starter", "growth"]
    assert order(FOR_GROWTH, ALL, asker=STARTER) == ["all", "growth"]
    assert order(FOR_GROWTH, FOR_STARTER, asker=GROWTH) == ["growth", "starter"]
    assert order(FOR_GROWTH, FOR_STARTER, asker=NOBODY) == ["growth", "starter"]
    assert order(FOR_ADMINS, ALL, asker=Asker(persona="end_user")) == ["all", "admins"]


def test_what_does_not_answer_is_not_put_first_because_it_fits():
    weak, none = passage("weak", -1.0), passage("none", None)
    far = passage("far", 0.5)
    assert order(FOR_GROWTH, weak, none, far, asker=STARTER) == ["growth", "weak", "none", "far"]


def test_the_rest_keeps_its_order():
    first, last = passage("first", 9.0), passage("last", 2.0)
    found = (first, FOR_GROWTH, FOR_TWO, ALL, last)
    assert order(*found, asker=STARTER) == ["first", "all", "growth", "two", "last"]
    assert order(asker=STARTER) == []


def test_text_in_the_questions_language_comes_first_even_where_the_model_reads_it_badly():
    assert order(ENGLISH, GERMAN, asker=NOBODY, language="de") == ["german", "english"]
    assert order(ENGLISH, GERMAN, asker=Asker(language="de")) == ["german", "english"]
    assert order(ENGLISH, GERMAN, asker=Asker(language="de"), language="en") == ["english", "german"]
    assert order(ENGLISH, passage("far", -9.0, language="de"), asker=NOBODY, language="de") == [
        "english",
        "far",
    ]


@pytest.mark.parametrize(
    ("quoted", "asker", "note"),
    [
        pytest.param([ALL], STARTER, "", id="for all"),
        pytest.param([FOR_STARTER], STARTER, "", id="own plan"),
        pytest.param(
            [FOR_GROWTH], STARTER, "This is for the Growth plan; you are on Starter.", id="another plan"
        ),
        pytest.param(
            [FOR_TWO],
            STARTER,
            "This is for the Growth and Enterprise plans; you are on Starter.",
            id="two plans",
        ),
        pytest.param([FOR_GROWTH], NOBODY, "This is for the Growth plan.", id="whose plan nobody knows"),
        pytest.param([FOR_GROWTH, FOR_GROWTH], NOBODY, "This is for the Growth plan.", id="said once"),
        pytest.param(
            [ALL, FOR_GROWTH], STARTER, "[2] is for the Growth plan; you are on Starter.", id="one of them"
        ),
        pytest.param(
            [FOR_STARTER, FOR_GROWTH],
            NOBODY,
            "[1] is for the Starter plan, [2] is for the Growth plan.",
            id="both",
        ),
        pytest.param([], STARTER, "", id="nothing quoted"),
    ],
)
def test_pricing_tiers_an_answer_says_that_it_is_for_another_plan(quoted, asker, note):
    assert fitted(quoted, quoted, asker).note == note


@pytest.mark.parametrize(
    ("quoted", "found", "asker", "answered_for"),
    [
        pytest.param([FOR_STARTER], [FOR_STARTER], STARTER, "your plan: Starter", id="own article"),
        pytest.param([ALL], [FOR_GROWTH, ALL], STARTER, "your plan: Starter", id="another was passed over"),
        pytest.param([ALL], [ALL, FOR_GROWTH], STARTER, "", id="another was worse anyway"),
        pytest.param([ALL], [ALL], STARTER, "", id="no choice"),
        pytest.param([FOR_GROWTH], [FOR_GROWTH], STARTER, "", id="only another plan's"),
        pytest.param([FOR_STARTER], [FOR_STARTER], NOBODY, "", id="whose plan nobody knows"),
        pytest.param(
            [FOR_ADMINS], [FOR_ADMINS], Asker(persona="admin"), "", id="how we see people is not said"
        ),
    ],
)
def test_customisable_features_the_footer_names_what_chose(quoted, found, asker, answered_for):
    assert fitted(quoted, found, asker).answered_for == answered_for
