"""6: "Not me": somebody else is asked, and the first person never again."""

from __future__ import annotations

from datetime import timedelta

from bot.blocks.playbook_modals import PERSON


def test_who_says_not_me_names_somebody_and_is_never_asked_again(story):
    story.tell("""
        Priya: /cs play start onboarding @Fresh Fields
        Priya presses Start for Fresh Fields Market
        -- 2 days
        Amelia hears: good first month
        Amelia presses Not me → who?
    """)
    story.form("Amelia", **{PERSON: "U0BEN"})
    asked_before = len(story.heard("Amelia", "?"))
    story.tell("""
        -- 3 days
        Ben hears: good first month
        Ben presses Our whole team uses it
        Ben hears: That is what we will measure ourselves against.
    """)
    story.wait(timedelta(days=60))
    assert len(story.heard("Amelia", "?")) == asked_before
    assert {row.payload["contact_name"] for row in story.sent()[1:]} == {"Ben Carter"}
