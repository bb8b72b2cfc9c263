"""What was under way when a process ended: events that end every process, messages that may have been seen."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from bot import speaking
from bot.app import create_workers
from bot.deliver import SAID_AGAIN, Deliverer, View
from bot.run import Bot
from bot.services import Pace
from bot.slack.messenger import Speech
from bot.work import DEATHS, PACE, Workers
from store.tables import InboundEvent, OutboxMessage, events, outbox
from tests.bot_fixtures import HARBOUR, ISLA, NOOR, PRIYA, TEAM, texts_of

AT_ONCE = timedelta(0)
QUESTION = "How do I export my data?"


def dies_over_it(bot, times=DEATHS):
    """Processes take what waits and end, one after the other."""
    services = bot.services
    for _ in range(times):
        with bot.database.transaction() as session:
            events.claim(session, workspace_id=bot.workspace_id, wall=services.wall.now(), lease=AT_ONCE)


def asks(bot):
    ts = bot.page(ISLA).post(HARBOUR, f"<@{bot.services.bot_user_id}> {QUESTION}")
    bot.wait_for_event()
    return ts


def events_of(bot):
    return bot.rows(select(InboundEvent))


# Events that end the process


def test_what_ends_every_process_is_set_aside_and_the_person_is_told(bot):
    ts = asks(bot)
    dies_over_it(bot)
    bot.settle()
    [event] = events_of(bot)
    [_, told] = bot.seen(ISLA, HARBOUR, ts).messages
    assert (event.state, event.attempts, event.vanished) == ("set_aside", DEATHS + 1, DEATHS)
    assert event.error_ref in told["text"]
    assert "Something went wrong on my side" in told["text"]


def test_what_ended_the_process_less_often_is_tried_again(bot):
    ts = asks(bot)
    dies_over_it(bot, times=DEATHS - 1)
    create_workers(bot.services, replace(PACE, rest=AT_ONCE)).run_until_idle()
    bot.settle()
    assert [event.state for event in events_of(bot)] == ["done"]
    assert len(bot.seen(ISLA, HARBOUR, ts).messages) == 2


def test_what_ended_the_process_twice_rests_before_it_is_tried_again(bot):
    asks(bot)
    dies_over_it(bot, times=DEATHS - 1)
    bot.settle()
    [event] = events_of(bot)
    assert event.state == "received"
    assert event.leased_until > bot.services.wall.now()


def test_a_command_that_is_set_aside_is_told_to_its_caller_alone(bot):
    bot.page(PRIYA).do("command", channel=TEAM, command="/cs", text="help")
    dies_over_it(bot)
    bot.settle()
    [told] = bot.seen(PRIYA, TEAM).ephemerals
    assert events_of(bot)[0].error_ref in told["text"]


def test_an_admin_sees_how_many_were_set_aside(bot):
    asks(bot)
    dies_over_it(bot)
    bot.settle()
    bot.page(NOOR).do("open", tab="home")
    bot.wait_for_event()
    bot.settle()
    reference = bot.rows(select(InboundEvent.error_ref).where(InboundEvent.state == "set_aside"))[0]
    home = texts_of(bot.page(NOOR).do("open", tab="home")["home"])
    assert f"1 set aside because they stopped me (last reference: {reference})" in home


def test_readiness_tells_how_many_failed_and_were_set_aside(bot):
    asks(bot)
    running = Bot(bot.services)
    before = running.readiness()
    dies_over_it(bot)
    bot.settle()
    after = running.readiness()
    assert (before["set_aside"], after["set_aside"], after["failed"]) == (0, 1, 0)
    assert after["storing"]


def test_a_slow_handler_keeps_its_event(bot):
    taken = []

    def slow(services, event):
        taken.append(event.attempts)
        time.sleep(0.6)
        with services.effect_of(event.id):
            pass

    asks(bot)
    [event] = events_of(bot)
    pace = Pace(lease=timedelta(seconds=0.2), poll_seconds=0.02)
    workers = Workers(bot.services, {event.kind: slow}, pace)
    workers.start()
    until(lambda: events_of(bot)[0].state == "done")
    bot.services.stopping.set()
    workers.stop()
    assert taken == [1]


def until(true, seconds=5):
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        threading.Event().wait(0.01)


# Messages that may have been seen


def test_a_sender_that_is_held_up_until_another_has_its_message_says_nothing(bot):
    words = Speech(text="The export is ready.")
    with bot.database.transaction() as session:
        speaking.say(session, bot.services, words, key="held-up", channel_id=TEAM)

    def while_another_says_it(_services, message):
        bot.deliverer.run_until_idle()
        return message

    held_up = View(render=lambda *_: words, addressed=while_another_says_it)
    pace = Pace(lease=AT_ONCE, poll_seconds=0.02)
    Deliverer(bot.services, {speaking.VIEW_NAME: held_up}, pace).run_until_idle()
    assert [one["text"] for one in bot.seen(PRIYA, TEAM).messages] == [words.text]
    [message] = bot.rows(select(OutboxMessage))
    assert (message.state, message.attempts) == ("sent", 2)


def dies_while_saying(bot, *, begun):
    """A process takes the message that waits, hands it over or not, and ends."""
    services = bot.services
    with bot.database.transaction() as session:
        message = outbox.claim(
            session,
            workspace_id=bot.workspace_id,
            now=services.clock.now(),
            wall=services.wall.now(),
            lease=AT_ONCE,
        )
        if begun:
            outbox.mark_begun(session, message, now=services.clock.now())
    return message


def test_a_private_answer_that_may_have_been_seen_is_said_again_and_says_so(bot):
    bot.page(PRIYA).do("command", channel=TEAM, command="/cs", text="help")
    bot.workers.run_until_idle()
    dies_while_saying(bot, begun=True)
    bot.settle()
    [told] = bot.seen(PRIYA, TEAM).ephemerals
    assert SAID_AGAIN in texts_of(told)


def test_a_private_answer_that_was_not_handed_over_is_simply_said(bot):
    bot.page(PRIYA).do("command", channel=TEAM, command="/cs", text="help")
    bot.workers.run_until_idle()
    dies_while_saying(bot, begun=False)
    bot.settle()
    [told] = bot.seen(PRIYA, TEAM).ephemerals
    assert SAID_AGAIN not in texts_of(told)


@pytest.mark.parametrize(("begun", "thanks"), [(True, 0), (False, 1)])
def test_thanks_that_may_have_been_seen_are_not_repeated(bot, begun, thanks):
    ts = asks(bot)
    bot.settle()
    bot.rate(ISLA, bot.seen(ISLA, HARBOUR, ts).messages[-1], "up", settle=False)
    bot.workers.run_until_idle()
    message = dies_while_saying(bot, begun=begun)
    bot.settle()
    assert len(bot.seen(ISLA, HARBOUR, ts).ephemerals) == thanks
    [row] = bot.rows(select(OutboxMessage).where(OutboxMessage.id == message.id))
    assert row.state == ("unsure" if begun else "sent")


def test_an_answer_that_ends_every_process_is_given_up_and_the_person_is_told(bot):
    ts = asks(bot)
    bot.workers.run_until_idle()
    for _ in range(6):
        message = dies_while_saying(bot, begun=False)
    bot.settle()
    [row] = bot.rows(select(OutboxMessage).where(OutboxMessage.id == message.id))
    assert (row.state, "the process ended" in row.error) == ("failed", True)
    [_, told] = bot.seen(ISLA, HARBOUR, ts).messages
    assert "Something went wrong on my side" in told["text"]
