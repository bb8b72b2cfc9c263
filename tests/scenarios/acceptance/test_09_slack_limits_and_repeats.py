"""9: Slack says "too many requests", and delivers every event twice: each message and each answer is there once."""

from __future__ import annotations

from bot.local.faults import Faults


def test_refused_posts_and_repeated_events_leave_each_message_and_each_answer_once(story):
    trouble = Faults(duplicate=1.0, refuse=0.6, retry_after=1, methods=("chat.postMessage", "chat.update"))
    story.bot.slack.make_trouble(trouble)
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        -- 10 minutes
        Mira hears: good first month
        Mira presses Our whole team uses it
        -- 10 minutes
        Mira hears: That is what we will measure ourselves against.
        -- 7 days
        -- 10 minutes
        Mira replies: well, there were some bumps
        -- 10 minutes
        Mira presses Yes, right
        -- 10 minutes
    """)
    struck = story.bot.slack.trouble.struck
    assert struck["refuse"] >= 3
    assert struck["duplicate"] >= 1
    for words in ("That is what we will", "How did setup go?", "I took that as", "What got in the way?"):
        assert len(story.heard("Mira", words)) == 1, words
    assert len(story.heard("Tom", "on “How did setup go”")) == 1
    assert len(story.tasks("Book the kickoff")) == 1
