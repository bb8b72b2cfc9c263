"""2: an enterprise customer hears nothing that nobody approved; what waits too long, the manager is told."""

from __future__ import annotations

from datetime import timedelta


def test_an_enterprise_customer_hears_nothing_without_approval_and_the_manager_hears_of_the_delay(story):
    story.tell("""
        Diego: /cs play start onboarding @Kestrel
        Diego presses Start for Kestrel Grocery Group
        -- 1 day
        Diego hears: Waits for your approval
        Caleb hears nothing
        -- 1 day
        Caleb hears nothing
        Grace hears nothing
        -- 2 days
        Caleb hears nothing
        Grace hears: has waited 2 business days
        Diego presses Approve (on: good first month)
        -- 3 days
        Caleb hears: I'm Guidepost; Diego Alvarez is your person.
        Diego sees: Sent to Caleb Novak
    """)
    story.wait(timedelta(days=21))  # the check-in of the first week waits, and whatever comes after it
    steps = story.run("Kestrel Grocery Group", "onboarding").snapshot["steps"]
    for message in story.sent("playbook_message", "playbook_nudge"):
        assert steps[message.payload["step_key"]]["approved_by"] == "U0DIEGO"
    assert {message.payload["step_key"] for message in story.sent()} == {"O1"}
    assert len(story.heard("Diego", "Waits for your approval")) > 1
    assert not story.channel("Caleb", "fernway-kestrel")
