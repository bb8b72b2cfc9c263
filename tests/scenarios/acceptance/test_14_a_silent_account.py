"""14: nobody answers before a renewal: rung after rung up to finance, and at the end it is open, not lost."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from playbooks.workdays import Calendar

CONTACTS = "account_id,email,name,title,persona,timezone,status"
FINANCE = (
    "harbour-bakery,kofi@harbourbakery.example,Kofi Mensah,Accounts payable,procurement,Europe/London,active"
)
LADDER = [("RQ1", "Owen Price"), ("RQ2", "Ruth Adeyemi"), ("RQ4", "Kofi Mensah")]


def test_a_silent_account_is_reached_for_rung_by_rung_and_stays_open_until_the_renewal(story):
    story.imports("contacts", CONTACTS, FINANCE)
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya presses All right, I lead
        -- 2 days
        Isla hears: how do you feel about the year
        -- 8 days
        Priya hears: No answer from Isla Brennan
        Priya hears: I ask others there, one at a time, three working days each, until somebody does.
        -- 4 days
        Owen hears: Who at Harbour Bakery Group is the right person for Priya Raman to talk to?
        -- 5 days
        Ruth hears: you signed for us last time.
        -- 7 days
        Kofi hears: a factual note, as I reach nobody else at Harbour Bakery Group: your plan renews by itself
        -- 2 days
        Grace hears: Call Harbour Bakery Group: nobody answers
    """)
    rungs = [row for row in story.sent() if row.payload["step_key"].startswith("RQ")]
    assert [(row.payload["step_key"], row.payload["contact_name"]) for row in rungs] == LADDER
    days = [row.sent_at.astimezone(ZoneInfo("Europe/London")).date() for row in rungs]
    calendar = Calendar(ZoneInfo("Europe/London"))
    assert all(later >= calendar.add(day, 3) for day, later in pairwise(days))
    story.tell("-- until 2026-04-26 10:00")  # the day before the last day for notice
    run = story.run("Harbour Bakery Group", "renewal")
    assert (run.state, run.outcome) == ("active", None)
    assert run.snapshot["anchors"]["R"] == "2026-04-27"
    assert story.tasks("Record how the renewal of Harbour Bakery Group ends")


def test_the_ladder_ends_with_the_first_who_answers(story):
    story.imports("contacts", CONTACTS, FINANCE)
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya presses All right, I lead
        -- 10 days
        Owen hears: Who at Harbour Bakery Group is the right person
        Owen replies: That is me from now on
        Owen hears: Priya will get in touch.
        Priya hears: Owen Price (Harbour Bakery Group) on “Another person there”
    """)
    assert story.tasks("Somebody at Harbour Bakery Group answered: talk about next year")
    story.wait(timedelta(days=21))
    assert [row.payload["step_key"] for row in story.sent() if row.payload["step_key"].startswith("RQ")] == [
        "RQ1"
    ]


def test_whoever_answers_after_the_question_has_expired_is_heard_all_the_same(story):
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya presses All right, I lead
        -- 14 days
        Priya hears: No answer from Owen Price
        Owen replies: That is me from now on
        Owen hears: I have passed your words on to Priya.
        Priya hears: Owen Price also wrote on “Another person there”: “That is me from now on”
    """)
