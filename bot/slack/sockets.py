"""Socket Mode: one app token, one or several connections; Slack sends each event down one of them."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk.socket_mode.builtin import SocketModeClient

GREETING_SECONDS = 10.0


class Sockets:
    """The connections of one app.

    While one is cut and comes back, Slack sends what happens down the others.

    Args:
        app: what hears the events.
        app_token: of the app.
        count: how many connections, at most ten (Slack's limit).
    """

    def __init__(self, app: App, app_token: str, count: int = 1) -> None:
        from slack_bolt.adapter.socket_mode import SocketModeHandler  # noqa: PLC0415 - HTTP mode needs none

        self.clients: list[SocketModeClient] = [
            SocketModeHandler(app, app_token).client for _ in range(count)
        ]

    @property
    def is_connected(self) -> bool:
        """Whether events come in: one connection is enough."""
        return any(link.is_connected() for link in self.clients)

    @property
    def connected(self) -> int:
        """How many connections stand."""
        return sum(link.is_connected() for link in self.clients)

    def connect(self) -> None:
        """Connect them all, one after the other.

        Raises:
            SlackApiError, OSError, HTTPException: Slack does not let us in, or cannot be reached.
        """
        for client in self.clients:
            greeted = threading.Event()
            client.on_message_listeners.append(lambda _message, greeted=greeted: greeted.set())  # type: ignore[misc]
            client.connect()
            greeted.wait(GREETING_SECONDS)

    def hang_up(self) -> None:
        """Close them all at once."""
        for client in self.clients:
            hang_up(client)


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
