"""23: three time zones, and the clocks change on different days: everybody is asked at ten in their own morning."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from store.tables import Contact

PEOPLE = {
    "Mira Shah": "Europe/London",
    "Caleb Novak": "America/Chicago",
    "Steph Lang": "America/New_York",
    "Ben Carter": "America/Phoenix",
}
# whose clocks change on 29 March, on 8 March (two of them), and never
STARTED = date(2026, 3, 3)


def test_in_three_time_zones_everybody_is_asked_at_ten_before_and_after_the_clocks_change(story):
    story.change(Contact, "Amelia Ortiz", status="left")
    story.change(Contact, "Ben Carter", timezone="America/Phoenix")
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Priya: /cs play start onboarding @Fresh Fields
        Priya presses Start for Fresh Fields Market
        Diego: /cs play start onboarding @Kestrel
        Diego presses Start for Kestrel Grocery Group
    """)
    for _ in range(33):  # Diego approves whatever waits for him
        story.wait(timedelta(days=1))
        while story.has("Diego", "Approve"):
            story.tell("Diego presses Approve")
    asked = {name: [] for name in PEOPLE}
    for row in story.sent("playbook_message", "playbook_nudge"):
        name = row.payload["contact_name"]
        asked[name].append(row.sent_at.astimezone(ZoneInfo(PEOPLE[name])))
    for name, moments in asked.items():
        assert len(moments) >= 2, name
        assert {f"{one:%H:%M}" for one in moments if one.date() > STARTED} == {"10:00"}, (name, moments)
        assert all(one.weekday() < 5 for one in moments)
    offsets = {name: len({one.utcoffset() for one in moments}) for name, moments in asked.items()}
    assert offsets == {"Mira Shah": 2, "Caleb Novak": 2, "Steph Lang": 1, "Ben Carter": 1}
