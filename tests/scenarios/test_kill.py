"""kill -9 at every moment, on SQLite and PostgreSQL: nothing is lost, nothing is said or done twice.

The bot is a process of its own (tests/bot_process.py) that kills itself at a moment given by name, and is
then started again. What the moments are is not believed: an undisturbed life is recorded and compared.
"""

from __future__ import annotations

import html
import random
import re
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from playbooks.runner import PlaybookRunner
from store.tables import Account, Task, Timer
from tests.bot_fixtures import COMMUNITY, HARBOUR, ISLA, MIRA, TOM
from tests.process_fixtures import key_of, texts

pytestmark = pytest.mark.slow

QUESTION = "How do I export my data?"
MOMENTS_OF_A_QUESTION = (
    "before generations.build",  # the index that was not there is built behind the question
    "after generations.build",
    "before generations._clear_away",
    "after generations._clear_away",
    "before once.remember",  # it has been received, and is lost with the process: Slack sends it again
    "after once.remember",  # it is stored, and Slack does not know
    "before work._claim",
    "after work._claim",
    "before conversations.info",
    "after conversations.info",
    "before conversations.members",
    "after conversations.members",
    "before questions._note",
    "after questions._note",
    "before questions._mark_as_question",
    "after questions._mark_as_question",
    "before assistant.threads.setStatus",
    "after assistant.threads.setStatus",  # thinking
    "before questions._carry_out",
    "after questions._carry_out",  # the answer is in the store
    "before deliver._claim",
    "after deliver._claim",
    "before chat.startStream",
    "after chat.startStream",  # Slack shows something that we have no note of
    "before deliver._note_started",
    "after deliver._note_started",
    "before chat.appendStream",
    "after chat.appendStream",
    "before chat.appendStream #2",
    "after chat.appendStream #2",
    "before chat.stopStream",
    "after chat.stopStream",  # Slack has it all, and we have no note of it
    "before deliver._note_sent",
    "after deliver._note_sent",
)
MOMENTS_OF_A_NOTICE = ("before chat.postMessage", "after chat.postMessage", "before deliver._note_sent")
MOMENTS_OF_TIMERS = (
    "before runner.fire_due",
    "after runner.fire_due",  # taken
    "before runner._fire",
    "after runner._fire",  # of three that are due, one has brought about what it should
    "before runner._fire #2",
    "after runner._fire #2",
    "before runner._fire #3",
    "after runner._fire #3",
    "before deliver._claim",
    "after deliver._claim",
    "before conversations.open",
    "after conversations.open",
    "before chat.postMessage",
    "after chat.postMessage",  # Slack shows it, and we have no note of it
    "before deliver._note_sent",
    "after deliver._note_sent",
    "before work._claim",
    "after work._claim",
    "before playbooks.carry_out_came_back",
    "after playbooks.carry_out_came_back",
)


def passed(life, since=0):
    """The moments that bots passed, with numbers where one came several times; calls at sign-in left out."""
    counts, named = Counter(), []
    for moment in life.moments()[since:]:
        if moment == "started" or moment.endswith(("auth.test", "apps.connections.open", "wiring.connect")):
            continue
        counts[moment] += 1
        named.append(moment if counts[moment] == 1 else f"{moment} #{counts[moment]}")
    return named


def kinds(moments):
    """Moments without their numbers: how many pieces an answer streams in is its own affair."""
    return {moment.partition(" #")[0] for moment in moments}


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
    assert kinds(passed(sqlite_life)) == kinds(MOMENTS_OF_A_QUESTION)


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
    for moment in ("after chat.startStream", "before chat.update", "after chat.update"):
        bot = life.start(dies_at=moment)
        ts = ts or life.ask(ISLA, HARBOUR, QUESTION)
        life.wait_until_dead(bot)
    life.start()
    life.wait_until_quiet()
    assert_answered_once(life, HARBOUR, ts)
    assert_all_done(life)


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
        "O3": "planned",
        "O4": "planned",
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
    }
    assert len(life.rows(select(Task))) == 1
    assert_all_done(life)


def test_the_moments_of_timers_are_all_known(sqlite_life):
    begin_onboarding(sqlite_life)
    before = len(sqlite_life.moments())
    sqlite_life.start()
    sqlite_life.wait_until_quiet()
    assert kinds(passed(sqlite_life, before)) == kinds(MOMENTS_OF_TIMERS)
    assert_a_week_has_passed_once(sqlite_life)


@pytest.mark.parametrize("moment", MOMENTS_OF_TIMERS)
def test_timers_fire_once_and_steps_are_sent_once_whenever_the_bot_is_killed(onboarding, moment):
    life = onboarding
    life.wait_until_dead(life.start(dies_at=moment))
    life.start()
    life.wait_until_quiet()
    assert_a_week_has_passed_once(life)
