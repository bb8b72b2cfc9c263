"""12: "too expensive", and 12 % off is asked for: people decide step by step, and no number is the bot's own."""

from __future__ import annotations

HEAD = (
    "subscription_id,account_id,plan,started_on,renews_on,period,auto_renews,notice_days,arr,currency,status"
)
TERM = "sub-harbour-2,harbour-bakery,Growth,2025-06-07,2026-06-07,annual,false,0,17940,USD,active"


def test_what_is_asked_off_the_price_takes_an_approval_and_the_customer_hears_no_number(story):
    story.imports("subscriptions", HEAD, TERM)
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        -- until 2026-04-08 12:00
        Ruth hears: How should next year look?
        Ruth presses Less
        Ruth hears: is it fewer people, a lower budget, parts you don't use, or another tool?
        Ruth presses Lower budget
        Ruth hears: Priya will talk it through with you in person; I do not talk about prices.
        Priya hears: says that it costs too much. You talk about it, not I.
        Priya presses Their budget was cut
        -- 2 days
        Priya hears: What do they ask for at Harbour Bakery Group?
        Priya presses Fill in (on: What do they ask for)
    """)
    story.form("Priya", field_concession_what="Twelve percent off for two years", field_ask_pct="12")
    story.tell("""
        Grace hears: L3: Harbour Bakery Group asks for 12 % off
        Grace hears: Above 10 % ask your own management first. May Priya Raman offer it?
    """)
    assert not story.tasks("Make the offer to Harbour Bakery Group")
    story.tell("Grace presses Approve (on: May Priya Raman offer it?)")
    assert story.tasks("Make the offer to Harbour Bakery Group that was approved")
    for name in ("Ruth", "Isla", "Owen"):
        assert not [one for one in story.heard(name) if "%" in one and ("12" in one or "off" in one)]
