"""Complaints and praise of customers: put before their CSM, counted once a person has said that it is one."""

import pytest
from sqlmodel import select

from knowledge.adapters.memory import HashingEmbedder
from knowledge.voices import VoiceClassifier, examples
from store.erasing import erase_person
from store.tables import Feedback, Happening, Proposal
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, texts_of

COMPLAINT = "This is the third time this month that the sync has failed and nobody tells us why."
PRAISE = "The new route planner saves us an hour a day!"


@pytest.fixture
def listening(bot):
    """The bot with the product's classifier on a small model."""
    bot.services.voices = VoiceClassifier(HashingEmbedder())
    return bot


def cards(bot, user=PRIYA):
    return [one for one in bot.seen(user, bot.dm(user)).messages if "reads like" in texts_of(one)]


def said_to_the_bot(bot, text):
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {text}")


@pytest.mark.parametrize(
    ("text", "kind", "rating"),
    [(COMPLAINT, "complaint", -1), (PRAISE, "praise", 1)],
    ids=["complaint", "praise"],
)
def test_complaints_and_praise_are_feedback_once_the_csm_says_so_and_not_before(
    listening, text, kind, rating
):
    said_to_the_bot(listening, text)
    assert listening.rows(select(Feedback)) == []
    [card] = cards(listening)
    assert text in texts_of(card)
    assert "Isla" in texts_of(card)
    listening.press(PRIYA, card, "voice_yes")
    listening.press(PRIYA, card, "voice_yes")
    [row] = listening.rows(select(Feedback))
    assert (row.kind, row.rating, row.comment, row.slack_user_id) == (kind, rating, text, ISLA)
    assert row.channel_id == HARBOUR
    praised = [one.name for one in listening.rows(select(Happening)) if one.name == "signal.praise"]
    assert praised == (["signal.praise"] if kind == "praise" else [])


def test_what_is_no_complaint_counts_for_nothing(listening):
    said_to_the_bot(listening, COMPLAINT)
    listening.press(PRIYA, cards(listening)[0], "voice_no")
    assert listening.rows(select(Feedback)) == []
    assert listening.rows(select(Proposal))[0].state == "declined"


def test_everyday_messages_and_our_own_words_bring_no_card(listening):
    said_to_the_bot(listening, "Where do I find the audit log?")
    listening.say(PRIYA, HARBOUR, f"<@{listening.services.bot_user_id}> {COMPLAINT}")
    assert cards(listening) == []
    assert listening.rows(select(Proposal)) == []


def test_a_csm_gets_three_cards_a_day_at_most(listening):
    complaints = [one.text for one in examples("train") if one.kind == "complaint"]
    for text in complaints[:5]:
        said_to_the_bot(listening, text)
    assert len(cards(listening)) == 3


def test_after_an_erasure_nothing_can_be_confirmed(listening):
    said_to_the_bot(listening, COMPLAINT)
    card = cards(listening)[0]
    with listening.database.transaction() as session:
        erase_person(
            session, listening.workspace_id, ISLA, requested_by="U0NOOR", now=listening.services.clock.now()
        )
    listening.press(PRIYA, card, "voice_yes")
    assert listening.rows(select(Feedback)) == []


def test_who_does_not_see_the_account_cannot_decide(listening):
    said_to_the_bot(listening, COMPLAINT)
    [proposal] = listening.rows(select(Proposal))
    from bot.listeners.voices import DECIDED
    from bot.slack.once import remember

    pressed = {
        "event_key": "forged", "action_id": "voice_yes", "block_id": "b", "value": proposal.id, "user_id": ISLA,
        "channel_id": HARBOUR, "message_ts": None, "thread_ts": None, "trigger_id": None, "response_url": None, "state": {},
    }  # fmt: skip
    remember(listening.services, DECIDED, "forged", pressed)
    listening.settle()
    assert listening.rows(select(Feedback)) == []
    assert any("not among yours" in texts_of(one) for one in listening.seen(ISLA, HARBOUR).ephemerals)
