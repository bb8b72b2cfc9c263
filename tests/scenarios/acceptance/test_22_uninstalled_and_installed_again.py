"""22: the app is taken out of the workspace while a playbook runs, and comes back on the fifth day."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.slack.messenger import SlackMessenger
from tests.local_slack import client_of


def test_what_fell_due_while_the_app_was_taken_out_is_said_once_when_it_is_back(story):
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira presses Our whole team uses it (on: good first month)
        -- 5 days
    """)
    with_us = story.services.messenger
    revoked = client_of(story.bot.slack, token="xoxb-revoked")
    story.services.messenger = SlackMessenger(revoked, pause=lambda _: None)
    story.wait(timedelta(days=5))  # the check-in of the first week falls into it
    assert not story.heard("Mira", "How did setup go?")

    story.services.messenger = with_us
    story.tell("""
        -- 1 day
        Mira hears: How did setup go?
        Mira presses Smooth
        Mira hears: Good to hear.
    """)
    said = Counter((row.payload["step_key"], row.payload["view"]) for row in story.sent())
    assert max(said.values()) == 1
