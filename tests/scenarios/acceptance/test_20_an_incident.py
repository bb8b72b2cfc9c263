"""20: an incident is open: check-ins rest, the CSM has one task that says so, and afterwards they go on."""

from __future__ import annotations

from datetime import timedelta

HEAD = "account_id,kind,value,note,observed_on"


def test_while_an_incident_is_open_check_ins_rest_and_the_csm_has_a_task(story):
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira presses Our whole team uses it
    """)
    story.imports("usage", HEAD, "petal-post,incident,open,Routes were lost on 8 March,2026-03-08")
    story.tell("""
        -- 9 days
        Mira hears nothing
        Tom hears: is held
    """)
    [hold] = story.tasks("Hold: Petal & Post")
    assert "How did setup go" in hold
    story.imports("usage", HEAD, "petal-post,incident,closed,Routes are back,2026-03-13")
    story.wait(timedelta(days=4))
    assert len(story.heard("Mira", "How did setup go?")) == 1
