"""The plan that people watch: searching, reading, writing, in the message in which the answer then streams."""

import time

import pytest
from sqlmodel import select

from bot.blocks import plan
from bot.slack.messenger import SlackMessenger
from store.tables import Answer, InboundEvent, Message, OutboxMessage, conversations
from tests.bot_fixtures import HARBOUR, ISLA, MIRA, texts_of
from tests.local_slack import client_of

QUESTION = "How do I export my data?"
UNKNOWN = "How do I bake sourdough bread at home?"


class Broken:
    """Answers that go wrong a few times, and then are sound."""

    ready = True

    def __init__(self, bot, times):
        self.sound, self.left, self.seen = bot.services.answers, times, []
        self._look = lambda: ours(bot, self.ts)
        self.ts = None

    def answer(self, question, told=None):
        self.seen.append(self._look() if self.ts else [])
        self.left -= 1
        if self.left >= 0:
            raise ZeroDivisionError
        return self.sound.answer(question, told)


def ours(bot, ts, channel=HARBOUR):
    return [one for one in bot.seen(ISLA, channel, ts).messages if one["user"] == bot.services.bot_user_id]


def tasks_of(message):
    [shown] = [block for block in message["blocks"] if block["type"] == "plan"]
    return shown["title"], [(task["title"], task["status"]) for task in shown["tasks"]]


def asks(bot, text=QUESTION):
    """Asked, and not yet answered."""
    ts = bot.page(ISLA).post(HARBOUR, f"<@{bot.services.bot_user_id}> {text}")
    bot.wait_for_event()
    return ts


def test_the_plan_is_there_while_we_think_and_done_when_the_answer_streams_below_it(bot):
    bot.services.answers = Broken(bot, 0)
    ts = bot.services.answers.ts = asks(bot)
    bot.settle()
    [[during]] = bot.services.answers.seen
    assert tasks_of(during) == (plan.WORKING, [("Searching the knowledge base", "in_progress")])
    [answer] = ours(bot, ts)
    assert answer["ts"] == during["ts"]
    title, tasks = tasks_of(answer)
    assert title == plan.FOUND
    assert tasks == [
        ("Searched the knowledge base", "complete"),
        ("Read", "complete"),
        ("Wrote the answer", "complete"),
    ]
    assert "[1]" in texts_of(answer)
    assert answer["blocks"][0]["type"] == "plan"
    [row] = bot.rows(select(Answer))
    assert row.message_ts == answer["ts"]


def test_the_plan_names_what_was_found(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    [answer] = ours(bot, ts)
    [shown] = [block for block in answer["blocks"] if block["type"] == "plan"]
    read = next(task for task in shown["tasks"] if task["task_id"] == plan.READ)
    assert "export" in read["details"].lower()


def test_a_refusal_has_a_plan_that_ends_without_an_answer(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> {UNKNOWN}")
    [answer] = ours(bot, ts)
    assert tasks_of(answer) == (plan.NOT_FOUND, [("Searched the knowledge base", "complete")])


@pytest.mark.parametrize("times", [1, 2])
def test_another_attempt_goes_on_in_the_same_message(bot, times):
    bot.services.answers = Broken(bot, times)
    ts = asks(bot)
    bot.settle()
    [answer] = ours(bot, ts)
    assert "[1]" in texts_of(answer)


def test_an_excuse_takes_the_place_of_the_plan(bot):
    bot.services.answers = Broken(bot, 99)
    ts = asks(bot)
    bot.settle()
    [excuse] = ours(bot, ts)
    assert "Something went wrong on my side" in texts_of(excuse)
    assert "Searching" not in texts_of(excuse)


def test_a_stream_whose_beginner_vanished_before_noting_it_is_gone_on_with(bot):
    ts = asks(bot)
    lost = client_of(bot.slack).chat_startStream(
        channel=HARBOUR,
        thread_ts=ts,
        recipient_user_id=ISLA,
        recipient_team_id="T0LOCAL",
        task_display_mode="plan",
        chunks=plan.searching(ready=True),
    )
    with bot.database.transaction() as session:
        event = session.exec(select(InboundEvent).where(InboundEvent.kind == "said")).one()
        event.attempts = 1
        session.add(event)
    bot.settle()
    [answer] = ours(bot, ts)
    assert answer["ts"] == lost["ts"]
    assert "[1]" in texts_of(answer)


class Overtaken(SlackMessenger):
    """While a stream begins, another worker, which took over, has begun and noted one."""

    first = None

    def begin_stream(self, channel, thread_ts, chunks, target):
        self.first = super().begin_stream(channel, thread_ts, chunks, target)
        with self.database.transaction() as session:
            conversations.claim_stream(session, self.workspace_id, channel, thread_ts, self.first.ts)
        return super().begin_stream(channel, thread_ts, chunks, target)


def test_of_two_workers_that_begin_a_stream_only_ones_stays(bot):
    messenger = bot.services.messenger = Overtaken(bot.services.messenger.client, pause=lambda _: None)
    messenger.database, messenger.workspace_id = bot.database, bot.workspace_id
    ts = asks(bot)
    bot.settle()
    [answer] = ours(bot, ts)
    assert answer["ts"] == messenger.first.ts
    assert "[1]" in texts_of(answer)


def test_somebody_who_stops_it_hears_no_more_and_nothing_is_posted_anew(bot):
    ts = asks(bot)
    bot.workers.run_until_idle()
    [begun] = ours(bot, ts)
    bot.page(ISLA).do("stop_stream", channel=HARBOUR, ts=begun["ts"])
    bot.settle()
    [stopped] = ours(bot, ts)
    assert "[1]" not in texts_of(stopped)
    assert stopped["text"] == plan.STOPPED
    assert {row.state for row in bot.rows(select(OutboxMessage))} == {"sent"}


class Waiting(Broken):
    """Answers whose thinking is watched: `during` happens after the search."""

    def __init__(self, bot, during):
        super().__init__(bot, 0)
        self.during, self.stages = during, []

    def answer(self, question, told=None):
        def heard(stage, evidence):
            self.stages.append(stage)
            self.during()
            told(stage, evidence)
            self.stages.append("went on")

        return self.sound.answer(question, heard)


def test_stop_ends_the_thinking_and_the_plan_says_so(bot):
    def press_stop():
        [begun] = ours(bot, ts)
        assert bot.page(ISLA).do("stop_stream", channel=HARBOUR, ts=begun["ts"]) == {"ok": True}
        until(lambda: bot.rows(select(OutboxMessage)))

    bot.services.answers = waiting = Waiting(bot, press_stop)
    ts = asks(bot)
    bot.settle()
    assert waiting.stages == ["reading"]
    [stopped] = ours(bot, ts)
    assert tasks_of(stopped) == ("Stopped", [("Stopped before it was done", "error")])
    assert stopped["text"] == plan.STOPPED
    assert bot.rows(select(Answer)) == []
    assert not [one for one in bot.rows(select(Message)) if one.is_question]
    [event] = [one for one in bot.rows(select(InboundEvent)) if one.kind == "said"]
    assert event.state == "done"


def test_stop_without_a_stream_ends_the_thinking_of_that_person_in_that_thread(bot):
    dm = bot.dm(ISLA)
    bot.services.messenger._lacking.add("chat.startStream")

    def press_stop():
        assert bot.page(ISLA).do("stop_stream", channel=dm, ts=ts) == {"ok": True}
        until(lambda: bot.rows(select(InboundEvent).where(InboundEvent.state == "done")))

    bot.services.answers = waiting = Waiting(bot, press_stop)
    ts = bot.page(ISLA).post(dm, QUESTION)
    bot.wait_for_event()
    bot.settle()
    assert waiting.stages == ["reading"]
    assert ours(bot, ts, dm) == []
    assert not [one for one in bot.rows(select(Message)) if one.is_question]
    bot.services.answers = waiting.sound
    again = bot.say(ISLA, dm, QUESTION)
    assert "[1]" in texts_of(ours(bot, again, dm)[-1])


def until(true, seconds=8):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_message_that_somebody_removed_meanwhile_is_said_anew(bot):
    ts = asks(bot)
    bot.workers.run_until_idle()
    [begun] = ours(bot, ts)
    client_of(bot.slack).chat_delete(channel=HARBOUR, ts=begun["ts"])
    bot.settle()
    [answer] = ours(bot, ts)
    assert "[1]" in texts_of(answer)


def test_what_was_removed_before_a_second_attempt_is_said_anew(bot):
    ts = asks(bot)
    bot.workers.run_until_idle()
    [begun] = ours(bot, ts)
    client_of(bot.slack).chat_delete(channel=HARBOUR, ts=begun["ts"])
    with bot.database.transaction() as session:
        message = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("answer:"))).one()
        message.attempts = 1  # Slack broke off, or asked to wait
        session.add(message)
    bot.settle()
    [answer] = ours(bot, ts)
    assert "[1]" in texts_of(answer)


def test_in_a_dm_the_answer_streams_in_its_thread(bot):
    channel = bot.dm(MIRA)
    ts = bot.say(MIRA, channel, QUESTION)
    shown = [one for one in bot.seen(MIRA, channel, ts).messages if one["user"] == bot.services.bot_user_id]
    assert len(shown) == 1
    assert tasks_of(shown[0])[0] == plan.FOUND
    [question] = bot.rows(select(Message).where(Message.author == "person"))
    assert question.stream_ts == shown[0]["ts"]


def test_titles_in_the_plan_call_nobody_and_lead_nowhere_by_themselves():
    [_, _, task] = plan.reading([("<!channel> Export", ""), ("Guide", "https://help.example/a|b>c")])
    assert "<!channel>" not in str(task)
    [link] = task["sources"]
    assert link["url"].startswith("https://help.example/a")
    assert "|" not in link["url"]
