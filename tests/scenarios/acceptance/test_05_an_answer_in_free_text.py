"""5: an answer that is typed is read as an option, and counts once it is confirmed."""

from __future__ import annotations


def test_words_are_read_as_an_option_and_count_once_they_are_confirmed(story):
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira hears: good first month
        Mira presses Our whole team uses it
        -- 7 days
        Mira hears: How did setup go?
        Mira replies: well, there were some bumps with the import
        Mira hears: I took that as *Some bumps*
    """)
    run = story.run("Petal & Post", "onboarding")
    assert story.steps(run)["O2"].answer is None
    story.tell("""
        Mira presses Yes, right
        Mira hears: Thank you for saying so.
        Mira hears: What got in the way?
        Mira sees: Recorded: Some bumps
    """)
    step = story.steps(run)["O2"]
    assert (step.answer, step.answer_text) == ("bumps", "well, there were some bumps with the import")


def test_words_that_were_read_wrongly_are_asked_for_again(story):
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira presses Our whole team uses it
        -- 7 days
        Mira replies: it was easy for some of us
        Mira hears: I took that as *Smooth*
        Mira presses No
        Mira hears: Then which of these fits?
        Mira presses Not started
        Mira hears: What's in the way?
    """)
    assert story.steps(story.run("Petal & Post", "onboarding"))["O2"].answer == "not_started"
