"""15: the champion's account is closed sixty days before the renewal: the CSM knows at once, others are asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.local import sample
from tests.bot_fixtures import ISLA

HEAD = (
    "subscription_id,account_id,plan,started_on,renews_on,period,auto_renews,notice_days,arr,currency,status"
)
TERM = "sub-harbour-2,harbour-bakery,Growth,2025-06-07,2026-06-07,annual,false,0,17940,USD,active"


def test_a_champion_who_leaves_before_the_renewal_is_a_signal_at_once_and_is_never_written_to_again(story):
    story.imports("subscriptions", HEAD, TERM)
    story.tell("""
        -- 9 days
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya presses All right, I lead
        -- 6 days
        Isla hears: how do you feel about the year
        Isla presses Good, nothing changing
        -- 20 days
    """)
    asked = len(story.sent())
    [isla] = [one for one in sample.directory().users if one.id == ISLA]
    story.bot.slack.add_user(replace(isla, deleted=True))
    story.bot.wait_for_event()
    story.happens()
    story.tell("""
        Priya hears: Find the new champion
    """)
    assert story.tasks("Find the new champion")
    story.wait(timedelta(days=40))
    later = story.sent()[asked:]
    assert later, "the conversation goes on with others"
    assert "Isla Brennan" not in {row.payload.get("contact_name") for row in later}
