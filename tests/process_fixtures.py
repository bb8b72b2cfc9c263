"""The bot as a process beside a local workspace, on SQLite and on PostgreSQL: to be killed and started again.

Fixtures: `life` (on each kind of database), `sqlite_life`, and `staged_life` with something to click on. The
sample company's help centre is loaded.
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
from dataclasses import dataclass
from datetime import timedelta
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
from playbooks.runner import PlaybookRunner
from store.clock import FixedClock, SystemClock
from store.database import Database
from store.tables import Account, Answer, InboundEvent, OutboxMessage, RunStep, Timer, workspaces
from tests.bot_fixtures import HARBOUR, ISLA
from tests.bot_process import ROOT, Start, line_of, next_tuesday, parse_moment
from tests.conftest import _admin, _with_database
from tests.local_slack import PATIENT, Page, client_of, element_of
from tests.sample_company import fill

AT_START = {
    "auth.test",
    "apps.connections.open",
    "wiring.connect",
    "start.take_up_what_was_left",
    "embedding.tidy",
    "generations.build",  # the index in service was made with another model, or none
    "generations._clear_away",
    "triggers._hear",  # contracts of the sample company have just begun
}
ANSWERED, REFUSED = "How do I export my data?", "Can the vans fly to the moon and back?"
DIEGO, CALEB = "U0DIEGO", "U0CALEB"  # of the enterprise customer in onboarding: its CSM, its contact
AFTERNOON = timedelta(days=1, hours=6)  # when that contact is at work, and the message would be due


@dataclass(frozen=True)
class Template:
    """What every test gets a copy of: a database, the workspace's folder and the bot's.

    Args:
        folder: with `workspace`, `local` and, for SQLite, `guidepost.db`.
        database: the name of a PostgreSQL database; None for SQLite.
    """

    folder: Path
    database: str | None = None

    def copy_to(self, folder):
        """Lay a copy of the folders and of a SQLite database there."""
        for name in ("workspace", "local"):
            if (self.folder / name).exists():
                shutil.copytree(self.folder / name, folder / name)
        if self.database is None:
            shutil.copyfile(self.folder / "guidepost.db", folder / "guidepost.db")


@pytest.fixture(scope="session")
def _filled_sqlite(_sqlite_template, _zygote, tmp_path_factory):
    """The sample company, on the next Tuesday at ten, with an index in service."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copyfile(_sqlite_template, folder / "guidepost.db")
    _fill(sqlite_url(folder), folder, _zygote)
    return Template(folder)


@pytest.fixture(scope="session")
def _filled_postgres(_postgres_admin_url, _zygote, tmp_path_factory):
    """The same on PostgreSQL."""
    folder, name = tmp_path_factory.mktemp("filled"), "template_filled"
    _admin(_postgres_admin_url, f"CREATE DATABASE {name}")
    _fill(_with_database(_postgres_admin_url, name), folder, _zygote)
    return Template(folder, name)


def _fill(url, folder, zygote):
    clock = LocalClock(folder / "workspace", SystemClock())
    clock.advance(next_tuesday(clock.now()) - clock.now())
    fill(url, FixedClock(clock.now()), folder / "filled")
    with _life(url, folder, zygote) as life:
        life.kill(life.start())  # it has built its index


def sqlite_url(folder):
    return f"sqlite:///{folder / 'guidepost.db'}"


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
def _life(url, folder, zygote):
    manifest = AppConfig.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
    clock = LocalClock(folder / "workspace", SystemClock())
    slack = LocalWorkspace(
        folder / "workspace",
        clock,
        directory=sample.directory(),
        config=manifest,
        retry_seconds=(0.0, 0.5, 0.5),
        trigger_seconds=PATIENT,
    )
    database = Database(url)
    with slack:
        life = Life(SimpleNamespace(folder=folder, url=url), database, slack, clock, zygote)
        try:
            yield life
        finally:
            life.close()
    database.close()


@contextmanager
def _sqlite_life(template, folder, zygote):
    template.copy_to(folder)
    with _life(sqlite_url(folder), folder, zygote) as life:
        yield life


@contextmanager
def _postgres_life(template, folder, zygote, admin_url, name=None):
    """Without a name, the database goes with the life."""
    copy = name or f"test_{uuid.uuid4().hex[:12]}"
    _admin(admin_url, f"CREATE DATABASE {copy} TEMPLATE {template.database}")
    template.copy_to(folder)
    with _life(_with_database(admin_url, copy), folder, zygote) as life:
        yield life
    if name is None:
        _admin(admin_url, f"DROP DATABASE {copy} WITH (FORCE)")


@pytest.fixture
def sqlite_life(_filled_sqlite, _zygote, tmp_path):
    with _sqlite_life(_filled_sqlite, tmp_path, _zygote) as life:
        yield life


@pytest.fixture
def postgres_life(_filled_postgres, _postgres_admin_url, _zygote, tmp_path):
    with _postgres_life(_filled_postgres, tmp_path, _zygote, _postgres_admin_url) as life:
        yield life


@pytest.fixture(params=["sqlite", "postgres"])
def life(request):
    return request.getfixturevalue(f"{request.param}_life")


@pytest.fixture(scope="session")
def _staged_sqlite(_filled_sqlite, _zygote, tmp_path_factory):
    """As `_filled_sqlite`, after `stage`."""
    folder = tmp_path_factory.mktemp("staged")
    with _sqlite_life(_filled_sqlite, folder, _zygote) as life:
        stage(life)
    return Template(folder)


@pytest.fixture(scope="session")
def _staged_postgres(_filled_postgres, _postgres_admin_url, _zygote, tmp_path_factory):
    """As `_filled_postgres`, after `stage`."""
    folder, name = tmp_path_factory.mktemp("staged"), "template_staged"
    with _postgres_life(_filled_postgres, folder, _zygote, _postgres_admin_url, name) as life:
        stage(life)
    return Template(folder, name)


@pytest.fixture
def staged_sqlite_life(_staged_sqlite, _zygote, tmp_path):
    with _sqlite_life(_staged_sqlite, tmp_path, _zygote) as life:
        yield life


@pytest.fixture
def staged_postgres_life(_staged_postgres, _postgres_admin_url, _zygote, tmp_path):
    with _postgres_life(_staged_postgres, tmp_path, _zygote, _postgres_admin_url) as life:
        yield life


@pytest.fixture(params=["sqlite", "postgres"])
def staged_life(request):
    return request.getfixturevalue(f"staged_{request.param}_life")


def stage(life):
    """Things to click on: a playbook's message that waits for approval, an answer, a wish for a person.

    The day passes first, and between two bots: a bot keeps the clock that it was started with, and a wish that
    lay for a day would have gone up the chain.
    """
    runner = PlaybookRunner(life.database, life.clock, workspace_id=life.workspace_id)
    with life.database.transaction() as session:
        account = session.exec(select(Account).where(Account.name == "Kestrel Grocery Group")).one()
        runner.start_in(session, "onboarding", account.id, DIEGO, life.workspace_id)
    life.slack.advance(AFTERNOON)
    bot = life.start()
    life.wait_until_quiet()
    for question in (ANSWERED, REFUSED):
        life.ask(ISLA, HARBOUR, question)
        life.wait_until_quiet()
    life.page(ISLA).press(life.shown(ISLA, HARBOUR, "talk_to_person"), "talk_to_person")
    life.wait_until_quiet()
    life.kill(bot)


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

    def start(self, dies_at=None, *, app_token=True, rest_seconds=15, **settings):
        """Start a bot, which dies at that moment; returns its process id when it is connected, or dead."""
        moment, nth = parse_moment(dies_at) if dies_at else (None, 1)
        start = Start(
            folder=str(self._where.folder),
            clock_folder=str(self._where.folder / "workspace"),
            database_url=self._where.url,
            bot_token=self.slack.bot_token,
            app_token=self.slack.app_token if app_token else None,
            api_url=self.slack.api_url,
            rest_seconds=rest_seconds,
            dies_at=moment,
            nth=nth,
            settings={"guidepost_questions_an_hour": 0} | settings,
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

    def forget_index(self):
        """As if the index had been lost: the next start builds it anew."""
        shutil.rmtree(self._where.folder / "local")

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

    def shown(self, user, channel, action_id):
        """The newest message in a place, threads included, that offers a person this button."""
        page, found = self.page(user), []
        for root in page.get("messages", channel=channel)["messages"]:
            found += page.get("messages", channel=channel, thread=root["ts"])["messages"] or [root]
        return next(one for one in reversed(found) if offers(one, action_id))

    def modal(self, user):
        """The modal that opens before a person; it stays open when the bot is killed."""
        self.until(lambda: self.slack._ws.views.stack(user), "a modal")
        return self.slack._ws.views.stack(user)[-1]

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


def steps(moments):
    """What was done at these moments, without "before", "after" and numbers."""
    return {moment.partition(" #")[0].split(" ", 1)[1] for moment in moments}


def steps_of(life, since=0):
    """The steps that bots have taken, apart from what every start does and the renewal of leases."""
    return steps(m for m in life.moments()[since:] if m != "started") - AT_START - {"keeping._keep_one"}


def offers(message, action_id):
    """Whether a message has that button."""
    try:
        element_of(message, action_id)
    except LookupError:
        return False
    return True


def key_of(message):
    """The key that a message of the bot carries."""
    return message["metadata"]["event_payload"]["key"]


def texts(message):
    """All the text of a message, as JSON."""
    return json.dumps([message.get("text"), message.get("blocks")], ensure_ascii=False)
