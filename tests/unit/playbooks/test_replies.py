"""Reading words as options: sure, likely, or not at all."""

from __future__ import annotations

import pytest

from playbooks.loader import shipped
from playbooks.replies import means_no, means_yes, read

PLAYBOOKS = {name: definition.playbook for name, definition in shipped().items()}


def options(playbook, step):
    return PLAYBOOKS[playbook].options(PLAYBOOKS[playbook].steps[step].ask)


@pytest.mark.parametrize(
    ("step", "words", "expected"),
    [
        pytest.param("O2", "Smooth", ("smooth", "exact"), id="the label itself"),
        pytest.param("O2", "  SOME   bumps!! ", ("bumps", "exact"), id="case, blanks and marks do not count"),
        pytest.param("O2", "not_started", ("not_started", "exact"), id="the value itself"),
        pytest.param("O2", "it was a smooth ride", ("smooth", "likely"), id="the label in a sentence"),
        pytest.param("O2", "we are stuck at the import", ("blocked", "likely"), id="another word for it"),
        pytest.param("O2", "it doesn’t work", ("blocked", "likely"), id="a curly apostrophe"),
        pytest.param("O2", "not smooth", None, id="a negation"),
        pytest.param("O2", "it was never easy", None, id="another negation"),
        pytest.param("O2", "smooth at first, then we got stuck", None, id="two options at once"),
        pytest.param(
            "O2", "haven't started yet", ("not_started", "likely"), id="an option that is itself a negation"
        ),
        pytest.param("O2", "what do you mean?", None, id="no option"),
        pytest.param("O2", "", None, id="nothing"),
        pytest.param("O2", "unsmoothed", None, id="part of a word"),
        pytest.param("O4", "Mostly", ("partly", "likely"), id="mostly is partly"),
        pytest.param("O4", "No", ("no", "exact"), id="no is an option there"),
        pytest.param(
            "O3_not_yet", "not a priority right now", ("not_priority", "likely"), id="the longer phrase wins"
        ),
    ],
)
def test_reading_words(step, words, expected):
    found = read(words, options("onboarding", step))
    assert (found and (found[0].value, found[1])) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("good, some changes in the team", "changes"),
        ("good, nothing changing", "good"),
        ("we are thinking of leaving", "leaving"),
        ("we want to cancel", "leaving"),
        ("not sure yet", "unsure"),
        ("we are not leaving", None),
    ],
)
def test_reading_the_answer_that_matters_most(words, expected):
    found = read(words, options("renewal", "R2"))
    assert (found and found[0].value) == expected


@pytest.mark.parametrize(
    ("words", "yes", "no"),
    [("yes", True, False), ("Yep!", True, False), ("no", False, True), ("nope, the other", False, True),
     ("maybe", False, False), ("", False, False), ("yes but it took us quite a long time", False, False)],
)  # fmt: skip
def test_short_yes_and_no(words, yes, no):
    assert (means_yes(words), means_no(words)) == (yes, no)
