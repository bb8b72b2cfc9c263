"""The local workspace as a whole: one process, one thread, one loop, real HTTP and WebSocket on loopback."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from bot.local import cards, reading, streams
from bot.local.controls import Controls
from bot.local.delivery import ACK_SECONDS, RETRY_SECONDS, Delivery
from bot.local.directory import Channel, Directory, User
from bot.local.errors import LocalWorkspaceError
from bot.local.faults import Faults, Trouble
from bot.local.gate import Gate
from bot.local.http_mode import HttpMode
from bot.local.manifest import AppConfig
from bot.local.oauth import OAuth
from bot.local.page_api import PageApi
from bot.local.records import Records
from bot.local.responses import ResponseUrls
from bot.local.socket_mode import SocketMode
from bot.local.tokens import Tokens
from bot.local.views import TRIGGER_SECONDS, Views
from bot.local.web_api import Budgets, WebApi
from bot.local.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path
    from types import TracebackType

    from bot.local.clock import LocalClock
    from bot.local.delivery import Transport
    from bot.local.payloads import Payload

_HOST = "127.0.0.1"
_START_SECONDS = 20.0
_DONE_SECONDS = 60.0
T = TypeVar("T")


class _Server(uvicorn.Server):
    """uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._ready.set()


class LocalWorkspace:
    """A Slack-like workspace that an unmodified slack_bolt app connects to by `SLACK_API_URL`.

    Its state lies in `folder` and survives `kill -9`. Events go to the bot over Socket Mode, or with
    `events_url` over signed HTTP. Everything runs on one background thread.
    """

    def __init__(
        self,
        folder: Path,
        clock: LocalClock,
        *,
        directory: Directory,
        port: int = 0,
        config: AppConfig | None = None,
        events_url: str | None = None,
        signing_secret: str | None = None,
        budgets: Mapping[str, int] | None = None,
        ack_seconds: float = ACK_SECONDS,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        trigger_seconds: float = TRIGGER_SECONDS,
    ) -> None:
        """Open the folder; nothing listens before `start`.

        Args:
            folder: where the workspace keeps its state; created if needed.
            clock: the clock that message timestamps follow.
            directory: the team, its people and channels; people and channels added earlier stay.
            port: the TCP port on 127.0.0.1; 0 picks a free one.
            config: the app's commands, shortcuts, events and prompts (`AppConfig.from_manifest`).
            events_url: where events are posted (HTTP mode); None means Socket Mode.
            signing_secret: signs those posts; None keeps a random one in the folder.
            budgets: calls per minute by method, beyond which the answer is 429.
            ack_seconds: how long an acknowledgement may take.
            retry_seconds: the pauses before each redelivery of an unacknowledged event.
            trigger_seconds: how long a trigger_id opens a view, by the clock under `clock`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._tokens = Tokens.of(folder)
        self.signing_secret = signing_secret or self._tokens.signing_secret
        self.app_token = self._tokens.app_token
        self._port = port
        self._ack_seconds = ack_seconds
        self._clock = clock
        self._records = Records(folder / "workspace.jsonl")
        self._sockets = SocketMode(directory.app.app_id, ack_seconds)
        trouble = Trouble()
        self._delivery = Delivery(self._records, self._sockets, retry_seconds, trouble)
        self._ws = Workspace(
            folder=folder,
            records=self._records,
            clock=clock,
            config=config or AppConfig(),
            directory=_remembered(self._records, directory),
            delivery=self._delivery,
            trouble=trouble,
            views=Views(clock.real_now, trigger_seconds),
            responses=ResponseUrls(self._records, clock),
        )
        self._ws.begin_after(reading.latest_of_all(self._ws.records))
        streams.end_all(self._ws)
        self._oauth = OAuth(self._ws, self._tokens)
        self._page = PageApi(self._ws, Controls(self._ws, self._sockets, self._oauth))
        self._budgets = Budgets(budgets or {})
        self.set_events_url(events_url)
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = Event()

    @property
    def bot_token(self) -> str:
        """What the bot calls the Web API with; a new installation after the app was taken out brings another."""
        return self._tokens.bot_token

    @property
    def client(self) -> tuple[str, str]:
        """The app's client id and secret, with which it is installed by OAuth."""
        return self._tokens.client_id, self._tokens.client_secret

    @property
    def page_url(self) -> str:
        """The browser page's address."""
        return f"{self._ws.base_url}/"

    @property
    def api_url(self) -> str:
        """What the bot takes as `SLACK_API_URL`; ends in `/api/`."""
        return f"{self._ws.base_url}/api/"

    @property
    def directory(self) -> Directory:
        """Who and what is in the workspace now."""
        return self._ws.directory

    @property
    def records(self) -> Records:
        """What the workspace remembers; write to it only before `start`, to lay a past into it."""
        return self._records

    def start(self) -> None:
        """Listen. Returns when connections are taken.

        Raises:
            LocalWorkspaceError: the port is taken, or the server did not come up.
        """
        listener = _listen(self._port)
        self._ws.base_url = f"http://{_HOST}:{listener.getsockname()[1]}"
        app = Gate(Starlette(routes=[*self._slack_routes(), *self._page.routes()]))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
        )
        self._server = _Server(config, self._ready)
        self._thread = Thread(target=self._run, args=(listener,), name="local-workspace", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise LocalWorkspaceError("The local workspace did not start; see the log for the reason.")

    def stop(self) -> None:
        """Hang up and close the folder. Unacknowledged events stay for the next start."""
        if self._thread and self._loop and self._server:
            asyncio.run_coroutine_threadsafe(self._delivery.stop(), self._loop).result(_START_SECONDS)
            self._server.should_exit = True
            self._thread.join(_START_SECONDS)
            self._thread = None
        self._records.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except LocalWorkspaceError:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def set_events_url(self, url: str | None) -> None:
        """Switch to HTTP mode at that address, or with None to Socket Mode."""
        self._oauth.events_url = url
        if url is None:
            self._delivery.transport = self._sockets
        else:
            self._delivery.transport = HttpMode(
                url, self.signing_secret, self._clock.real_now, self._ack_seconds
            )

    def deliver_by(self, transport: Transport) -> None:
        """Hand events to a bot in this process, instead of over a socket."""
        self._delivery.transport = transport

    def does(self, user_id: str, call: str, **body: Any) -> Payload:
        """Somebody does what their browser page would: `call` of PAGE_API.md. Returns when the bot was told.

        Raises:
            PageError: they cannot do that.
            LocalWorkspaceError: the workspace is not running.
        """
        if self._loop is None:
            raise LocalWorkspaceError("The local workspace does not run; start it first.")

        async def done() -> Payload:
            answer = await self._page.does(call, {"as": user_id, **body})
            await self._delivery.quiet()
            return answer

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(_DONE_SECONDS)

    def dm_of(self, user_id: str) -> str:
        """The id of somebody's conversation with the bot, opened if it was not."""
        return self._on_loop(lambda: self._ws.dm_with_bot(user_id).id)

    def share_with_bot(self, channel: Channel) -> None:
        """A channel comes to be, and then the bot is invited: it hears of that as of any invitation."""
        bot = self._ws.bot_user
        self.add_channel(replace(channel, members=tuple(one for one in channel.members if one != bot)))
        self.add_channel(replace(channel, members=tuple(dict.fromkeys((*channel.members, bot)))))

    def close_account(self, user_id: str) -> None:
        """Somebody's Slack account is closed; the bot hears of it.

        Raises:
            PageError: there is no such person.
        """
        self._on_loop(lambda: self._ws.put_user(replace(self._ws.person(user_id), deleted=True)))

    def window_of(self, user_id: str) -> Payload | None:
        """The modal that is open at somebody's page, the top one."""
        return self._on_loop(lambda: next(reversed(self._ws.views.stack(user_id)), None))

    def quiet(self) -> None:
        """Wait until the bot has been told everything."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._delivery.quiet(), self._loop).result(_DONE_SECONDS)

    def move_clock_by(self, mover: Callable[[timedelta], object]) -> None:
        """Let somebody else move the clock when the page asks for it; they call `advance`, step by step."""
        self._ws.mover = mover

    def add_user(self, user: User) -> None:
        """Add a person, or change the one with that id."""
        self._on_loop(lambda: self._ws.put_user(user))

    def add_channel(self, channel: Channel) -> None:
        """Add a channel, or change the one with that id."""
        self._on_loop(lambda: self._ws.put_channel(channel))

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward; open pages hear of it."""

        def move() -> datetime:
            moved = self._clock.advance(by)
            self._ws.hub.push_all("clock", **cards.clock_card(self._ws.clock))
            return moved

        return self._on_loop(move)

    def make_trouble(self, faults: Faults) -> None:
        """Have these go wrong from now on; `Faults()` ends it."""
        self._on_loop(lambda: self._ws.trouble.make(faults))

    @property
    def trouble(self) -> Trouble:
        """What goes wrong, and how often each fault struck."""
        return self._ws.trouble

    def disconnect_clients(self, reason: str = "refresh_requested") -> None:
        """Send the bot's WebSockets Slack's `disconnect` frame, as Slack does every few hours."""
        if self._loop:
            asyncio.run_coroutine_threadsafe(self._sockets.disconnect(reason), self._loop).result(
                _START_SECONDS
            )

    def _on_loop(self, work: Callable[[], T]) -> T:
        """Run on the server's thread, which alone touches the state; directly before the start."""
        if self._loop is None or self._thread is None:
            return work()

        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_START_SECONDS)

    def _run(self, listener: socket.socket) -> None:
        asyncio.run(self._serve(listener))

    async def _serve(self, listener: socket.socket) -> None:
        server = self._server
        if server is None:
            return
        self._loop = asyncio.get_running_loop()
        self._delivery.start()
        await server.serve(sockets=[listener])

    def _slack_routes(self) -> list[Route | WebSocketRoute]:
        api = WebApi(self._ws, self._sockets, self._tokens, self._oauth, self._budgets)
        return [
            *self._oauth.routes(),
            Route("/api/{method}", api.call, methods=["GET", "POST"]),
            Route("/upload/v1/{file_id}/{ticket}", api.upload, methods=["POST", "PUT"]),
            Route("/response/{team}/{key}", api.respond, methods=["POST"]),
            WebSocketRoute("/link/", self._sockets.serve),
        ]


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise LocalWorkspaceError(
            f"Port {port} is taken; set GUIDEPOST_LOCAL_PORT to another one, or to 0 for any."
        ) from error
    return listener


def _remembered(records: Records, directory: Directory) -> Directory:
    stored = records.get("directory", "whole")
    whole = directory.over(Directory.from_json(stored)) if stored else directory
    if stored != whole.to_json():
        records.put("directory", "whole", whole.to_json())
    return whole
