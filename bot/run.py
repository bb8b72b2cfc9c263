"""A running bot: started, connected, healthy, stopped."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

from bot import deliver, work
from bot.app import create_app, create_deliverer, create_workers
from bot.schedule import Schedule
from bot.slack.messenger import SLACK_FAILED
from bot.slack.signing_in import why_not_in
from store.errors import GuidepostError
from store.tables import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App
    from slack_sdk.socket_mode.builtin import SocketModeClient
    from starlette.requests import Request
    from starlette.responses import Response
    from uvicorn import Server

    from bot.services import Pace, Services

log = logging.getLogger(__name__)

GREETING_SECONDS = 10.0


class PortTaken(GuidepostError):  # noqa: N818
    """Another program listens on our port."""


class Bot:
    """Listeners, workers, outbox, schedule and health checks of one workspace.

    Args:
        services: its parts.
        work_pace: of the workers.
        speech_pace: of the outbox.
    """

    def __init__(
        self, services: Services, *, work_pace: Pace = work.PACE, speech_pace: Pace = deliver.PACE
    ) -> None:
        self.services = services
        settings = services.settings
        self.app: App = create_app(
            services.messenger.client,
            services,
            signing_secret=settings.slack_signing_secret if settings.mode == "http" else None,
        )
        self.workers = create_workers(services, work_pace)
        self.deliverer = create_deliverer(services, speech_pace)
        self.schedule = Schedule(services)
        self._socket: SocketModeClient | None = None
        self._http = HttpServer(self.app if settings.mode == "http" else None, settings.port, self.readiness)

    def start(self, app_token: str | None) -> None:
        """Connect to Slack and begin to work; models may still be loading.

        Args:
            app_token: connects by Socket Mode; None waits for HTTP requests.

        Raises:
            CannotConnect: Slack refuses the app token.
            PortTaken: another program listens on our port.
        """
        self._http.start()
        self.workers.start()
        self.deliverer.start()
        self.schedule.start()
        if app_token:
            self._socket = self._connect(app_token)

    def stop(self) -> None:
        """Take nothing new, finish what is under way."""
        self.services.stopping.set()
        if self._socket is not None:
            hang_up(self._socket)
        self.workers.stop()
        self.deliverer.stop()
        self.schedule.stop()
        self._http.stop()

    def readiness(self) -> dict[str, Any]:
        """Whether events are received and stored, whether models are loaded, and what was given up."""
        connected = self._socket is None or self._socket.is_connected()
        given_up = self._given_up()
        return {
            "ready": connected and given_up is not None,
            "connected": connected,
            "storing": given_up is not None,
            "models_loaded": self.services.answers.ready,
            "mode": self.services.settings.mode,
            **(given_up or {}),
        }

    def _given_up(self) -> dict[str, int] | None:
        """How many requests failed, and how many were set aside; None if the database does not answer."""
        try:
            with self.services.database.reading() as session:
                return {
                    state: events.count_of(session, workspace_id=self.services.workspace_id, state=state)
                    for state in ("failed", "set_aside")
                }
        except Exception:
            log.exception("the database does not answer")
            return None

    def _connect(self, app_token: str) -> SocketModeClient:
        from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - HTTP mode needs none

        from bot.wiring import CannotConnect  # noqa: PLC0415 - the root, which builds what we are given

        handler = SocketModeHandler(self.app, app_token)
        greeted = threading.Event()
        handler.client.on_message_listeners.append(lambda _message: greeted.set())
        try:
            handler.connect()  # type: ignore[no-untyped-call]
        except SLACK_FAILED as error:
            raise CannotConnect(why_not_in(error, "SLACK_APP_TOKEN")) from error
        greeted.wait(GREETING_SECONDS)
        return handler.client


def hang_up(client: SocketModeClient) -> None:
    """Close a Socket Mode connection at once.

    slack_sdk's receiver looks up every three seconds only, and its `close` never returns if it comes
    before the first frame: hence the shut socket here, and the wait for Slack's greeting at the start.
    """
    client.auto_reconnect_enabled = False
    session = client.current_session
    if session is not None and session.sock is not None:
        with contextlib.suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)
    client.close()


class HttpServer:
    """`/healthz`, `/readyz` and, in HTTP mode, `/slack/events`."""

    def __init__(self, app: App | None, port: int, readiness: Callable[[], dict[str, Any]]) -> None:
        self._app = app
        self._port = port
        self._readiness = readiness
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen.

        Raises:
            PortTaken: another program does.
        """
        import uvicorn  # noqa: PLC0415 - the command line's other commands need no server
        from starlette.applications import Starlette  # noqa: PLC0415
        from starlette.routing import Route  # noqa: PLC0415

        routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz)]
        if self._app is not None:
            routes.append(Route("/slack/events", self._slack, methods=["POST"]))
        host = "0.0.0.0" if self._app is not None else "127.0.0.1"  # noqa: S104 - Slack must reach HTTP mode
        listening = listen(host, self._port, "PORT")
        config = uvicorn.Config(Starlette(routes=routes), log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, name="http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=5)

    async def _healthz(self, _request: Request) -> Response:
        from starlette.responses import PlainTextResponse  # noqa: PLC0415

        return PlainTextResponse("ok")

    async def _readyz(self, _request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
        from starlette.responses import JSONResponse  # noqa: PLC0415

        state = await run_in_threadpool(self._readiness)
        return JSONResponse(state, status_code=200 if state["ready"] else 503)

    async def _slack(self, request: Request) -> Response:
        """Hand a request to Bolt in a thread, so that a slow one holds nobody up."""
        from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response  # noqa: PLC0415
        from starlette.concurrency import run_in_threadpool  # noqa: PLC0415

        assert self._app is not None
        bolt_request = to_bolt_request(request, await request.body())
        return to_starlette_response(await run_in_threadpool(self._app.dispatch, bolt_request))


def listen(host: str, port: int, variable: str) -> socket.socket:
    """A listening socket.

    Raises:
        PortTaken: another program listens there; the text names the variable to set.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"Port {port} is taken by another program (is Guidepost running already?). "
            f"Stop it, or set {variable} to another port."
        ) from error
    listening.listen(128)
    return listening


def wait_for_signal() -> None:
    """Wait until somebody asks the process to end (Ctrl-C or SIGTERM)."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(1.0):
        pass
