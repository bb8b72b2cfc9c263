"""23: three time zones, and the clocks change on different days: everybody is asked at ten in their own morning."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from store.tables import Contact

OFFSETS = {  # how many offsets from UTC each is written to at
    "Mira Shah": 2,  # London, whose clocks change on 29 March
    "Caleb Novak": 2,  # Chicago, on 8 March
    "Steph Lang": 1,  # New York, not written to before that day
    "Ben Carter": 1,  # Phoenix, never
}
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
    for _ in range(40):  # Diego approves whatever waits for him
        story.wait(timedelta(days=1))
        while story.has("Diego", "Approve"):
            story.tell("Diego presses Approve")
    zones = {one.name: ZoneInfo(one.timezone) for one in story.rows(Contact)}
    asked = defaultdict(list)
    for row in story.sent("playbook_message", "playbook_nudge"):
        name = row.payload["contact_name"]
        asked[name].append(row.sent_at.astimezone(zones[name]))
    for name, moments in asked.items():
        assert {f"{one:%H:%M}" for one in moments if one.date() > STARTED} <= {"10:00"}, (name, moments)
        assert all(one.weekday() < 5 for one in moments)
    assert all(len(asked[name]) >= 2 for name in OFFSETS)
    assert {name: len({one.utcoffset() for one in asked[name]}) for name in OFFSETS} == OFFSETS
