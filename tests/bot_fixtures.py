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
from importlib.util import find_spec
from types import SimpleNamespace

import pytest
import yaml
from slack_bolt import BoltRequest
from sqlmodel import SQLModel

from bot.app import create_app, create_deliverer, create_workers
from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.errors import NotDelivered
from bot.local.manifest import AppConfig
from bot.local.seed import Seed
from bot.local.server import LocalWorkspace
from bot.services import Services
from bot.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import SlackMessenger
from bot.start import MANIFEST
from knowledge.adapters.generations import NumpyGenerations, in_memory
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.answering import Answerer
from knowledge.ingest import Ingest
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from store.clock import FixedClock, SystemClock
from store.database import Database
from store.tables import accounts, events, workspaces
from tests.local_slack import Page, client_of

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # 10:00 in London
HARBOUR, TEAM, COMMUNITY = "C0HARBOUR", "C0CSTEAM", "C0COMMUNITY"
ISLA, OWEN, MIRA, JONAS = "U0ISLA", "U0OWEN", "U0MIRA", "U0JONAS"  # customers' people
PRIYA, TOM, GRACE, NOOR = "U0PRIYA", "U0TOM", "U0GRACE", "U0NOOR"  # CSMs, their manager, an admin


@pytest.fixture(scope="session")
def _sample_folder(tmp_path_factory):
    """The sample company and its help centre, loaded once; every test gets a copy."""
    folder = tmp_path_factory.mktemp("sample")
    clock = LocalClock(folder / "slack", FixedClock(TUESDAY))
    database = Database(f"sqlite:///{folder / 'guidepost.db'}")
    SQLModel.metadata.create_all(database.engine)
    with database.transaction() as session:
        workspace = workspaces.local_workspace(session, clock.now())

    def account_id(key):
        with database.reading() as session:
            account = accounts.find_by_key(session, workspace.id, key)
        return account.id if account else None

    Seed(database, workspace.id, folder / "slack", clock).customers()
    ingest = Ingest(
        database,
        workspace_id=workspace.id,
        clock=clock,
        embedder=HashingEmbedder(),
        store=NumpyGenerations(),
        folder=folder / "index",
    )
    ingest.sync(sample.HELP_CENTER, audience="customer", account_id=account_id)
    database.close()
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

    def __init__(self, database, workspace_id):
        embedder, reranker = HashingEmbedder(), OverlapReranker()
        index = KnowledgeIndex(
            database, workspace_id=workspace_id, model=embedder.fingerprint, in_memory=in_memory
        )
        self.answer = Answerer(Retriever(database, index, embedder, reranker), reranker).answer


def _runner(database, clock):
    if find_spec("playbooks.runner") is None:
        return None
    from playbooks.runner import PlaybookRunner

    return PlaybookRunner(database, clock)


class BotUnderTest:
    """Services and Bolt app on a running local workspace, and what people at its page do."""

    def __init__(self, folder, slack, clock, **settings):
        self.slack = slack
        self.database = Database(f"sqlite:///{folder / 'guidepost.db'}")
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
            answers=ReadyAnswers(self.database, self.workspace_id),
            runner=_runner(self.database, clock),
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
        """Press a button, or choose an option's value from a menu, in a message, an ephemeral or a view."""
        block, element = element_of(message, action_id)
        action = {"action_id": element["action_id"], "type": element["type"]}
        if option is not None:
            action["selected_option"] = next(one for one in element["options"] if one["value"] == option)
        elif element["type"] == "feedback_buttons":
            raise ValueError("use rate")
        else:
            action["value"] = element.get("value")
        return self._act(user, message, block, action, settle=settle)

    def rate(self, user, message, rating, *, settle=True):
        """Press one of the feedback buttons: up or down."""
        block, element = element_of(message, "answer_feedback")
        side = element["positive_button" if rating == "up" else "negative_button"]
        action = {"action_id": element["action_id"], "type": element["type"], "value": side["value"]}
        return self._act(user, message, block, action, settle=settle)

    def _act(self, user, message, block, action, *, settle):
        if message.get("type") in {"modal", "home"}:
            target = {"view": {"id": message["id"]}}
        elif message.get("is_ephemeral"):
            target = {"ephemeral": {"id": message["id"]}}
        else:
            target = {"message": {"channel": message["channel"], "ts": message["ts"]}}
        reply = self.page(user).do("action", **target, block_id=block["block_id"], action=action)
        if settle:
            self.settle()
        return reply

    def modal(self, user, seconds=8):
        """The modal that opens at a person's page."""
        return self.page(user).hears("view_open", seconds)["view"]

    def submit(self, user, view, **values):
        """Send a modal off; values by block id: a text, or the value of an option."""
        typed = {}
        for block in view["blocks"]:
            if block["type"] == "input" and block["block_id"] in values:
                typed[block["block_id"]] = _typed(block["element"], values[block["block_id"]])
        reply = self.page(user).do("view_submit", view_id=view["id"], values=typed)
        self.settle()
        return reply

    def rows(self, query):
        """Rows of the store."""
        with self.database.reading() as session:
            return list(session.exec(query).all())


def element_of(message, action_id):
    """A message's (or view's) block and element with that action id."""
    for block in message["blocks"]:
        candidates = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and element.get("action_id") == action_id:
                return block, element
    raise LookupError(f"{action_id} is not in {message['blocks']}")


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


def _typed(element, value):
    if element["type"] == "plain_text_input":
        typed = {"type": element["type"], "value": value}
    else:
        chosen = next(one for one in element["options"] if one["value"] == value)
        typed = {"type": element["type"], "selected_option": chosen}
    return {element["action_id"]: typed}


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
        finally:
            running.close()
