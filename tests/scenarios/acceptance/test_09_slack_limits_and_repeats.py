"""9: Slack says "too many requests", and delivers every event twice: each message and each answer is there once."""

from __future__ import annotations

from bot.local.faults import Faults


def test_refused_posts_and_repeated_events_leave_each_message_and_each_answer_once(story):
    trouble = Faults(duplicate=1.0, refuse=0.6, retry_after=1, methods=("chat.postMessage", "chat.update"))
    story.bot.slack.make_trouble(trouble)
    story.tell("""
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
    """)
    arrives(story, "Mira", "good first month")
    story.tell("Mira presses Our whole team uses it")
    arrives(story, "Mira", "That is what we will measure ourselves against.")
    story.tell("-- 7 days")
    arrives(story, "Mira", "How did setup go?")
    story.tell("Mira replies: well, there were some bumps")
    arrives(story, "Mira", "I took that as")
    story.tell("Mira presses Yes, right")
    arrives(story, "Mira", "What got in the way?")
    arrives(story, "Tom", "on “How did setup go”")
    story.tell("-- 10 minutes")
    struck = story.bot.slack.trouble.struck
    assert struck["refuse"] >= 3
    assert struck["duplicate"] >= 1
    for words in ("That is what we will", "How did setup go?", "I took that as", "What got in the way?"):
        assert len(story.heard("Mira", words)) == 1, words
    assert len(story.heard("Tom", "on “How did setup go”")) == 1
    assert len(story.tasks("Book the kickoff")) == 1


def arrives(story, name, words):
    """What Slack refuses is tried again, until they hear it."""
    for _ in range(30):
        if story.heard(name, words):
            return
        story.tell("-- 1 minute")
    story.hears(name, words)
