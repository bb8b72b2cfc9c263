"""Many at once: two bots on one database, two hundred questions in ten seconds, the same event again."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.bot_fixtures import COMMUNITY, HARBOUR, ISLA, MIRA
from tests.process_fixtures import key_of

pytestmark = pytest.mark.slow

QUESTION = "How do I export my data?"


def assert_each_answered_once(life, questions):
    assert len(life.answers()) == len(questions)
    said = {ts: life.replies(channel, ts) for ts, channel in questions.items()}
    assert Counter(len(one) for one in said.values()) == {1: len(questions)}
    assert len({key_of(one[0]) for one in said.values()}) == len(questions)
    assert {event.state for event in life.events()} == {"done"}
    assert {message.state for message in life.messages()} == {"sent"}


def test_two_bots_on_one_database_answer_each_question_once(life):
    life.start()
    life.start()
    places = [(ISLA, HARBOUR), (MIRA, COMMUNITY)] * 10
    questions = {
        life.ask(user, channel, f"{QUESTION} ({n})"): channel for n, (user, channel) in enumerate(places)
    }
    life.until(lambda: len(life.answers()) >= len(questions), "all answers", 60)
    life.wait_until_quiet(60)
    assert_each_answered_once(life, questions)


def test_of_two_hundred_questions_in_ten_seconds_none_is_lost(sqlite_life):
    life = sqlite_life
    life.start()
    questions, began = {}, time.monotonic()
    for n in range(200):
        user, channel = ((ISLA, HARBOUR), (MIRA, COMMUNITY))[n % 2]
        questions[life.ask(user, channel, f"{QUESTION} ({n})")] = channel
        time.sleep(max(0.0, began + 0.05 * n - time.monotonic()))
    asked = time.monotonic() - began
    life.until(lambda: len(life.answers()) >= len(questions), "all answers", 200)
    life.wait_until_quiet(200)
    assert asked < 60  # a machine with work of its own to do may be slower than ten
    assert_each_answered_once(life, questions)
