"""13: red before the renewal: nothing commercial is said until a save plan is accepted."""

from __future__ import annotations

from datetime import timedelta


def test_ai_and_automation_a_red_account_hears_nothing_commercial_until_a_plan_is_accepted(story):
    story.tell("""
        Priya: /cs play start renewal @Northgate
        Priya presses Start for Northgate Furniture
        -- 2 days
        Dale hears: how do you feel about the year
        Dale presses Unsure
        -- 25 days
        Priya hears: is held
        Monica hears nothing
    """)
    assert story.tasks("Hold: Northgate Furniture is red before “How should next year look”")
    assert not story.heard("Monica", "next year look")
    story.tell("""
        Priya: /cs play accept @Northgate
        -- 12 days
        Monica hears: How should next year look?
    """)
    commercial = [row for row in story.sent() if row.payload["step_key"] == "R6"]
    assert len(commercial) == 1


def test_a_red_account_that_accepts_nothing_is_never_asked_about_money_before_the_renewal(story):
    story.tell("""
        Priya: /cs play start renewal @Northgate
        Priya presses Start for Northgate Furniture
    """)
    story.wait(timedelta(days=70))
    assert not story.heard("Monica", "next year look")
