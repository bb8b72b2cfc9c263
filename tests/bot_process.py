"""The bot as a process of its own that can be made to die, by SIGKILL, at a named moment.

    python -m tests.bot_process

loads everything once, then starts a bot (a fork of itself) for each line of JSON on its input, see `Start`,
and answers with the process id. The bot is the product's; only the models are doubles, and the database and
the Web API client report each moment that they pass: "before" and "after" every transaction that wrote
something, named by the function that made it, and every call to Slack, named by its method.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import slack_bolt.adapter.socket_mode
import slack_sdk.webhook
import uvicorn
from slack_sdk import WebClient
from sqlalchemy import event

import knowledge.adapters.generations
import knowledge.answering
import knowledge.retrieval
from bot.local.clock import LocalClock
from bot.run import Bot, wait_for_signal
from bot.services import Pace
from bot.settings import Settings
from bot.slack.retrying import retry_handlers
from bot.start import take_up_what_was_left
from bot.wiring import Core, connect
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from playbooks.runner import PlaybookRunner
from store.clock import SystemClock
from store.database import Database
from store.tables import workspaces

LOADED = (slack_bolt, slack_sdk, uvicorn, knowledge)  # so that a bot is there in a moment
SHORT = Pace(lease=timedelta(seconds=1.5), poll_seconds=0.1)
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Start:
    """How a bot is started.

    Args:
        folder: its data; the moments that it passes are noted in `moments.txt` there, its log in `log.txt`.
        clock_folder: of the local workspace, whose moved clock it follows.
        database_url: the store.
        bot_token: of the workspace.
        app_token: connects by Socket Mode; None waits for HTTP requests.
        api_url: where Slack is.
        rest_seconds: of an event over which the process ended twice.
        dies_at: the moment at which it kills itself; None lives.
        nth: how many times that moment is passed before, plus one.
        settings: further settings, by name.
    """

    folder: str
    clock_folder: str
    database_url: str
    bot_token: str
    app_token: str | None
    api_url: str
    rest_seconds: float = 15
    dies_at: str | None = None
    nth: int = 1
    settings: dict | None = None


class Moments:
    """Notes what is passed, and ends the process where it should."""

    def __init__(self, start):
        self._start = start
        self._passed = Counter()
        self._lock = threading.Lock()
        self._file = (Path(start.folder) / "moments.txt").open("a")

    def passed(self, moment):
        with self._lock:
            self._passed[moment] += 1
            print(moment, file=self._file, flush=True)
            if (moment, self._passed[moment]) == (self._start.dies_at, self._start.nth):
                os.kill(os.getpid(), signal.SIGKILL)


class WatchedDatabase(Database):
    """Passes a moment before and after each commit of something written."""

    def __init__(self, url, moments):
        super().__init__(url)
        self._moments = moments
        event.listen(self.engine, "before_cursor_execute", self._note)

    @contextmanager
    def transaction(self):
        name, wrote = _caller(), False
        with super().transaction() as session:
            session.connection().info["wrote"] = False
            yield session
            session.flush()
            wrote = session.connection().info["wrote"]
            if wrote:
                self._moments.passed(f"before {name}")
        if wrote:
            self._moments.passed(f"after {name}")

    @staticmethod
    def _note(connection, _cursor, statement, *_):
        if statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
            connection.info["wrote"] = True


def _caller():
    """The product's function that asked for a transaction: its module and name."""
    frame = sys._getframe(2)
    while frame.f_code.co_filename.endswith("contextlib.py") or frame.f_code.co_name == "effect_of":
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"


class WatchedClient(WebClient):
    """Passes a moment before and after each call."""

    moments = None

    def api_call(self, api_method, **more):
        self.moments.passed(f"before {api_method}")
        try:
            return super().api_call(api_method, **more)
        finally:
            self.moments.passed(f"after {api_method}")


class QuickCore(Core):
    """The product's core with models that need no loading, and an index in memory."""

    embedder = HashingEmbedder()
    reranker = OverlapReranker()

    def retriever(self, *, serving, embedder=None):  # noqa: ARG002 - always in memory, by the one model
        return super().retriever(serving=False, embedder=self.embedder)


def run_bot(start):
    """Be that bot, until the process is killed."""
    moments = Moments(start)
    database = WatchedDatabase(start.database_url, moments)
    clock = LocalClock(Path(start.clock_folder), SystemClock())
    settings = Settings(
        _env_file=None,
        **{"guidepost_slack_mode": "local", "port": 0, "guidepost_data_dir": Path(start.folder)}
        | (start.settings or {}),
    )
    with database.reading() as session:
        workspace = workspaces.local_workspace(session, clock.now())
    core = QuickCore(settings, database, clock, workspace.id)
    client = WatchedClient(start.bot_token, base_url=start.api_url, retry_handlers=retry_handlers())
    client.moments = moments
    services = connect(core, client)
    services.runner = PlaybookRunner(database, clock, workspace_id=services.workspace_id, lease=SHORT.lease)
    services.answers.load()
    if database.is_sqlite:  # as the local workspace's start does; with PostgreSQL, leases have to run out
        take_up_what_was_left(services)
    pace = replace(SHORT, rest=timedelta(seconds=start.rest_seconds))
    bot = Bot(services, work_pace=pace, speech_pace=SHORT)
    bot.start(start.app_token)
    moments.passed("started")
    wait_for_signal()


def _become(start):
    os.setsid()
    log = os.open(Path(start.folder) / "log.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        run_bot(start)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(1)


def main():
    """Start a bot for every line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no undertaker
    for line in sys.stdin:
        start = Start(**json.loads(line))
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _become(start)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def line_of(start):
    """A `Start` as the line that starts it."""
    return json.dumps(asdict(start)) + "\n"


def parse_moment(text):
    """A moment as tests write it: "after chat.appendStream #2" -> the moment and its number."""
    moment, _, nth = text.partition(" #")
    return moment, int(nth or 1)


def next_tuesday(now):
    """Ten o'clock (UTC) of the next Tuesday: a working hour in Europe."""
    day = now.date() + timedelta(days=(1 - now.weekday()) % 7 or 7)
    return datetime(day.year, day.month, day.day, 10, tzinfo=now.tzinfo)


if __name__ == "__main__":
    main()
