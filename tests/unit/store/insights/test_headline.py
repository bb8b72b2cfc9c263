"""The headline: composed from what moved beyond noise; a model's is shown only if the figures say every word of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as with_any
from hypothesis import strategies as st

from store.insights import metrics
from store.insights.digest_values import Digest
from store.insights.headline import compose, facts, refusal
from store.insights.number_words import number_words
from store.insights.section_values import Action, Line, Measured, Money, Section
from store.insights.values import Figure, Period, Rate, Scope

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


def figure(key, label, value, before=None):
    return Figure(key, label, "question", tuple(str(n) for n in range(value)), before=before)


def digest_with(*sections):
    figures = {one.key: one for section in sections for one in section.figures}
    return Digest(
        Period(NOW - timedelta(days=7), NOW, "7d"),
        Scope("all"),
        NOW,
        "normal",
        figures,
        {},
        sections=sections,
    )


def full():
    asked, refused = (
        figure("questions.asked", "questions", 12, 30),
        figure("questions.refused", "not found", 9, 2),
    )
    ratings, up = figure("ratings.all", "ratings", 60), figure("ratings.up", "found helpful", 50)
    due = figure("renewals.30", "renewals in 0-30 days", 3)
    line = Line(
        "red, ends 14 Apr", due, "Nordwind GmbH", "Omar", Action("Brief", "/cs renew"), (480_000_00, "USD")
    )
    return digest_with(
        Section("today", "Needs you today", lines=(line,)),
        Section("questions", "Questions", figures=(asked, refused), rates=(Rate("r", "helpful", up, ratings),)),
        Section("renewals", "Renewals", figures=(due,), money=(Money("m", "to renew", due, ((480_000_00, "USD"),)),),
                measures=(Measured("w", "kept at worst", "share", metrics.rate(25, 40), due),)),
    )  # fmt: skip


GIVEN = facts(full())


def test_it_says_what_needs_somebody_then_what_moved_and_nothing_that_is_noise():
    assert [one.text for one in compose(full())] == [
        "1 thing needs you today, first Nordwind GmbH: red, ends 14 Apr.",
        "Questions not found rose from 2 to 9.",
        "Questions fell from 30 to 12.",
    ]


def test_where_nothing_moved_it_says_so_with_a_number():
    calm = digest_with(
        Section("questions", "Questions", figures=(figure("questions.asked", "questions", 12, 11),))
    )
    assert [one.text for one in compose(calm)] == ["Nothing moved beyond noise; 12 questions."]


def test_a_composed_headline_passes_the_check_that_a_models_has_to_pass():
    moved = [one.text for one in compose(full())[1:]]
    assert refusal(" ".join(moved), GIVEN) is None


def test_every_sentence_opens_the_rows_of_its_figure():
    known = {one.key for one in full().all_figures}
    assert all(one.figure.key in known for one in compose(full()))


@pytest.mark.parametrize(
    "text",
    [
        "Questions not found rose to 9, from 2.",
        "Nordwind GmbH is red and ends 14 Apr; $480,000 are to renew.",
        "The share found helpful is 83 % of 60.",
        "Only three renewals are due in 0-30 days.",
        "Questions fell to twelve.",
        "Kept at worst is 62 percent.",
    ],
)
def test_a_headline_of_the_figures_alone_is_shown(text):
    assert refusal(text, GIVEN) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Questions not found rose to 10.", "10", id="another number"),
        pytest.param("Not found rose by 7, to 9.", "7", id="a difference it worked out"),
        pytest.param("Questions not found rose to nine, from three hundred.", "300", id="number words"),
        pytest.param("There are twenty-five ratings.", "25", id="a compound of words"),
        pytest.param("Ninety percent of 60 ratings were good.", "90%", id="per cent in words"),
        pytest.param("Helpful is 84 % of 60.", "84%", id="rounded up"),
        pytest.param("Helpful is 83.3 % of 60.", "83.3%", id="digits that were not given"),
        pytest.param("There are 83 questions.", "83", id="a share as a count"),
        pytest.param("12 % were not found.", "12%", id="a count as a share"),
        pytest.param("$480k are to renew.", "480k", id="shortened money"),
        pytest.param("€480,000 are to renew.", "€480000", id="another currency"),
        pytest.param("480,000 are to renew.", "480000", id="money without its sign"),
        pytest.param("Nordwind GmbH ends 15 Apr.", "15 apr", id="another date"),
        pytest.param("Nordwind GmbH ends Apr 14, 2027.", "apr 14, 2027", id="a year that was not given"),
        pytest.param("Nordwind GmbH ends 2026-04-14.", "2026-04-14", id="a date in other signs"),
        pytest.param("14 questions were asked.", "14", id="a day as a count"),
        pytest.param("On Monday 12 questions came.", "Monday", id="a weekday"),
        pytest.param("Half of the 12 questions failed.", "half", id="a share in a word"),
        pytest.param("Questions not found doubled to 9.", "doubled", id="a factor in a word"),
        pytest.param("A dozen came, 12 in all.", "dozen", id="a dozen"),
        pytest.param("Most of the 12 were fine.", "most", id="a vague share"),
        pytest.param("Acme has 3 renewals.", "Acme", id="a name at the beginning"),
        pytest.param("Of 3 renewals Acme is red.", "Acme", id="a name within"),
        pytest.param("They said “we leave” 3 times.", "we leave", id="a quote"),
        pytest.param("They said 'we leave' 3 times.", "we leave", id="a quote in single marks"),
        pytest.param("They said \u2018we leave\u2019 3 times.", "we leave", id="a quote in curled marks"),
        pytest.param("Questions rose to 12.", "went up", id="the other direction"),
        pytest.param("Renewals fell to 3.", "went down", id="what did not move"),
        pytest.param("Look at renewals.", "no number", id="no number"),
        pytest.param("12 questions. All is well.", "“all”", id="a sentence without one"),
        pytest.param("１２ questions.", "unusual", id="wide digits"),
        pytest.param("½ of 12 questions.", "unusual", id="a fraction"),
        pytest.param("12² questions.", "unusual", id="a power"),
        pytest.param("*12* questions.", "markup", id="markup"),
        pytest.param("See https://evil.example for 12.", "markup", id="an address"),
        pytest.param("<!channel> 12 questions.", "markup", id="a broadcast"),
        pytest.param("", "empty", id="nothing"),
        pytest.param("12 questions. " * 4, "too long", id="four sentences"),
        pytest.param("12 questions " * 60, "too long", id="endless"),
    ],
)
def test_a_headline_with_anything_else_is_refused(text, reason):
    assert reason.lower() in (refusal(text, GIVEN) or "").lower()


@with_any(st.integers(0, 10_000), st.sampled_from(["", " %", "k", " days"]))
def test_no_number_passes_that_the_figures_do_not_have(number, unit):
    shown = {"12", "30", "9", "2", "50", "60", "3", "25", "0", "40", "1"}
    passes = refusal(f"There are {number}{unit}.", GIVEN) is None
    assert not passes or str(number) in shown or f"{number} %" in GIVEN


@with_any(st.text(max_size=300))
def test_whatever_a_model_writes_is_judged_without_a_fault(text):
    refusal(text, GIVEN)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("three", [(3, "")]),
        ("Twenty-five per cent of two hundred and six", [(25, "%"), (206, "")]),
        ("one thousand two hundred, and five", [(1200, ""), (5, "")]),
        ("someone was here", []),
        ("a hundred", [(100, "")]),
    ],
)
def test_numbers_in_words_are_read(text, values):
    assert number_words(text) == values


def test_what_a_model_is_given_has_no_rate_of_too_few_answers():
    few = Rate("r", "helpful", figure("up", "up", 1), figure("all", "all", 3))
    assert "%" not in facts(digest_with(Section("q", "Questions", rates=(few,))))
    assert json.loads(facts(digest_with())) == {}
