"""Edited questions are answered anew in place, deleted ones take their answer along, changed sources are marked."""

import pytest
from sqlmodel import select

from bot.slack.incoming import parse_deletion, parse_edit
from store.tables import Answer, Citation, InboundEvent, Message, OutboxMessage
from tests.bot_fixtures import HARBOUR, ISLA, MIRA, OWEN, texts_of

QUESTION, OTHER = "How do I export my data?", "Can drivers work offline?"
BOT = "U0GUIDEPOST"


def ask(bot, text=QUESTION):
    return bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {text}")


def change(bot, call, user, channel, ts, **more):
    assert bot.page(user).do(call, channel=channel, ts=ts, **more) == {"ok": True}
    bot.wait_for_event()
    bot.settle()


def replies(bot, ts, channel=HARBOUR, user=OWEN):
    return [one for one in bot.seen(user, channel, ts).messages if one["user"] == bot.services.bot_user_id]


def test_an_edited_question_is_answered_anew_in_the_same_message(bot):
    ts = ask(bot)
    [before] = replies(bot, ts)
    change(bot, "edit", ISLA, HARBOUR, ts, text=f"<@{bot.services.bot_user_id}> {OTHER}")
    [after] = replies(bot, ts)
    assert after["ts"] == before["ts"]
    assert "offline" in texts_of(after).lower()
    assert texts_of(after) != texts_of(before)
    [answer] = bot.rows(select(Answer))
    cited = bot.rows(select(Citation))
    assert {citation.answer_id for citation in cited} == {answer.id}
    assert len({citation.n for citation in cited}) == len(cited)
    [question] = bot.rows(select(Message).where(Message.author == "person"))
    assert question.text == OTHER
    [ours] = bot.rows(select(Message).where(Message.author == "bot"))
    assert ours.text == answer.text


def test_an_older_edit_that_comes_late_changes_nothing(bot):
    ts = ask(bot)
    change(bot, "edit", ISLA, HARBOUR, ts, text=f"<@{bot.services.bot_user_id}> {OTHER}")
    with bot.database.transaction() as session:
        question = session.exec(select(Message).where(Message.author == "person")).one()
        question.edited_ts = "9999999999.000000"
        session.add(question)
    change(bot, "edit", ISLA, HARBOUR, ts, text=f"<@{bot.services.bot_user_id}> {QUESTION}")
    assert "offline" in texts_of(replies(bot, ts)[0]).lower()


def test_a_mention_that_was_forgotten_is_answered_when_it_is_put_in(bot):
    ts = bot.page(ISLA).post(HARBOUR, QUESTION)
    bot.settle()
    assert not replies(bot, ts)
    for text in (
        f"<@{bot.services.bot_user_id}> {QUESTION}",
        f"<@{bot.services.bot_user_id}> {QUESTION} Please!",
    ):
        change(bot, "edit", ISLA, HARBOUR, ts, text=text)
    assert len(replies(bot, ts)) == 1


def test_an_edited_question_in_a_dm_is_answered_anew(bot):
    channel = bot.dm(MIRA)
    ts = bot.say(MIRA, channel, QUESTION)
    change(bot, "edit", MIRA, channel, ts, text=OTHER)
    [after] = replies(bot, ts, channel, MIRA)
    assert "offline" in texts_of(after).lower()


def test_a_deleted_question_takes_its_answer_along(bot):
    channel = bot.dm(MIRA)
    first = bot.say(MIRA, channel, QUESTION)
    bot.say(MIRA, channel, OTHER, thread_ts=first)
    second = bot.seen(MIRA, channel, first).messages[2]
    assert len(replies(bot, first, channel, MIRA)) == 2
    change(bot, "delete", MIRA, channel, second["ts"])
    assert len(replies(bot, first, channel, MIRA)) == 1
    withdrawn, *_ = bot.rows(select(Answer).where(Answer.withdrawn_at.is_not(None)))
    assert withdrawn.text == ""
    assert not bot.rows(select(Citation).where(Citation.answer_id == withdrawn.id))
    assert OTHER not in {message.text for message in bot.rows(select(Message))}


def test_the_deleted_parent_of_a_thread_takes_its_answer_along(bot):
    ts = ask(bot)
    change(bot, "delete", ISLA, HARBOUR, ts)
    assert not replies(bot, ts)
    [answer] = bot.rows(select(Answer))
    assert answer.withdrawn_at


def test_a_question_that_is_deleted_before_its_answer_is_said_gets_none(bot):
    page = bot.page(ISLA)
    ts = page.post(HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    bot.wait_for_event()
    bot.workers.run_until_idle()
    page.do("delete", channel=HARBOUR, ts=ts)
    bot.wait_for_event()
    bot.settle()
    assert not replies(bot, ts)
    states = {row.key.split(":")[0]: row.state for row in bot.rows(select(OutboxMessage))}
    assert states == {"answer": "cancelled", "withdraw": "sent"}


def test_what_people_change_in_messages_that_were_not_for_us_is_not_kept(bot):
    ts = bot.page(ISLA).post(HARBOUR, "Lunch at noon.")
    bot.settle()
    for call, more in (("edit", {"text": "Lunch at one, and a secret."}), ("delete", {})):
        assert bot.page(ISLA).do(call, channel=HARBOUR, ts=ts, **more) == {"ok": True}
    ask(bot)  # what was told before it has been heard
    assert {row.kind for row in bot.rows(select(InboundEvent))} == {"said"}
    assert "secret" not in str([row.payload for row in bot.rows(select(InboundEvent))])


def test_a_source_that_changed_since_is_marked_when_the_thread_is_revisited(bot):
    ts = ask(bot)
    with bot.database.transaction() as session:
        for citation in session.exec(select(Citation)):
            citation.document_hash, citation.passage_id = "another", "gone"
            session.add(citation)
    bot.say(ISLA, HARBOUR, "and as a spreadsheet?", thread_ts=ts)
    assert "changed since this answer" in texts_of(replies(bot, ts)[0])
    sent = [row for row in bot.rows(select(OutboxMessage)) if ":sources:" in row.key]
    bot.say(ISLA, HARBOUR, "and by month?", thread_ts=ts)
    assert sent == [row for row in bot.rows(select(OutboxMessage)) if ":sources:" in row.key]


BEFORE = {"type": "message", "user": "U1", "text": "old", "ts": "1.0"}
EDIT = {"type": "message", "subtype": "message_changed", "channel": "C1", "previous_message": BEFORE}


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(BEFORE | {"text": "new"}, id="a preview was added"),
        pytest.param(BEFORE | {"edited": {"user": "U1", "ts": "2.0"}}, id="the text is the same"),
        pytest.param(
            {"bot_id": "B1", "text": "new", "ts": "1.0", "edited": {"ts": "2.0"}}, id="a bot's message"
        ),
        pytest.param(BEFORE | {"user": BOT, "text": "new", "edited": {"ts": "2.0"}}, id="our own"),
    ],
)
def test_changes_that_are_no_edit_by_a_person_are_left_alone(after):
    assert parse_edit({"event": EDIT | {"message": after}}, BOT) is None


@pytest.mark.parametrize(
    ("event", "ts"),
    [
        ({"subtype": "message_deleted", "deleted_ts": "1.0", "previous_message": BEFORE}, "1.0"),
        (
            {
                "subtype": "message_changed",
                "message": {"subtype": "tombstone", "ts": "1.0"},
                "previous_message": BEFORE,
            },
            "1.0",
        ),
        (
            {"subtype": "message_deleted", "deleted_ts": "1.0", "previous_message": BEFORE | {"bot_id": "B"}},
            None,
        ),
        ({"subtype": "message_deleted", "deleted_ts": "1.0"}, None),
        ({"subtype": "message_changed", "message": BEFORE, "previous_message": BEFORE}, None),
    ],
    ids=["deleted", "a tombstone", "a bot's", "of nobody", "an edit"],
)
def test_a_deletion_names_the_message_that_a_person_took_back(event, ts):
    parsed = parse_deletion({"event": {"type": "message", "channel": "C1"} | event})
    assert (parsed.ts if parsed else None) == ts
