"""8: the bot is down for three days over a weekend: what is late goes out once, in working hours, no burst."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def test_after_three_days_down_each_person_gets_one_message_at_most_and_each_message_once(story):
    story.tell("""
        -- 6 days
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira presses Our whole team uses it (on: good first month)
        Tom: /cs play start onboarding @Corner Crust
        Tom presses Start for Corner Crust
        Priya: /cs play start onboarding @Fresh Fields
        Priya presses Start for Fresh Fields Market
        -- until 2026-03-13 20:00
    """)
    before = {row.id for row in story.sent("playbook_message", "playbook_nudge")}
    story.is_down(timedelta(days=3))  # Friday evening to Monday evening: Monday's check-in is late
    assert [row for row in story.sent("playbook_message", "playbook_nudge") if row.id not in before] == []
    story.tell("""
        -- 14 hours
        Mira hears: How did setup go?
    """)
    late = [row for row in story.sent("playbook_message", "playbook_nudge") if row.id not in before]
    assert max(Counter(row.slack_user_id for row in late).values()) == 1
    for row in late:
        if row.payload["contact_name"] == "Mira Shah":
            assert 9 <= row.sent_at.astimezone(LONDON).hour < 18
    story.wait(timedelta(days=2))
    keys = Counter((row.payload["run_id"], row.payload["step_key"]) for row in story.sent())
    assert max(keys.values()) == 1
