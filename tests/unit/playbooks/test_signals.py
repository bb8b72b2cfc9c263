"""Signals from an account's rows: each opens on its evidence, and ends by a wider border than it began."""

from dataclasses import replace
from datetime import date

import pytest

from playbooks.signals import noticed, sounds_like_leaving
from store.insights.account_rows import Asked, Score
from tests.made_account import ago, contact, promise, rows, said, usage

WEEKLY = tuple(said("How do I add a driver?", days) for days in (85, 78, 71, 64, 57, 50))


def kinds(found):
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param({}, [], id="nothing known"),
        pytest.param({"words": WEEKLY}, ["silence"], id="weekly, then seven weeks of nothing"),
        pytest.param({"words": (*WEEKLY, said("Hello", 2))}, [], id="they wrote again"),
        pytest.param(
            {
                "scores": (Score("nps", 8, ago(20), "c", "Ana"),),
                "words": (said("How do I export all our data?", 5),),
            },
            ["contradiction"],
            id="NPS 8 and asking for export",
        ),
        pytest.param(
            {
                "scores": (Score("nps", 3, ago(20), "c", "Ana"),),
                "words": (said("How do I export all our data?", 5),),
            },
            ["leaving_words"],
            id="a low score is no contradiction, the words count all the same",
        ),
        pytest.param(
            {"scores": (Score("nps", 9, ago(120), "c", "Ana"),), "words": (said("We want to cancel", 5),)},
            ["leaving_words"],
            id="a score of long ago",
        ),
        pytest.param(
            {"scores": (Score("nps", 9, ago(5), "c", "Ana"),), "words": (said("We want to cancel", 45),)},
            [],
            id="words of long ago",
        ),
        pytest.param(
            {"contacts": (contact("Kim", "champion", "left"),)}, ["champion_left"], id="champion left"
        ),
        pytest.param(
            {"contacts": (contact("Kim", "sponsor", "deactivated"),)},
            ["champion_left"],
            id="sponsor deactivated",
        ),
        pytest.param(
            {"contacts": (contact("Kim", "champion", "left"), contact("Lee", "champion"))},
            [],
            id="a new champion",
        ),
        pytest.param({"contacts": (contact("Kim", "end_user", "left"),)}, [], id="somebody else left"),
        pytest.param({"usage": usage((90, 100), (60, 110), (1, 70))}, ["usage_drop"], id="down to 67 %"),
        pytest.param({"usage": usage((90, 100), (60, 100), (1, 71))}, [], id="down to 71 %"),
        pytest.param({"usage": usage((90, 100), (70, 10))}, [], id="too old to say"),
        pytest.param({"words": (said("We want to cancel", 13),)}, ["leaving_words"], id="words alone"),
        pytest.param({"words": (said("We want to cancel", 15),)}, [], id="words of two weeks ago"),
        pytest.param({"promises": (promise("Send it", ago(-2)),)}, ["promise_due"], id="due in two days"),
        pytest.param({"promises": (promise("Send it", ago(1)),)}, ["promise_due"], id="overdue"),
        pytest.param({"promises": (promise("Send it", ago(-3)),)}, [], id="due later"),
    ],
)
def test_a_signal_is_noticed_when_its_rows_say_so(parts, expected):
    assert kinds(noticed(rows(**parts))) == expected


@pytest.mark.parametrize(
    ("value", "already", "is_noticed"),
    [
        pytest.param(80, (), False, id="80 % does not begin one"),
        pytest.param(80, ("usage_drop",), True, id="80 % does not end one"),
        pytest.param(86, ("usage_drop",), False, id="86 % ends it"),
    ],
)
def test_a_drop_ends_by_a_wider_border_than_it_began(value, already, is_noticed):
    found = noticed(rows(usage=usage((90, 100), (60, 100), (1, value))), already)
    assert ("usage_drop" in kinds(found)) == is_noticed


@pytest.mark.parametrize(("days", "still"), [(29, True), (31, False)])
def test_words_of_leaving_stay_for_a_month(days, still):
    found = noticed(rows(words=(said("We want to cancel", days),)), ["leaving_words"])
    assert (kinds(found) == ["leaving_words"]) == still


def test_a_silence_that_is_open_ends_only_when_they_are_heard_of_within_their_habit():
    quiet = tuple(said("Hi", days) for days in (60, 52, 44, 36, 28, 20, 12))  # every 8 days, quiet for 12
    assert kinds(noticed(rows(words=quiet))) == []
    assert kinds(noticed(rows(words=quiet), ["silence"])) == ["silence"]


def test_every_signal_carries_the_rows_that_say_it():
    parts = {
        "contacts": (contact("Kim", "champion", "left"),),
        "scores": (Score("nps", 8, ago(20), "c", "Ana", "Great people", "D1", "5.1"),),
        "words": (*WEEKLY, said("Is there an alternative to this?", 20)),
        "usage": usage((90, 100), (60, 100), (1, 40)),
        "promises": (promise("Send it", ago(1)),),
    }
    found = noticed(rows(**parts))
    assert kinds(found) == ["champion_left", "contradiction", "usage_drop", "silence", "promise_due"]
    assert all(one.evidence and one.summary and "{account}" in one.step for one in found)
    quotes = next(one for one in found if one.kind == "contradiction").evidence
    assert [one.text for one in quotes] == ["8 of 10: Great people", "Is there an alternative to this?"]
    assert [(one.channel_id, one.ts) for one in quotes] == [("D1", "5.1"), ("C1", "980.1")]
    assert isinstance(quotes[0].as_json()["on"], str)
    assert date.fromisoformat(quotes[0].as_json()["on"]) == ago(20)


@pytest.mark.parametrize(
    ("text", "leaving"),
    [
        ("How do I export all data?", True),
        ("Is there an API to export everything we have?", True),
        ("We want to downgrade to Starter", True),
        ("Can I cancel our subscription?", True),
        ("Which competitors do you know?", True),
        ("We will not renew", True),
        ("How do I export a route as PDF?", False),
        ("How do I export my data?", False),
        ("How do I invite a driver?", False),
        ("Drivers leave the depot at six", False),
        ("Can I switch the language?", False),
        ("How do I cancel a route?", False),
        ("We want to cancel", True),
    ],
)
def test_words_of_somebody_who_is_leaving_are_told_from_others(text, leaving):
    assert sounds_like_leaving(text) == leaving


def asked_about(title, *people, days=5):
    words = [replace(said("Can we use SSO?", days), slack_user_id=f"U{who}", who=who) for who in people]
    return tuple(Asked(one, "answered", None, None, "C1", "1.0", title) for one in words)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(asked_about("Single sign-on", "Ana", "Ben", "Cy"), ["plan_interest"], id="three people"),
        pytest.param(asked_about("Single sign-on", "Ana", "Ana", "Ben"), [], id="two people"),
        pytest.param(asked_about("", "Ana", "Ben", "Cy"), [], id="an article of their own plan"),
        pytest.param(asked_about("Single sign-on", "Ana", "Ben", "Cy", days=40), [], id="long ago"),
    ],
)
def test_several_people_who_ask_about_another_plan_are_a_signal(asked, expected):
    assert [one for one in kinds(noticed(rows(asked=asked))) if one == "plan_interest"] == expected


def test_interest_in_a_plan_comes_with_a_sentence_for_the_customer():
    found = {one.kind: one for one in noticed(rows(asked=asked_about("SSO", "Ana", "Ben", "Cy")))}
    sentence = "3 of your people asked about “SSO” in the last month, which is part of another plan"
    assert found["plan_interest"].told == sentence
