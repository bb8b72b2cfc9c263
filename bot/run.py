"""A running bot: started, connected, healthy, stopped."""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING, Any

from bot import deliver, work
from bot.app import create_app, create_deliverer, create_workers
from bot.schedule import Schedule
from bot.serving import HttpServer, SlackDoor
from bot.slack.messenger import SLACK_FAILED
from bot.slack.signing_in import why_not_in
from store.tables import events

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.services import Pace, Services
    from bot.slack.sockets import Sockets

log = logging.getLogger(__name__)


class Bot:
    """Listeners, workers, outbox, schedule and health checks of one workspace.

    Args:
        services: its parts.
        work_pace: of the workers.
        speech_pace: of the outbox.
        alone: whether it listens on PORT itself; not where several share a process.
    """

    def __init__(
        self,
        services: Services,
        *,
        work_pace: Pace = work.PACE,
        speech_pace: Pace = deliver.PACE,
        alone: bool = True,
    ) -> None:
        self.services = services
        settings = services.settings
        over_http = settings.mode == "http"
        self.app: App = create_app(
            services.messenger.client,
            services,
            signing_secret=settings.slack_signing_secret if over_http else None,
        )
        self.workers = create_workers(services, work_pace)
        self.deliverer = create_deliverer(services, speech_pace)
        self.schedule = Schedule(services)
        self._sockets: Sockets | None = None
        door = SlackDoor(self.app.dispatch) if over_http else None
        self._http = HttpServer(door, settings.port, self.readiness) if alone else None

    def start(self, app_token: str | None) -> None:
        """Connect to Slack and begin to work; models may still be loading.

        Args:
            app_token: connects by Socket Mode; None waits for HTTP requests.

        Raises:
            CannotConnect: Slack refuses the app token.
            PortTaken: another program listens on our port.
        """
        if self._http is not None:
            self._http.start()
        self.workers.start()
        self.deliverer.start()
        self.schedule.start()
        if app_token:
            self._sockets = self._connect(app_token)

    def stop(self) -> None:
        """Take nothing new, finish what is under way."""
        self.services.stopping.set()
        if self._sockets is not None:
            self._sockets.hang_up()
        self.workers.stop()
        self.deliverer.stop()
        self.schedule.stop()
        if self._http is not None:
            self._http.stop()

    def readiness(self) -> dict[str, Any]:
        """Whether events are received and stored, whether models are loaded, and what was given up."""
        connected = self._sockets is None or self._sockets.is_connected
        given_up = self._given_up()
        return {
            "ready": connected and given_up is not None,
            "connected": connected,
            **({"connections": self._sockets.connected} if self._sockets else {}),
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

    def _connect(self, app_token: str) -> Sockets:
        from bot.slack.sockets import Sockets  # noqa: PLC0415 - HTTP mode needs none
        from bot.wiring import CannotConnect  # noqa: PLC0415 - the root, which builds what we are given

        sockets = Sockets(self.app, app_token, self.services.settings.guidepost_connections)
        try:
            sockets.connect()
        except SLACK_FAILED as error:
            sockets.hang_up()
            raise CannotConnect(why_not_in(error, "SLACK_APP_TOKEN")) from error
        return sockets


def wait_for_signal() -> None:
    """Wait until somebody asks the process to end (Ctrl-C or SIGTERM)."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    while not asked.wait(1.0):
        pass
