"""11: a green account renews as it is, on time; nobody is in a hurry and nobody is asked what is known."""

from __future__ import annotations


def test_a_green_account_renews_as_it_is_on_time(story):
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya hears: A question for you … Harbour Bakery Group renews on … Are the dates and the band right
        Priya presses All right, I lead
        -- 2 days
        Isla hears: Before any paperwork: how do you feel about the year
        Isla presses Good, nothing changing
        Isla hears: Thank you, that is good to hear.
        Priya hears: Good, nothing changing
    """)
    story.answer_until("2026-05-13", Isla="Accurate", Ruth="Same", Owen="Accurate")
    assert story.tasks("Record how the renewal of Harbour Bakery Group ends")
    story.tell("""
        Priya: /cs renew @Harbour outcome renewed_flat
        -- 3 days
        Isla hears: Thank you … renew
    """)
    run = story.run("Harbour Bakery Group", "renewal")
    assert run.outcome == "renewed_flat"
    assert not story.tasks("Hold: Harbour")
    assert not story.heard("Priya", "Needs you now")
