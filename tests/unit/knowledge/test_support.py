"""A sentence that passages say has no doubts; the same with one thing changed has."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.claims import claim_of
from knowledge.facts import denials, figures, names
from knowledge.support import SIGN_IN, Source, doubts

PASSAGE = (
    "Refunds take 14 days and go back to the card you paid with. Write to billing@fernway.example.\n"
    "Drivers can work offline for up to 8 hours. The Growth plan does not include single sign-on. "
    "Single sign-on with Okta is part of the Enterprise plan, which costs $1,200 a month. "
    "Do not delete the depot while vans are on the road. In 2024 the International Postal Union adopted 3 zones. "
    "About 2.5 million parcels were delivered. New stops from the office arrive only when the phone is online again. "
    "On the Growth plan drivers may store 50 maps on the phone; Starter has no maps. "
    "On the Premium plan support answers by phone within 30 minutes."
)
SOURCE = Source([(("Billing", "Refunds and plans"), PASSAGE)])


@pytest.mark.parametrize(
    "sentence",
    [
        "Refunds take 14 days.",
        "A refund takes fourteen days and goes back to your card.",
        "Your drivers can work offline for up to eight hours.",
        "The Enterprise plan costs $1200 a month and includes Okta single sign-on.",
        "Single sign-on is not included in the Growth plan.",
        "You should not delete a depot while vans are on the road.",
        "About 2,500,000 parcels were delivered.",
        "In 2024, three zones were adopted by the IPU.",
    ],
    ids=[
        "verbatim",
        "number word",
        "word for digits",
        "thousands",
        "denied",
        "forbidden",
        "scale",
        "initials",
    ],
)
def test_what_the_passage_says_has_no_doubts(sentence):
    assert doubts(sentence, SOURCE) == ()


@pytest.mark.parametrize(
    ("sentence", "doubt"),
    [
        ("Refunds take 30 days.", "a number"),
        ("Refunds take 8 days and go back to the card you paid with.", "a number"),
        ("About 2.5 billion parcels were delivered.", "a number"),
        ("The Enterprise plan costs $1,300 a month.", "a number"),
        ("Single sign-on with Auth0 is part of the Enterprise plan.", "a name"),
        ("In 2024 the Universal Postal Union adopted 3 zones.", "a name"),
        ("On the Okta plan support answers by phone within 30 minutes.", "a name"),
        ("The Growth plan does include single sign-on.", "a denial"),
        ("Drivers can not work offline for up to 8 hours.", "a denial"),
        ("Delete the depot while vans are on the road.", "a denial"),
        ("Write to sales@fernway.example.", "an address"),
        ("<!channel> Refunds take 14 days.", "an address"),
        ("Refunds take 14 days, <@U012345>.", "an address"),
        ("@here Refunds take 14 days.", "an address"),
        ("Read more at https://evil.example/refunds about refunds.", "an address"),
        ("Our bakers knead fresh bread in the morning, day after day.", "too little of it is there"),
    ],
    ids=[
        "another number", "a number of another line", "another scale", "another price", "another name",
        "a name changed", "a name of another line", "the denial lost", "a denial added", "an order turned around", "another mail address", "everybody called", "somebody called", "everybody here called",
        "an invented link", "another topic",
    ],
)  # fmt: skip
def test_one_thing_changed_is_doubted(sentence, doubt):
    assert doubt in doubts(sentence, SOURCE)


def test_nothing_supports_what_has_no_passages():
    assert doubts("Refunds take 14 days.", Source([]))


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_held_against_any_other(sentence, passage):
    doubts(sentence, Source([(("Title",), passage)]))
    claim_of(sentence)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It takes 14 days", [14]),
        ("$1,200.50 a month", [1200.5]),
        ("8 million and 3k", [8e6, 3e3]),
        ("twenty-four hours, fifth floor", [24, 5]),
        ("in the 1990s", [1990]),
        ("December 18 , 2010", [18, 2010]),
        ("version 2.4", [2.4]),
        ("five hundred", [500]),
        ("someone phoned", []),
    ],
    ids=[
        "digits",
        "price",
        "scales",
        "words",
        "decade",
        "a date in corpus style",
        "version",
        "hundred",
        "none",
    ],
)
def test_numbers_are_read_by_value(text, values):
    assert [one.value for one in figures(text)] == values


def test_a_word_that_opens_a_sentence_is_a_name_in_doubt():
    assert [(one.text, one.opens) for one in names("Refunds go to Acme. Open Settings")] == [
        ("Refunds", True),
        ("Acme", False),
        ("Open", True),
        ("Settings", False),
    ]


def test_a_denial_knows_what_it_reaches():
    (denial,) = denials("The Growth plan doesn't include single sign-on")
    assert denial.after[:2] == ("includ", "singl") or "growth" in denial.before


@pytest.mark.parametrize(
    ("sentence", "claim"),
    [
        ("Refunds take 14 days.", "Refunds take 14 days."),
        ("I'm sorry, but I do not have information about that.", ""),
        ("That's correct.", ""),
        ("The articles do not say how long it takes.", ""),
        ("The articles do not mention prices, but refunds take 14 days.", "refunds take 14 days"),
        (
            "The Growth plan does not include single sign-on.",
            "The Growth plan does not include single sign-on.",
        ),
    ],
    ids=["a claim", "sorry", "to the reader", "about the sources", "half and half", "a denial of fact"],
)
def test_what_is_said_about_the_sources_is_no_claim(sentence, claim):
    assert claim_of(sentence) == claim


@pytest.mark.parametrize("word", ["password", "PIN", "credentials", "token"])
def test_no_sentence_speaks_of_what_opens_an_account_unless_a_passage_does(word):
    sentence = f"Refunds go back to the card you paid with and its {word}."
    assert SIGN_IN in doubts(sentence, SOURCE)
    told = Source([(("Billing",), f"{PASSAGE} The {word} of the card is never asked for.")])
    assert SIGN_IN not in doubts(sentence, told)
