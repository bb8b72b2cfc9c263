"""The product on a local workspace whose clock is moved by hand: real Bolt, listeners, workers, outbox, timers.

What is left out is the socket between the workspace and the bot: Bolt is handed in this process what Socket Mode
would bring, and each event is stored before the next thing happens. So a year is the same each time it is played.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltRequest

from bot.app import create_app, create_deliverer, create_workers
from bot.local import reading
from bot.local.errors import NotDelivered
from bot.schedule import Schedule
from bot.telling_back import TellingBack
from bot.watching import Watch
from bot.wiring import connect, slack_client
from store.tables import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from slack_bolt import App

    from bot.local.clock import LocalClock
    from bot.local.delivery import Envelope
    from bot.local.payloads import Payload
    from bot.local.server import LocalWorkspace
    from bot.services import Answers, Services
    from bot.wiring import Core
    from store.tables import OutboxMessage

OK = 200
EVERYBODY = 10_000  # accounts
LOOKED_AT_EVERY = timedelta(days=7)


class AtOnce(Executor):
    """Runs what is submitted here and now."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it; what it raises is in the future, as of a pool."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)
        return future


class InProcess:
    """The workspace's way to the bot without a socket."""

    def __init__(self, app: App) -> None:
        self._app = app

    def is_connected(self) -> bool:
        """Always."""
        return True

    async def connected(self) -> None:
        """At once."""

    async def deliver(self, envelope: Envelope) -> Payload | None:
        """Hand it to Bolt."""
        request = BoltRequest(mode="socket_mode", body=envelope.payload)
        response = await asyncio.to_thread(self._app.dispatch, request)
        if response.status != OK:
            raise NotDelivered(f"status {response.status}")
        return json.loads(response.body) if response.body else None


class Attention:
    """Which accounts are looked at on a morning: where something has happened, and the others every few days.

    The product looks at every account every day, which is most of what a quiet day costs. A look that is taken later
    finds the same, some days later.
    """

    def __init__(self, clock: LocalClock) -> None:
        self._clock = clock
        self._looked: dict[str, date] = {}
        self._touched: set[str] = set()

    def touch(self, account_id: str) -> None:
        """Something has happened there."""
        self._touched.add(account_id)

    def may_wait(self, account_id: str) -> bool:
        """Whether it need not be looked at today; where it need, it is taken to be."""
        today, last = self._clock.now().date(), self._looked.get(account_id)
        if last is not None and account_id not in self._touched and today - last < LOOKED_AT_EVERY:
            return True
        self._touched.discard(account_id)
        self._looked[account_id] = today
        return False


class Stage:
    """A running product, moved step by step.

    Args:
        core: settings, database and clock of a local workspace.
        workspace: that workspace, started.
        clock: its clock.
        answers: what answers questions.
    """

    def __init__(self, core: Core, workspace: LocalWorkspace, clock: LocalClock, answers: Answers) -> None:
        client = slack_client(workspace.bot_token, workspace.api_url)
        self.workspace = workspace
        self._account_id = core.account_id
        self.clock = clock
        self.services: Services = replace(connect(core, client), answers=answers)
        self._workers = create_workers(self.services)
        self._deliverer = create_deliverer(self.services)
        self._schedule = Schedule(self.services)
        self._watch = Watch(self.services)
        self._telling_back = TellingBack(self.services)
        self._attention = Attention(clock)
        self._ids: dict[str, str] = {}  # of accounts, by key
        self._morning: datetime | None = clock.now()
        self._heard_until, self._heard = clock.now(), frozenset[str]()  # what was said at that moment
        workspace.deliver_by(InProcess(create_app(client, self.services, executor=AtOnce())))

    def does(self, user_id: str, call: str, **body: Any) -> Payload:
        """Somebody does something at their page. What follows waits for the next `settle`."""
        return self.workspace.does(user_id, call, **body)

    def submit(self, user_id: str, **values: str) -> None:
        """Somebody fills in the form that is open at their page, by block, and sends it off; nothing if none is."""
        view = self.workspace.window_of(user_id)
        if view is not None:
            self.does(user_id, "view_submit", view_id=view["id"], values=_typed(view, values))

    def command(self, user_id: str, text: str) -> None:
        """Somebody uses /cs in their own conversation with the bot."""
        channel = self.workspace.dm_of(user_id)
        self.does(user_id, "command", channel=channel, command="/cs", text=text)

    def message(self, channel_id: str, ts: str) -> Payload | None:
        """A message as it stands now."""
        return reading.find(self.workspace.records, channel_id, ts)

    def settle(self) -> None:
        """Carry out and say everything that is due now."""
        while True:
            self.workspace.quiet()
            if (
                not self._workers.run_until_idle()
                + self._schedule.run_until_idle()
                + self._deliverer.run_until_idle()
            ):
                return

    def next_moment(self) -> datetime | None:
        """When something is due by itself: a timer, or somebody's morning."""
        moments = (self.services.runner.next_due(), self._morning, self._next_message())
        return min((one for one in moments if one is not None), default=None)

    def go_to(self, moment: datetime) -> None:
        """Move the clock to a moment, and look at the accounts whose morning it is."""
        ahead = moment - self.clock.now()
        if ahead.total_seconds() > 0:
            self.workspace.advance(ahead)
        if self._morning is not None and moment >= self._morning:
            self._watch.run_due(EVERYBODY, may_wait=self._attention.may_wait)
            self._telling_back.run_due()
            self._morning = self._watch.next_morning()

    def touch(self, key: str) -> None:
        """Something has happened at the account with that key: it is looked at on the next morning."""
        if key not in self._ids:
            self._ids[key] = self._account_id(key) or ""
            self._morning = self._watch.next_morning()
        self._attention.touch(self._ids[key])

    def new_messages(self) -> list[OutboxMessage]:
        """What was said since the last call, in the order in which it was said."""
        with self.services.database.reading() as session:
            found = outbox.sent_since(session, self.services.workspace_id, self._heard_until)
        new = [one for one in found if one.id not in self._heard]
        self._heard_until = self.clock.now()
        self._heard = frozenset(one.id for one in found if one.sent_at == self._heard_until)
        return new

    def _next_message(self) -> datetime | None:
        with self.services.database.reading() as session:
            return outbox.next_due(session, self.services.workspace_id)


def _typed(view: Payload, values: dict[str, str]) -> dict[str, Payload]:
    """What was typed or chosen, as the page sends it."""
    typed: dict[str, Payload] = {}
    for block in view["blocks"]:
        element = block.get("element") or {}
        if not element:
            continue
        action, value = element["action_id"], values.get(block["block_id"])
        state: Payload = {"type": element["type"]}
        if "options" in element:
            chosen = (one for one in element["options"] if one["value"] == value)
            state["selected_option"] = next(chosen, element.get("initial_option"))
        elif element["type"] == "external_select":
            state["selected_option"] = element.get("initial_option")
        else:
            state["value"] = value or element.get("initial_value")
        typed[block["block_id"]] = {action: state}
    return typed
