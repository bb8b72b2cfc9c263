"""14: nobody answers before a renewal: rung after rung, and at the end it is open, not lost."""

from __future__ import annotations

from datetime import timedelta


def test_a_silent_account_is_reached_for_rung_by_rung_and_stays_open_until_the_renewal(story):
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Priya presses All right, I lead
    """)
    story.wait(timedelta(days=54))  # the day before the last day for notice
    asked = {row.payload["contact_name"] for row in story.sent()}
    assert len(asked) >= 2, asked
    run = story.run("Harbour Bakery Group", "renewal")
    assert (run.state, run.outcome) == ("active", None)
    assert story.heard("Priya", "I ask others there, one at a time")
    assert story.tasks("Record how the renewal of Harbour Bakery Group ends")
