"""A modal that takes long to work out opens in time all the same, and is filled once it is ready."""

from __future__ import annotations

import threading

import pytest

from bot.blocks.digest_parts import notice_modal
from bot.blocks.waiting import COUNTING
from bot.slack.incoming import Pressed
from bot.slack.modals import FAILED, PRESS_AGAIN, open_made
from tests.bot_fixtures import GRACE, TEAM, texts_of

READY = "Twelve questions"


class Slow:
    """A view that is ready when a test says so."""

    def __init__(self, error=None):
        self.error, self.may_end = error, threading.Event()

    def __call__(self):
        self.may_end.wait(60)
        if self.error:
            raise self.error
        return notice_modal(READY)


@pytest.fixture
def pressed(bot):
    """Grace has pressed something whose trigger opens one modal."""
    bot.page(GRACE)
    trigger = bot.slack._ws.views.trigger(GRACE)
    return Pressed("press", "rows", "block", "", GRACE, TEAM, None, None, trigger, None, {})


def opened(bot, pressed, make, **more):
    """Open it in a thread of its own, as Bolt does; the thread, and what became of it."""
    outcome = []

    def run():
        try:
            outcome.append(open_made(bot.services, pressed, make, **more))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_what_is_ready_in_time_opens_at_once(bot, pressed):
    assert open_made(bot.services, pressed, lambda: notice_modal(READY), patience=60)
    assert READY in texts_of(bot.page(GRACE).hears("view_open")["view"])


def test_what_takes_long_opens_with_a_word_and_is_filled(bot, pressed):
    make = Slow()
    thread, outcome = opened(bot, pressed, make, patience=0)
    waiting = bot.page(GRACE).hears("view_open")["view"]
    assert COUNTING in texts_of(waiting)

    make.may_end.set()
    filled = bot.page(GRACE).hears("view_update")["view"]
    thread.join()
    assert (filled["id"], outcome) == (waiting["id"], [True])
    assert READY in texts_of(filled)


def test_what_goes_wrong_is_said_where_one_waits(bot, pressed):
    make = Slow(ValueError("a fault of ours"))
    thread, outcome = opened(bot, pressed, make, patience=0)
    bot.page(GRACE).hears("view_open")
    make.may_end.set()
    assert FAILED in texts_of(bot.page(GRACE).hears("view_update")["view"])
    thread.join()
    assert outcome == [make.error]


def test_who_closed_it_meanwhile_hears_nothing_more(bot, pressed):
    make = Slow()
    thread, outcome = opened(bot, pressed, make, patience=0)
    view = bot.page(GRACE).hears("view_open")["view"]
    bot.slack._ws.views.pop(GRACE, view["id"])
    make.may_end.set()
    thread.join()
    assert outcome == [True]
    assert bot.seen(GRACE, TEAM).ephemerals == []


@pytest.mark.parametrize("patience", [pytest.param(60, id="ready"), pytest.param(0, id="not ready")])
def test_a_trigger_that_is_over_is_told(bot, pressed, patience):
    bot.slack._ws.views.exchange(pressed.trigger_id)
    assert not open_made(bot.services, pressed, lambda: notice_modal(READY), patience=patience)
    assert texts_of(bot.seen(GRACE, TEAM).ephemerals[-1]) == PRESS_AGAIN
