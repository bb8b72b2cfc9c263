"""10: the contract ends forty days earlier than was known: what is to come is planned anew, what is past is told."""

from __future__ import annotations

from datetime import date

HEAD = (
    "subscription_id,account_id,plan,started_on,renews_on,period,auto_renews,notice_days,arr,currency,status"
)


def test_a_renewal_that_moves_forty_days_earlier_is_planned_anew_and_nothing_is_sent_late(story):
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya hears: A question for you
        -- 6 days
        Isla hears: how do you feel about the year
    """)
    before = story.run("Harbour Bakery Group", "renewal")
    end = date.fromisoformat(before.snapshot["anchors"]["R"])
    row = "sub-harbour-2,harbour-bakery,Growth,2025-05-27,{},annual,true,30,17940,USD,active"
    story.imports("subscriptions", HEAD, row.format(date(2026, 4, 17)))
    story.tell("""
        -- 1 day
        Priya hears: the renewal date moved from 27 April 2026 to 18 March 2026. … because their days have passed
    """)
    after = story.run("Harbour Bakery Group", "renewal")
    assert (end - date.fromisoformat(after.snapshot["anchors"]["R"])).days == 40
    steps = story.steps(after)
    passed = [one for one in steps.values() if "has passed since the dates changed" in (one.note or "")]
    assert passed, "no step is told to have been passed"
    assert all(one.state == "skipped" and one.sent_at is None for one in passed)
    due = [one.due_at for one in steps.values() if one.due_at and one.state not in {"skipped", "expired"}]
    assert max(due).date() <= date(2026, 4, 17)
