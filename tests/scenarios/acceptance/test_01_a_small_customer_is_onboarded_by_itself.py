"""1: the happy path of a small customer: six messages in three weeks, and no human has to do anything on the way."""

from __future__ import annotations

from datetime import timedelta


def test_a_small_customer_is_onboarded_and_nobody_has_to_help(story):
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira hears: Hi Mira, I'm Guidepost; Tom Lindqvist is your person.
        Mira presses Every bouquet out of the van before 14:00
        Mira hears: Thank you. That is what we will measure ourselves against.
        Tom hears: every bouquet out of the van before 14:00
        Mira hears: how often may I check in?
        Mira presses Weekly
        Mira hears: Thank you. I keep to that.
        -- 7 days
        Mira hears: 2 of 6 seats are in use …. How did setup go?
        Mira presses Smooth
        Mira hears: How easy was getting started?
        Mira presses 6
        Mira hears: I'll be back next week to see about your first result.
    """)
    story.imports(
        "usage",
        "account_id,kind,value,note,observed_on",
        "petal-post,first_value,2026-03-09,Your first route was delivered,2026-03-09",
    )
    story.tell("""
        -- 7 days
        Mira hears: What should be next?
        Mira presses Bring in more people
        Mira hears: Noted.
        -- 8 days
        Mira hears: Is it on course?
        Mira presses Yes
        Mira hears: Very good.
    """)
    asked = [row.payload["step_key"] for row in story.sent("playbook_message", "playbook_nudge")]
    assert sorted(asked) == ["O1", "O1c", "O2", "O2b", "O3_reached", "O4"]
    started = story.run("Petal & Post", "onboarding").started_at
    assert (story.services.clock.now() - started).days == 22  # the twenty-first day, and a night
    for human in (
        "Needs you now",
        "Waits for your approval",
        "unless you say otherwise",
        "A question for you",
    ):
        assert not story.heard("Tom", human), human
    assert not story.heard("Grace")
    story.tell("""
        -- 16 days
        Mira hears: how satisfied are you with the start so far?
        Mira presses 5 · very
        -- 55 days
        Mira hears: How likely are you to recommend us
        Mira presses 10 · very
        Mira hears: What would you tell a colleague about us
        Mira: The planning is done before breakfast
        Mira hears: what is the next thing that you want to achieve?
    """)
    story.wait(timedelta(days=10))
    run = story.run("Petal & Post", "onboarding")
    assert (run.state, run.outcome) == ("finished", "adopted")
