"""What open browser pages hear: one queue for each."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from starlette.websockets import WebSocketDisconnect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.websockets import WebSocket

    from bot.local.payloads import Payload


class Hub:
    """Pushes to the pages of the people concerned."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Payload]]] = defaultdict(set)

    def push(self, users: Iterable[str], type_: str, **fields: object) -> None:
        """Send to every open page of these users."""
        for user in set(users):
            for queue in self._queues.get(user, ()):
                queue.put_nowait({"type": type_, **fields})

    def push_all(self, type_: str, **fields: object) -> None:
        """Send to every open page."""
        self.push(list(self._queues), type_, **fields)

    async def serve(self, websocket: WebSocket, user: str) -> None:
        """The endpoint of one page, until it closes."""
        await websocket.accept()
        queue: asyncio.Queue[Payload] = asyncio.Queue()
        self._queues[user].add(queue)
        sender = asyncio.create_task(_forward(queue, websocket))
        try:
            while True:
                await websocket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            pass  # the ordinary end of a page
        finally:
            self._queues[user].discard(queue)
            sender.cancel()


async def _forward(queue: asyncio.Queue[Payload], websocket: WebSocket) -> None:
    try:
        while True:
            await websocket.send_json(await queue.get())
    except (WebSocketDisconnect, RuntimeError):
        return
