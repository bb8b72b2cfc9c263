"""Socket Mode: WebSockets that the bot opens, envelopes with acknowledgements."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.websockets import WebSocketDisconnect

from bot.local.delivery import ACK_SECONDS
from bot.local.errors import NotDelivered

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from bot.local.delivery import Envelope
    from bot.local.payloads import Payload

MAX_CONNECTIONS = 10  # per app


class _Link:
    """One WebSocket of the bot, and what waits for an acknowledgement on it."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.waiting: dict[str, asyncio.Future[Payload | None]] = {}
        self._sending = asyncio.Lock()

    async def send(self, frame: Payload) -> None:
        async with self._sending:
            await self.websocket.send_text(json.dumps(frame))

    def acknowledge(self, frame: Payload) -> None:
        future = self.waiting.pop(frame.get("envelope_id", ""), None)
        if future and not future.done():
            future.set_result(frame.get("payload"))

    def broken(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(NotDelivered("timeout", lost=True))
        self.waiting.clear()


class SocketMode:
    """All WebSockets of the bot. A payload goes to any one of them, each in turn."""

    def __init__(self, app_id: str, ack_seconds: float = ACK_SECONDS) -> None:
        self._app_id = app_id
        self._ack_seconds = ack_seconds
        self._tickets: set[str] = set()
        self._links: list[_Link] = []
        self._present = asyncio.Event()
        self._turn = 0

    def ticket(self) -> str:
        """What makes a WebSocket address valid, once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    def is_connected(self) -> bool:
        """Whether any WebSocket is open."""
        return bool(self._links)

    async def connected(self) -> None:
        """Wait for a WebSocket."""
        await self._present.wait()

    async def serve(self, websocket: WebSocket) -> None:
        """The endpoint: greet, then take acknowledgements until the connection ends."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(code=4001)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        link = _Link(websocket)
        if len(self._links) >= MAX_CONNECTIONS:
            await link.send({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await websocket.close()
            return
        await self._converse(link)

    async def deliver(self, envelope: Envelope) -> Payload | None:
        """Send on the next connection and wait for its acknowledgement.

        Raises:
            NotDelivered: no connection, it broke, or no acknowledgement came in time.
        """
        if not self._links:
            raise NotDelivered("timeout", lost=True)
        self._turn += 1
        link = self._links[self._turn % len(self._links)]
        frame = _frame(envelope)
        future: asyncio.Future[Payload | None] = asyncio.get_running_loop().create_future()
        link.waiting[frame["envelope_id"]] = future
        try:
            await link.send(frame)
            return await asyncio.wait_for(future, self._ack_seconds)
        except TimeoutError as error:
            raise NotDelivered("timeout") from error
        except (WebSocketDisconnect, RuntimeError, OSError) as error:  # it closes while we send
            self._drop(link)
            raise NotDelivered("timeout", lost=True) from error
        finally:
            link.waiting.pop(frame["envelope_id"], None)

    async def disconnect(self, reason: str) -> int:
        """Tell every client to connect anew, then hang up (reason: refresh_requested, warning, link_disabled).

        Returns:
            how many connections that were.
        """
        links = list(self._links)
        for link in links:
            await link.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})
            if reason != "warning":
                await link.websocket.close()
        return len(links)

    async def _converse(self, link: _Link) -> None:
        await link.send(self._hello())
        self._links.append(link)
        self._present.set()
        try:
            while True:
                link.acknowledge(_parsed(await link.websocket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            pass  # the ordinary end of a connection
        finally:
            self._drop(link)

    def _drop(self, link: _Link) -> None:
        if link in self._links:
            self._links.remove(link)
        if not self._links:
            self._present.clear()
        link.broken()

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._links) + 1,
            "debug_info": {"host": "local", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }


def _frame(envelope: Envelope) -> dict[str, Any]:
    frame = {
        "envelope_id": str(uuid4()),
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.kind != "events_api",
    }
    if envelope.kind == "events_api":
        frame |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
    return frame


def _parsed(text: str) -> Payload:
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
