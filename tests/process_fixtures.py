"""The bot as a process beside a local workspace, on SQLite and on PostgreSQL: to be killed and started again.

Fixtures: `life` (on each kind of database), `sqlite_life`. The sample company's help centre is loaded.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from sqlmodel import select

from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.start import MANIFEST
from store.clock import FixedClock, SystemClock
from store.database import Database
from store.tables import Answer, InboundEvent, OutboxMessage, RunStep, Timer, workspaces
from tests.bot_process import ROOT, Start, line_of, next_tuesday, parse_moment
from tests.conftest import _admin, _with_database
from tests.local_slack import Page, client_of
from tests.sample_company import fill


@pytest.fixture(scope="session")
def _workspace_folder(tmp_path_factory):
    """The local workspace's folder, its clock moved to the next Tuesday at ten."""
    folder = tmp_path_factory.mktemp("workspace")
    clock = LocalClock(folder, SystemClock())
    clock.advance(next_tuesday(clock.now()) - clock.now())
    return folder


@pytest.fixture(scope="session")
def _filled_sqlite(_sqlite_template, _workspace_folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "guidepost.db"
    shutil.copyfile(_sqlite_template, path)
    _fill(f"sqlite:///{path}", _workspace_folder, tmp_path_factory.mktemp("index"))
    return path


@pytest.fixture(scope="session")
def _filled_postgres(_postgres_admin_url, _workspace_folder, tmp_path_factory):
    _admin(_postgres_admin_url, "CREATE DATABASE template_filled")
    url = _with_database(_postgres_admin_url, "template_filled")
    _fill(url, _workspace_folder, tmp_path_factory.mktemp("index"))
    return "template_filled"


def _fill(url, workspace_folder, folder):
    fill(url, FixedClock(LocalClock(workspace_folder, SystemClock()).now()), folder)


@pytest.fixture(scope="session")
def _zygote():
    """A process that starts bots in a moment."""
    command = [sys.executable, "-m", "tests.bot_process"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    yield process
    process.stdin.close()
    process.stdout.close()
    process.wait(10)


@contextmanager
def _life(url, tmp_path, workspace_folder, zygote):
    folder = tmp_path / "workspace"
    shutil.copytree(workspace_folder, folder)
    manifest = AppConfig.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
    clock = LocalClock(folder, SystemClock())
    slack = LocalWorkspace(
        folder, clock, directory=sample.directory(), config=manifest, retry_seconds=(0.0, 0.5, 0.5)
    )
    database = Database(url)
    with slack:
        life = Life(SimpleNamespace(folder=tmp_path, url=url), database, slack, clock, zygote)
        try:
            yield life
        finally:
            life.close()
    database.close()


@pytest.fixture
def sqlite_life(_filled_sqlite, _workspace_folder, _zygote, tmp_path):
    shutil.copyfile(_filled_sqlite, tmp_path / "guidepost.db")
    url = f"sqlite:///{tmp_path / 'guidepost.db'}"
    with _life(url, tmp_path, _workspace_folder, _zygote) as life:
        yield life


@pytest.fixture
def postgres_life(_filled_postgres, _postgres_admin_url, _workspace_folder, _zygote, tmp_path):
    name = f"test_{uuid.uuid4().hex[:12]}"
    _admin(_postgres_admin_url, f"CREATE DATABASE {name} TEMPLATE {_filled_postgres}")
    with _life(_with_database(_postgres_admin_url, name), tmp_path, _workspace_folder, _zygote) as life:
        yield life
    _admin(_postgres_admin_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def life(request):
    return request.getfixturevalue("sqlite_life" if request.param == "sqlite" else "postgres_life")


class Life:
    """A workspace that stays, and bots that come and go."""

    def __init__(self, where, database, slack, clock, zygote):
        self._where, self._zygote = where, zygote
        self.database, self.slack, self.clock = database, slack, clock
        self.client = client_of(slack)
        self.bot_user_id = self.client.auth_test()["user_id"]
        with database.transaction() as session:
            self.workspace_id = workspaces.local_workspace(session, clock.now()).id
        self._living = set()

    def close(self):
        for pid in list(self._living):
            self.kill(pid)

    # Bots

    def start(self, dies_at=None, *, app_token=True, **settings):
        """Start a bot, which dies at that moment; returns its process id when it is connected, or dead."""
        moment, nth = parse_moment(dies_at) if dies_at else (None, 1)
        start = Start(
            folder=str(self._where.folder),
            clock_folder=str(self._where.folder / "workspace"),
            database_url=self._where.url,
            bot_token=self.slack.bot_token,
            app_token=self.slack.app_token if app_token else None,
            api_url=self.slack.api_url,
            dies_at=moment,
            nth=nth,
            settings=settings,
        )
        before = self.moments().count("started")
        self._zygote.stdin.write(line_of(start))
        self._zygote.stdin.flush()
        pid = int(self._zygote.stdout.readline())
        self._living.add(pid)
        self.until(lambda: self.moments().count("started") > before or not alive(pid), "the bot to start")
        return pid

    def kill(self, pid):
        """kill -9."""
        self._living.discard(pid)
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
            self.until(lambda: not alive(pid), "the bot to die")

    def wait_until_dead(self, pid, seconds=20):
        self.until(lambda: not alive(pid), "the bot to reach the moment at which it dies", seconds)
        self._living.discard(pid)

    def moments(self):
        """What all bots have passed so far."""
        path = self._where.folder / "moments.txt"
        return path.read_text().splitlines() if path.exists() else []

    def log(self):
        """What the bots have logged."""
        path = self._where.folder / "log.txt"
        return path.read_text() if path.exists() else ""

    # Waiting

    def until(self, true, what, seconds=20):
        ends = time.monotonic() + seconds
        while not true():
            if time.monotonic() > ends:
                raise TimeoutError(
                    f"waited {seconds} s for {what}\n{self.unfinished()}\n{self.log()[-4000:]}"
                )
            time.sleep(0.02)

    def wait_until_quiet(self, seconds=30):
        """Wait until nothing is under way anywhere, and stays so for a moment."""
        quiet_since = None
        ends = time.monotonic() + seconds
        while quiet_since is None or time.monotonic() - quiet_since < 0.4:
            unfinished = self.unfinished()
            quiet_since = None if unfinished else quiet_since or time.monotonic()
            if time.monotonic() > ends:
                raise TimeoutError(f"after {seconds} s: {unfinished}\n{self.log()[-4000:]}")
            time.sleep(0.03)

    def unfinished(self):
        """What is under way: undelivered events, events, messages and timers that are due."""
        now = self.clock.now()
        with self.database.reading() as session:
            working = select(InboundEvent.kind, InboundEvent.state, InboundEvent.attempts)
            saying = select(OutboxMessage.key, OutboxMessage.state, OutboxMessage.attempts)
            timers = select(Timer.key, Timer.state, Timer.attempts)
            return [
                *self.slack.records.all("pending"),
                *session.exec(working.where(InboundEvent.state.in_(["received", "working"]))).all(),
                *session.exec(
                    saying.where(OutboxMessage.state.in_(["pending", "sending"]), OutboxMessage.due_at <= now)
                ).all(),
                *session.exec(timers.where(Timer.state == "waiting", Timer.due_at <= now)).all(),
            ]

    # People and what they see

    def page(self, user):
        """That person's browser, which does not listen: whoever listens must read, or the close waits for it."""
        return Page(self.slack, user)

    def ask(self, user, channel, question):
        """Mention the bot; the message's ts."""
        return self.page(user).post(channel, f"<@{self.bot_user_id}> {question}")

    def dm(self, user):
        return f"D{user.lstrip('UW')}"

    def replies(self, channel, ts):
        """The bot's messages in a thread."""
        thread = self.client.conversations_replies(
            channel=channel, ts=ts, limit=200, include_all_metadata=True
        )
        return [one for one in thread["messages"] if one.get("user") == self.bot_user_id]

    def said_in(self, channel):
        """The bot's messages at a channel's top level, oldest first."""
        history = self.client.conversations_history(channel=channel, limit=200, include_all_metadata=True)
        return [one for one in reversed(history["messages"]) if one.get("user") == self.bot_user_id]

    def rows(self, query):
        with self.database.reading() as session:
            return list(session.exec(query).all())

    def answers(self):
        return self.rows(select(Answer))

    def events(self):
        return self.rows(select(InboundEvent))

    def messages(self):
        return self.rows(select(OutboxMessage))

    def steps(self):
        return self.rows(select(RunStep))


def alive(pid):
    """Whether a process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def key_of(message):
    """The key that a message of the bot carries."""
    return message["metadata"]["event_payload"]["key"]


def texts(message):
    """All the text of a message, as JSON."""
    return json.dumps([message.get("text"), message.get("blocks")], ensure_ascii=False)
