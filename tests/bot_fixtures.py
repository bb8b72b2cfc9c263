"""The product on the local workspace, one step at a time: real Bolt, real SQLite, real answers.

`bot` is a running connection whose workers and outbox move only when a test says so (`settle`). It knows the
sample company and its help centre; only the models are doubles, so that nothing is slow.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
import yaml
from slack_bolt import BoltRequest

from bot.app import create_app, create_deliverer, create_workers
from bot.blocks.waiting import WAITING_MODAL
from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.errors import NotDelivered
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.services import Services
from bot.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import SlackMessenger
from bot.start import MANIFEST
from knowledge.adapters.generations import in_memory
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.answering import Answerer
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from playbooks.runner import PlaybookRunner
from store.clock import FixedClock, SystemClock
from store.database import Database
from store.tables import events, workspaces
from tests.local_slack import Page, client_of
from tests.read_aloud import silent_messages
from tests.sample_company import fill

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # 10:00 in London
HARBOUR, TEAM, COMMUNITY = "C0HARBOUR", "C0CSTEAM", "C0COMMUNITY"
ISLA, OWEN, MIRA, JONAS = "U0ISLA", "U0OWEN", "U0MIRA", "U0JONAS"  # customers' people
PRIYA, TOM, GRACE, NOOR = "U0PRIYA", "U0TOM", "U0GRACE", "U0NOOR"  # CSMs, their manager, an admin


@pytest.fixture(scope="session")
def _sample_folder(tmp_path_factory):
    """The sample company and its help centre, loaded once; every test gets a copy."""
    folder = tmp_path_factory.mktemp("sample")
    clock = LocalClock(folder / "slack", FixedClock(TUESDAY))
    fill(f"sqlite:///{folder / 'guidepost.db'}", clock, folder)
    return folder


class InProcess:
    """The workspace's way to the bot without a socket: Bolt is handed what Socket Mode would bring."""

    def __init__(self, app):
        self._app = app

    def is_connected(self):
        return True

    async def connected(self):
        return None

    async def deliver(self, envelope):
        request = BoltRequest(mode="socket_mode", body=envelope.payload)
        response = await asyncio.to_thread(self._app.dispatch, request)
        if response.status != 200:
            raise NotDelivered(f"status {response.status}")
        return json.loads(response.body) if response.body else None


class ReadyAnswers:
    """The product's answerer, with nothing to wait for."""

    ready = True

    def __init__(self, database, workspace_id, clock):
        embedder, reranker = HashingEmbedder(), OverlapReranker()
        index = KnowledgeIndex(
            database, workspace_id=workspace_id, model=embedder.fingerprint, in_memory=in_memory
        )
        self.answer = Answerer(Retriever(database, index, embedder, reranker, clock=clock), reranker).answer


def said_by_the_bot(slack):
    """Every message of the bot that stands in the workspace, those that one person sees included."""
    records, bot_user = slack._ws.records, slack.directory.app.user_id
    stood = [one for kind in records.kinds("messages/") for one in records.all(kind).values()]
    seen = [*stood, *slack._ws.ephemerals.values()]
    return [one for one in seen if one.get("user") == bot_user and not one.get("hidden")]


class BotUnderTest:
    """Services and Bolt app on a running local workspace, and what people at its page do."""

    def __init__(self, folder, slack, clock, *, url=None, **settings):
        self.slack = slack
        self.database = Database(url or f"sqlite:///{folder / 'guidepost.db'}")
        with self.database.transaction() as session:
            self.workspace_id = workspaces.local_workspace(session, clock.now()).id
        client = client_of(slack)
        me = client.auth_test()
        self.services = Services(
            settings=Settings(_env_file=None, guidepost_data_dir=folder, **settings),
            database=self.database,
            clock=clock,
            wall=SystemClock(),
            workspace_id=self.workspace_id,
            bot_user_id=me["user_id"],
            messenger=SlackMessenger(client, pause=lambda _: None),
            directory=SlackDirectory(client, self.database, SystemClock(), self.workspace_id),
            answers=ReadyAnswers(self.database, self.workspace_id, clock),
            runner=PlaybookRunner(self.database, clock),
        )
        self.app = create_app(client, self.services)
        self.workers, self.deliverer = create_workers(self.services), create_deliverer(self.services)
        self._pages, self._open = {}, ExitStack()

    def close(self):
        self._open.close()
        self.database.close()

    def page(self, user):
        """That person's browser."""
        if user not in self._pages:
            self._pages[user] = self._open.enter_context(Page(self.slack, user))
        return self._pages[user]

    def settle(self):
        """Carry out and say everything that waits."""
        while self.workers.run_until_idle() + self.deliverer.run_until_idle():
            pass

    def wait_for_event(self, seconds=8):
        """Wait until Slack has told us something that is not carried out yet."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.database.reading() as session:
                if events.waiting_count(session, workspace_id=self.workspace_id):
                    return
            time.sleep(0.01)
        raise TimeoutError("no event came")

    def dm(self, user):
        """The id of a person's DM with the bot; it is opened if it was not."""
        self.page(user).do("open", tab="messages")
        return f"D{user.lstrip('UW')}"

    def say(self, user, channel, text, **more):
        """Somebody writes; what follows is carried out and said. Returns the message's ts."""
        ts = self.page(user).post(channel, text, **more)
        self.wait_for_event()
        self.settle()
        return ts

    def command(self, user, channel, text):
        """Somebody uses /cs; returns what they alone see of it, newest last."""
        before = len(self.seen(user, channel).ephemerals)
        reply = self.page(user).do("command", channel=channel, command="/cs", text=text)
        assert reply == {"ok": True}, reply
        self.settle()
        return self.seen(user, channel).ephemerals[before:]

    def seen(self, user, channel, thread=None):
        """What a person sees in a place: `messages` and `ephemerals`, oldest first."""
        place = {"channel": channel} | ({"thread": thread} if thread else {})
        return SimpleNamespace(**self.page(user).get("messages", **place))

    def press(self, user, message, action_id, *, option=None, settle=True):
        """Press a button or choose from a menu; see `Page.press`."""
        reply = self.page(user).press(message, action_id, option=option)
        if settle:
            self.settle()
        return reply

    def rate(self, user, message, rating, *, settle=True):
        """Press one of the feedback buttons: up or down."""
        reply = self.page(user).rate(message, rating)
        if settle:
            self.settle()
        return reply

    def modal(self, user, seconds=30):
        """The modal that opens at a person's page, once it is filled where it took long."""
        view = self.page(user).hears("view_open", seconds)["view"]
        if view.get("callback_id") == WAITING_MODAL:
            return self.page(user).hears("view_update", seconds, view__id=view["id"])["view"]
        return view

    def submit(self, user, view, **values):
        """Send a modal off; see `Page.submit`."""
        reply = self.page(user).submit(view, **values)
        self.settle()
        return reply

    def rows(self, query):
        """Rows of the store."""
        with self.database.reading() as session:
            return list(session.exec(query).all())


def texts_of(message):
    """Every piece of text of a message or view, in one string."""
    found = []

    def walk(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "text" and isinstance(inner, str):
                    found.append(inner)
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(message)
    return "\n".join(found)


@pytest.fixture
def local_clock(_sample_folder, tmp_path):
    """The workspace's clock; it stands still on a Tuesday at 10:00 in London until it is moved."""
    shutil.copytree(_sample_folder, tmp_path / "data")
    return LocalClock(tmp_path / "data" / "slack", FixedClock(TUESDAY))


@pytest.fixture
def slack_options():
    """How the local workspace behaves; a test module may define its own."""
    return {}


@pytest.fixture
def bot(local_clock, tmp_path, slack_options):
    """The product, connected to a local workspace of its own."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    slack = LocalWorkspace(
        tmp_path / "data" / "slack",
        local_clock,
        directory=sample.directory(),
        config=AppConfig.from_manifest(manifest),
        **slack_options,
    )
    with slack:
        running = BotUnderTest(tmp_path / "data", slack, local_clock)
        try:
            slack._delivery.transport = InProcess(running.app)
            yield running
            assert silent_messages(said_by_the_bot(slack)) == []
        finally:
            running.close()
