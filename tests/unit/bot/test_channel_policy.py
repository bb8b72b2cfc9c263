"""What the bot answers in a channel: where it is mentioned, every question, privately, nothing."""

import contextlib

import pytest
from sqlmodel import select

from bot.attention import is_question
from bot.blocks.channel import EXPLAINED, LABELS
from store.tables import Answer, ChannelPolicy, Citation, Conversation
from store.tables.channels import POLICIES
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, NOOR, OWEN, PRIYA, TEAM, texts_of

QUESTION = "How do I export my data?"
UNKNOWN = "How do I bake sourdough bread at home?"


def decide(bot, policy, channel=HARBOUR, user=PRIYA):
    [reply] = bot.command(user, channel, f"channel {policy}")
    return texts_of(reply)


def write(bot, user, channel, text):
    """Somebody writes, also where nobody listens."""
    ts = bot.page(user).post(channel, text)
    with contextlib.suppress(TimeoutError):
        bot.wait_for_event(0.5)
    bot.settle()
    return ts


def answers_in(bot, user, channel, ts):
    return [one for one in bot.seen(user, channel, ts).messages if one["user"] == bot.services.bot_user_id]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("How do I export my data?", True),
        ("how do we invite more people", True),
        ("Hi all. Can drivers work offline? We drive a lot.", True),
        ("Could you have a look (is it broken?)", True),
        ("Thanks, that works!", False),
        ("Lunch?", False),
        ("See https://x.example/?a=1 for the plan.", False),
        ("We did it. What a day that was, thank you.", False),
        ("", False),
    ],
)
def test_a_question_is_told_from_other_words(text, asks):
    assert is_question(text) is asks


def test_without_a_decision_only_mentions_are_answered(bot):
    ts = write(bot, ISLA, HARBOUR, QUESTION)
    assert not answers_in(bot, ISLA, HARBOUR, ts)


def test_every_question_is_answered_where_that_was_decided(bot):
    assert "Every question" in decide(bot, "every")
    ts = write(bot, ISLA, HARBOUR, QUESTION)
    [answer] = answers_in(bot, OWEN, HARBOUR, ts)
    assert "[1]" in texts_of(answer)


def test_what_staff_ask_in_a_customers_channel_is_left_to_the_customer(bot):
    decide(bot, "every")
    ts = write(bot, PRIYA, HARBOUR, "Isla, how do you export your data today?")
    assert not answers_in(bot, PRIYA, HARBOUR, ts)


def test_chatter_is_left_alone_where_every_question_is_answered(bot):
    decide(bot, "every")
    ts = write(bot, ISLA, HARBOUR, "Thanks for the call yesterday, that helped a lot.")
    assert not answers_in(bot, ISLA, HARBOUR, ts)
    assert not bot.rows(select(Conversation).where(Conversation.thread_ts == ts))


def test_what_cannot_be_answered_unasked_only_its_asker_hears(bot):
    decide(bot, "every")
    ts = write(bot, ISLA, HARBOUR, UNKNOWN)
    [answer] = bot.rows(select(Answer))
    assert answer.status == "refused"
    assert not answers_in(bot, ISLA, HARBOUR, ts)
    assert answer.text[:30] in texts_of(bot.seen(ISLA, HARBOUR).ephemerals[-1])
    assert not bot.seen(OWEN, HARBOUR).ephemerals


def test_a_private_answer_is_shared_by_its_asker_once(bot):
    decide(bot, "private")
    ts = write(bot, ISLA, HARBOUR, QUESTION)
    assert not answers_in(bot, OWEN, HARBOUR, ts)
    private = bot.seen(ISLA, HARBOUR).ephemerals[-1]
    assert "[1]" in texts_of(private)
    for _ in range(2):
        bot.press(ISLA, private, "share_answer", settle=False)
    bot.settle()
    [shared] = answers_in(bot, OWEN, HARBOUR, ts)
    assert "Shared by Isla" in texts_of(shared)
    assert "share_answer" not in str(shared["blocks"])
    bot.rate(OWEN, shared, "up")


def test_a_mention_in_a_private_channel_is_answered_privately(bot):
    decide(bot, "private")
    ts = write(bot, ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert not answers_in(bot, ISLA, HARBOUR, ts)
    assert "[1]" in texts_of(bot.seen(ISLA, HARBOUR).ephemerals[-1])


def test_an_answer_to_a_command_is_shared_with_its_question(bot):
    [private] = bot.command(ISLA, HARBOUR, f"ask {QUESTION}")
    bot.press(ISLA, private, "share_answer")
    shared = bot.seen(OWEN, HARBOUR).messages[-1]
    assert QUESTION in texts_of(shared)
    assert "Shared by Isla" in texts_of(shared)


def test_an_answer_is_not_shared_once_others_may_not_read_its_source(bot):
    [private] = bot.command(ISLA, HARBOUR, f"ask {QUESTION}")
    before = len(bot.seen(ISLA, HARBOUR).messages)
    with bot.database.transaction() as session:
        for citation in session.exec(select(Citation)):
            citation.audience = "internal"
            session.add(citation)
    bot.press(ISLA, private, "share_answer")
    assert "not open to everybody" in texts_of(bot.seen(ISLA, HARBOUR).ephemerals[-1])
    assert len(bot.seen(ISLA, HARBOUR).messages) == before


def test_in_a_silent_channel_a_mention_gets_one_private_line(bot):
    decide(bot, "silent")
    ts = write(bot, ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert not answers_in(bot, ISLA, HARBOUR, ts)
    assert "set to silent" in bot.seen(ISLA, HARBOUR).ephemerals[-1]["text"]
    assert not bot.rows(select(Answer))


@pytest.mark.parametrize(
    ("user", "channel", "words", "sentence"),
    [
        pytest.param(PRIYA, HARBOUR, "", "Only where I am mentioned", id="what holds"),
        pytest.param(PRIYA, HARBOUR, "loud", "one of", id="no such policy"),
        pytest.param(ISLA, HARBOUR, "every", "is for customer success managers", id="a customer"),
        pytest.param(PRIYA, TEAM, "silent", "From now on", id="our own channel"),
    ],
)
def test_the_command_says_what_holds_and_refuses_with_the_remedy(bot, user, channel, words, sentence):
    assert sentence in decide(bot, words, channel, user)


@pytest.mark.parametrize("user", [PRIYA, GRACE, NOOR], ids=["their CSM", "the manager", "an admin"])
def test_those_who_look_after_the_account_decide(bot, user):
    assert "From now on" in decide(bot, "silent", HARBOUR, user)
    assert bot.rows(select(ChannelPolicy.set_by)) == [user]


def test_in_a_dm_there_is_nothing_to_decide(bot):
    [reply] = bot.command(PRIYA, bot.dm(PRIYA), "channel silent")
    assert "between us" in texts_of(reply)


def test_the_modal_shows_what_holds_and_changes_it(bot):
    [card] = bot.command(PRIYA, HARBOUR, "channel")
    bot.press(PRIYA, card, "channel_change", settle=False)
    modal = bot.modal(PRIYA)
    [block] = modal["blocks"]
    assert block["element"]["initial_option"]["value"] == "mention"
    bot.submit(PRIYA, modal, policy="every")
    [row] = bot.rows(select(ChannelPolicy))
    assert (row.channel_id, row.policy, row.set_by) == (HARBOUR, "every", PRIYA)


def test_what_the_modal_explains_is_shown_whole():
    assert all(len(explained) <= 75 for explained in EXPLAINED.values())
    assert set(EXPLAINED) == set(LABELS) == set(POLICIES)
