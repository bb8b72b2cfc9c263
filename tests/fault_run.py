"""A bot among faults: questions at a steady pace, events doubled, calls failing, connections ended."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlmodel import select

from bot.local.clock import LocalClock
from bot.local.directory import Channel, Directory, User
from bot.local.faults import Faults
from bot.local.server import LocalWorkspace
from store.clock import SystemClock
from store.tables import InboundEvent, OutboxMessage
from tests.local_slack import Page, client_of
from tests.running_bot import quick_core, running_bot, settings_for, take_in

BOT, PLACE, ASKER = "U0GUIDEPOST", "C0QUESTIONS", "U1ASKER"
DIRECTORY = Directory(
    team_id="T0FAULTS",
    users=(User(ASKER, "asker", "Ann Asker"),),
    channels=(Channel(PLACE, "questions", (ASKER, BOT)),),
)
FAULTS = Faults(duplicate=0.10, reorder=0.05, drop=0.01, fail=0.03, lose=0.02, refuse=0.03, retry_after=1)
QUESTION = "How do I export my data?"
SECONDS = 300  # that the last answer may take


@dataclass
class Outcome:
    """What came of it.

    Args:
        questions: that were asked.
        answers: how many questions have that many answers: {1: 500} is what is wanted.
        states: of stored events and of messages, with how many are in each.
        struck: how often each fault struck.
        disconnects: connections that were ended.
        calls: of the Web API, those that failed included.
        seconds: from the first question to the last answer.
    """

    questions: int
    answers: Counter
    states: Counter
    struck: Counter
    disconnects: int
    calls: int
    seconds: float
    texts: set = field(default_factory=set)


@contextmanager
def company(folder):
    """A workspace and a bot of its own on it, which knows the sample's help centre."""
    core = quick_core(settings_for(folder / "data", guidepost_slack_mode="socket"))
    take_in(core)
    core.database.close()
    clock = LocalClock(folder / "workspace", SystemClock())
    slack = LocalWorkspace(folder / "workspace", clock, directory=DIRECTORY, retry_seconds=(0.1, 0.5, 1.0))
    with slack:
        tokens = {"slack_bot_token": slack.bot_token, "slack_app_token": slack.app_token}
        settings = settings_for(
            folder / "data", **tokens, slack_api_url=slack.api_url, guidepost_questions_an_hour=0
        )
        access = {"token": slack.bot_token, "api_url": slack.api_url, "app_token": slack.app_token}
        with running_bot(settings, **access) as bot:
            bot.services.messenger.pause = lambda _: None
            yield slack, bot
    shutil.rmtree(folder, ignore_errors=True)


def run(slack, bot, questions, a_second, faults=FAULTS):
    """Ask, with two disconnects on the way, and wait until every question is answered and nothing is under way."""
    with Page(slack, ASKER) as page:
        slack.make_trouble(faults)
        began, asked, ended = time.monotonic(), [], 0
        for number in range(questions):
            asked.append(page.post(PLACE, f"<@{BOT}> {QUESTION} ({number})"))
            if number in (questions // 3, 2 * questions // 3):
                ended += page.do("disconnect")["connections"]
            time.sleep(max(0.0, began + (number + 1) / a_second - time.monotonic()))
        _wait(bot, questions)
        seconds, trouble = time.monotonic() - began, slack.trouble
        struck, calls = Counter(trouble.struck), trouble.calls
        slack.make_trouble(Faults())
        said = {ts: _answers(slack, ts) for ts in asked}
    return Outcome(
        questions=questions,
        answers=Counter(len(found) for found in said.values()),
        states=_states(bot),
        struck=struck,
        disconnects=ended,
        calls=calls,
        seconds=seconds,
        texts={text for found in said.values() for text in found},
    )


def _answers(slack, ts):
    thread = client_of(slack).conversations_replies(channel=PLACE, ts=ts)["messages"][1:]
    return [one["text"] for one in thread if one["user"] == BOT]


def _states(bot):
    with bot.services.database.reading() as session:
        events = Counter(f"event {one.state}" for one in session.exec(select(InboundEvent)))
        return events + Counter(f"message {one.state}" for one in session.exec(select(OutboxMessage)))


def _wait(bot, questions):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        states = _states(bot)
        if states["event done"] >= questions and set(states) <= {"event done", "message sent"}:
            return
        time.sleep(0.25)
    raise TimeoutError(f"not everything was done after {SECONDS} s: {_states(bot)}")
