"""kill -9 at every moment, on SQLite and PostgreSQL: nothing is lost, nothing is said or done twice.

The bot is a process of its own (tests/bot_process.py) that kills itself at a moment given by name, and is
then started again. What the moments are is not believed: an undisturbed life is recorded and compared.
"""

from __future__ import annotations

import html
import random
import re
import time
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.work import DEATHS
from playbooks.runner import PlaybookRunner
from store.tables import Account, Task, Timer
from tests.bot_fixtures import COMMUNITY, HARBOUR, ISLA, MIRA, TOM
from tests.process_fixtures import key_of, steps, steps_of, texts

pytestmark = pytest.mark.slow

QUESTION = "How do I export my data?"
# A boundary has two names: after one step is before the next. So each table has what comes before the first
# step, and the end of each.
MOMENTS_OF_A_START = ("before generations.build", "after generations.build", "after generations._clear_away")
MOMENTS_OF_A_QUESTION = (
    "before once.remember",  # it has been received, and is lost with the process: Slack sends it again
    "after once.remember",  # it is stored, and Slack does not know
    "after assistant.threads.setStatus",  # the first sign
    "after work._claim",
    "after conversations.info",
    "after conversations.members",
    "after questions._note",
    "after questions._mark_as_question",
    "after chat.startStream",  # Slack shows the plan, and we have no note of it
    "after progress._noted",  # thinking
    "after chat.appendStream",  # reading
    "after questions._think_and_say",  # the answer is in the store
    "after deliver._claim",
    "after chat.appendStream #3",  # it streams
    "after chat.appendStream #4",
    "after chat.stopStream",  # Slack has it all, and we have no note of it
    "after deliver._note_sent",
    "after voices.carry_out_heard",  # it has been looked at, and is neither complaint nor praise
)
MOMENTS_OF_A_NOTICE = ("after deliver._claim", "after chat.postMessage")
MOMENTS_OF_TIMERS = (
    "before runner.fire_due",
    "after runner.fire_due",  # taken
    "after runner._fire",  # of three that are due, one has brought about what it should
    "after runner._fire #2",
    "after runner._fire #3",
    "after deliver._claim",
    "after conversations.open",
    "after chat.postMessage",  # Slack shows it, and we have no note of it
    "after deliver._note_sent",
    "after work._claim",
    "after playbook_posts.carry_out_came_back",
)


def words(text):
    return re.findall(r"\w+", html.unescape(text))


def assert_answered_once(life, channel, ts):
    """One whole answer in the thread, and one in the store."""
    said = life.replies(channel, ts)
    answers = [one for one in life.answers() if key_of(said[0]) == f"answer:{one.id}"]
    assert (len(said), len(answers)) == (1, 1), [texts(one) for one in said]
    assert words(said[0]["text"])[: len(words(answers[0].text))] == words(answers[0].text)
    assert len(said[0]["blocks"]) > 1  # it is complete: sources or a way to a person follow the text
    assert answers[0].message_ts == said[0]["ts"]


def assert_all_done(life):
    assert not life.unfinished()
    assert {event.state for event in life.events()} <= {"done"}
    assert {message.state for message in life.messages()} <= {"sent", "pending", "cancelled"}


# A question


def test_the_moments_of_a_question_are_all_known(sqlite_life):
    sqlite_life.start()
    sqlite_life.ask(ISLA, HARBOUR, QUESTION)
    sqlite_life.until(sqlite_life.answers, "an answer")
    sqlite_life.wait_until_quiet()
    assert steps_of(sqlite_life) == steps(MOMENTS_OF_A_QUESTION)


@pytest.mark.parametrize("moment", MOMENTS_OF_A_QUESTION)
def test_a_question_is_answered_once_whenever_the_bot_is_killed(life, moment):
    first = life.start(dies_at=moment)
    ts = life.ask(ISLA, HARBOUR, QUESTION)
    life.wait_until_dead(first)
    life.start()
    life.until(life.answers, "an answer")
    life.wait_until_quiet()
    assert_answered_once(life, HARBOUR, ts)
    assert len(life.answers()) == 1
    assert_all_done(life)


@pytest.mark.parametrize("moment", MOMENTS_OF_A_START)
def test_a_question_is_answered_once_if_the_bot_is_killed_while_it_builds_its_index(life, moment):
    life.forget_index()
    life.wait_until_dead(life.start(dies_at=moment))
    ts = life.ask(ISLA, HARBOUR, QUESTION)
    life.start()
    life.wait_until_quiet()
    assert_answered_once(life, HARBOUR, ts)
    assert_all_done(life)


@pytest.mark.parametrize("moment", MOMENTS_OF_A_NOTICE)
def test_what_does_not_stream_is_said_once_whenever_the_bot_is_killed(life, moment):
    first = life.start(dies_at=moment)
    ts = life.ask(ISLA, HARBOUR, "")
    life.wait_until_dead(first)
    life.start()
    life.wait_until_quiet()
    [said] = life.replies(HARBOUR, ts)
    assert "Hello" in said["text"]
    assert_all_done(life)


def test_two_kills_in_a_row_change_nothing(life):
    ts = None
    for moment in (
        "after chat.startStream",
        "after chat.appendStream #3",
        "before chat.update",
        "after chat.update",
    ):
        bot = life.start(dies_at=moment)
        ts = ts or life.ask(ISLA, HARBOUR, QUESTION)
        life.wait_until_dead(bot)
    life.start()
    life.wait_until_quiet()
    assert_answered_once(life, HARBOUR, ts)
    assert_all_done(life)


def test_a_question_that_ends_every_process_is_set_aside_and_its_asker_is_told(life):
    ts, moment = None, "after chat.appendStream"
    for _ in range(DEATHS):
        bot = life.start(dies_at=moment, rest_seconds=0.5)
        ts = ts or life.ask(ISLA, HARBOUR, QUESTION)
        life.wait_until_dead(bot)
    bot = life.start(dies_at=moment)
    life.wait_until_quiet()
    [said] = life.replies(HARBOUR, ts)
    [event] = [one for one in life.events() if one.kind == "said"]
    assert (event.state, event.vanished, event.error_ref in said["text"]) == ("set_aside", DEATHS, True)
    life.kill(bot)
    life.start()
    later = life.ask(ISLA, HARBOUR, QUESTION)
    life.wait_until_quiet()
    assert_answered_once(life, HARBOUR, later)


# Many questions, killed at random


@pytest.mark.parametrize("seed", [1, 2])
def test_questions_are_answered_once_each_under_random_kills(life, seed):
    chance = random.Random(seed)
    questions = {}
    bot, kills = life.start(), 0
    for n in range(24):
        place = (ISLA, HARBOUR) if n % 2 else (MIRA, COMMUNITY)
        questions[life.ask(*place, f"{QUESTION} ({n})")] = place[1]
        time.sleep(chance.uniform(0, 0.25))
        if chance.random() < 0.35:
            life.kill(bot)
            kills += 1
            bot = life.start()
    life.until(lambda: len(life.answers()) >= len(questions), "all answers", 60)
    life.wait_until_quiet(60)
    for ts, channel in questions.items():
        assert_answered_once(life, channel, ts)
    assert len(life.answers()) == len(questions)
    assert kills > 3
    assert_all_done(life)


# A playbook


@pytest.fixture
def onboarding(life):
    """An onboarding whose first question was not answered for a week, while no bot was running.

    The reminder is late, the question has expired, the second step is due.
    """
    return begin_onboarding(life)


def begin_onboarding(life):
    runner = PlaybookRunner(life.database, life.clock, workspace_id=life.workspace_id)
    with life.database.transaction() as session:
        account = session.exec(select(Account).where(Account.name == "Petal & Post")).one()
        runner.start_in(session, "onboarding", account.id, TOM, life.workspace_id)
    bot = life.start()
    life.until(lambda: life.said_in(life.dm(MIRA)), "the first message")
    life.wait_until_quiet()
    life.kill(bot)
    life.slack.advance(timedelta(days=7, hours=1))
    return life


def assert_a_week_has_passed_once(life):
    first, second = (one["text"] for one in life.said_in(life.dm(MIRA)))
    assert first.startswith("Hi Mira")
    assert second.endswith("How did setup go?")
    [to_the_csm] = life.said_in(life.dm(TOM))
    assert "No answer from Mira Shah" in to_the_csm["text"]
    steps = {step.key: step for step in life.steps()}
    assert {key: step.state for key, step in steps.items()} == {
        "O1": "expired",
        "O2": "sent",
        "O2s": "skipped",  # its condition does not hold
        "O3": "planned",
        "O4": "planned",
        "O4b": "planned",
        "O6": "planned",
    }
    assert steps["O2"].message_ts == life.said_in(life.dm(MIRA))[1]["ts"]
    assert {timer.name: timer.state for timer in life.rows(select(Timer))} == {
        "nudge:O1": "fired",
        "expire:O1": "cancelled",  # by the reminder, which came too late to be said
        "step:O2": "fired",
        "nudge:O2": "waiting",
        "expire:O2": "waiting",
        "step:O3": "waiting",
        "step:O4": "waiting",
        "step:O2s": "fired",
        "step:O4b": "waiting",
        "step:O6": "waiting",
        "review:run": "waiting",
    }
    assert len(life.rows(select(Task))) == 1
    assert_all_done(life)


def test_the_moments_of_timers_are_all_known(sqlite_life):
    begin_onboarding(sqlite_life)
    before = len(sqlite_life.moments())
    sqlite_life.start()
    sqlite_life.wait_until_quiet()
    assert steps_of(sqlite_life, before) == steps(MOMENTS_OF_TIMERS)
    assert_a_week_has_passed_once(sqlite_life)


@pytest.mark.parametrize("moment", MOMENTS_OF_TIMERS)
def test_timers_fire_once_and_steps_are_sent_once_whenever_the_bot_is_killed(onboarding, moment):
    life = onboarding
    life.wait_until_dead(life.start(dies_at=moment))
    life.start()
    life.wait_until_quiet()
    assert_a_week_has_passed_once(life)
