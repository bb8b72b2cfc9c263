"""4: blocked once, the CSM has it at once; blocked twice, the manager too, and the account is being saved."""

from __future__ import annotations


def test_who_is_blocked_twice_reaches_the_manager_and_the_account_is_being_saved(story):
    story.tell(
        """
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira presses Our whole team uses it (on: good first month)
        -- 8 days
        Mira presses Blocked (on: How did setup go?)
        Mira hears: Tom knows now and will offer you a session today.
        Tom hears: Needs you now: … Blocked
        Grace hears nothing
        Tom presses Done (on: Unblock Petal & Post)
        Mira hears: Tom tells me that setup can go on at your end.
        -- 6 days
        Mira hears: you were blocked in setup. Does it go on now?
        Mira presses Still blocked
        Mira hears: You will hear from them today … or
    """.replace("You will hear from them today … or", "Tom's manager know now")
    )
    story.tell("""
        Tom hears: Mira Shah … Still blocked
        Grace hears: Petal & Post is blocked in setup a second time
        -- 1 day
        Tom hears: Why now: … A question for you
    """)
    assert story.run("Petal & Post", "save").state == "active"
    assert story.run("Petal & Post", "onboarding").state == "active"
