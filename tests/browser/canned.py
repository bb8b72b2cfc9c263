"""A tiny server with canned answers, to show the page things that no bot of ours would post: every block
type, broken blocks, hostile text. What the page sends is recorded; what it should hear is pushed by the test.
"""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from starlette.requests import Request

PAGE = Path(__file__).parents[2] / "bot" / "local" / "page"
NOW = "2026-03-02T10:00:00+00:00"
T0 = 1772445600  # NOW in seconds

USERS = [
    {
        "id": "UBOT",
        "name": "guidepost",
        "real_name": "Guidepost",
        "title": "",
        "role_hint": "",
        "is_bot": True,
    },
    {
        "id": "U1",
        "name": "ada",
        "real_name": "Ada Park",
        "title": "Operations lead, Acme",
        "role_hint": "End user",
        "avatar_colour": "#e0a52a",
    },
    {
        "id": "U2",
        "name": "ben",
        "real_name": "Ben Okafor",
        "title": "Customer success manager",
        "role_hint": "CSM",
        "avatar_colour": "#5b21b6",
    },
]
CHANNELS = [
    {"id": "C1", "name": "gallery", "kind": "channel", "members": ["U1", "U2", "UBOT"], "topic": "Every <https://example.com|block>"},
    {"id": "C2", "name": "general", "kind": "channel", "members": ["U1", "U2"], "topic": "", "unread": 3},
    {"id": "D1", "name": "", "kind": "im", "members": ["U1", "U2"], "topic": ""},
    {"id": "D2", "name": "guidepost", "kind": "app", "members": ["U1", "UBOT"], "topic": ""},
]  # fmt: skip
COMPLETIONS = [
    {"text": "ask", "description": "Ask a question"},
    {"text": "play start", "description": "Start a playbook"},
    {"text": "play list", "description": "List playbooks"},
    {"text": "digest 7d", "description": "The last week"},
    {"text": "account @customer", "description": "An account"},
    {"text": "tasks [mine|team]", "description": "What is to be done"},
    {"text": "renew brief | forecast NAME", "description": "A renewal"},
]


def message(ts: float, user: str = "U1", text: str = "", **more: Any) -> dict[str, Any]:
    """A message as the server would list it; `ts` in seconds after 10:00."""
    bot = {"bot_id": "B1"} if user == "UBOT" else {}
    return (
        {"type": "message", "user": user, "text": text, "ts": f"{T0 + ts:.6f}", "streaming": False}
        | bot
        | more
    )


class CannedServer:
    """Serves the page.

    `messages[channel]` and `threads[ts]` are what it lists; `answers[path]` what a POST answers. `meanwhile` is
    pushed after a thread was asked for, and before it is answered.
    """

    def __init__(self) -> None:
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.threads: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, Any] = {}
        self.meanwhile: list[dict[str, Any]] = []
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.users = [dict(user) for user in USERS]
        self.home: dict[str, Any] | None = None
        self._sockets: set[WebSocket] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        routes = [
            Route("/", self._index),
            Route("/local/api/bootstrap", self._bootstrap),
            Route("/local/api/messages", self._messages),
            Route("/local/api/{path}", self._post, methods=["POST"]),
            WebSocketRoute("/local/api/ws", self._socket),
            Mount("/page", StaticFiles(directory=PAGE)),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), host="127.0.0.1", port=0, log_level="warning", lifespan="off"
        )
        self.url = ""
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Starts it on a free port; `url` is the address."""
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Ends it, and every connection."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(5)

    def push(self, **event: Any) -> None:
        """Sends one event to every page that listens."""
        assert self._loop is not None, "no page has connected yet"
        asyncio.run_coroutine_threadsafe(self._send(event), self._loop).result(5)

    def sent(self, path: str) -> list[dict[str, Any]]:
        """The bodies that the page posted to one path, oldest first."""
        return [body for to, body in self.posts if to == path]

    def awaited(self, path: str) -> list[dict[str, Any]]:
        """The same, once there is one: the page posts when it gets to it."""
        give_up = time.monotonic() + 5
        while not self.sent(path) and time.monotonic() < give_up:
            time.sleep(0.02)
        return self.sent(path)

    async def _send(self, event: dict[str, Any]) -> None:
        for socket in list(self._sockets):
            await socket.send_json(event)

    async def _index(self, _: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    async def _bootstrap(self, request: Request) -> Response:
        return JSONResponse(
            {
                "team": {"id": "T1", "name": "Northwind Tools"},
                "me": request.query_params.get("as") or "U1",
                "users": self.users,
                "personas": ["U1", "U2"],
                "app": {"user_id": "UBOT", "name": "Guidepost", "bot_id": "B1"},
                "channels": CHANNELS,
                "commands": [
                    {
                        "command": "/cs",
                        "description": "Customer success",
                        "usage_hint": "help",
                        "completions": COMPLETIONS,
                    }
                ],
                "shortcuts": [
                    {"callback_id": "save_feedback", "name": "Save as feedback", "type": "message"}
                ],
                "clock": {"now_iso": NOW, "offset_seconds": 0},
                "suggested_prompts": [
                    {"title": "Invite a colleague", "message": "How do I invite a colleague?"}
                ],
                "prompts_title": "Try one of these",
            }
        )

    async def _messages(self, request: Request) -> Response:
        thread = request.query_params.get("thread")
        for event in self.meanwhile if thread else ():
            await self._send(event)
            await asyncio.sleep(0.05)
        found = (
            self.threads.get(thread, []) if thread else self.messages.get(request.query_params["channel"], [])
        )
        return JSONResponse({"messages": found, "ephemerals": [], "status": {}})

    async def _post(self, request: Request) -> Response:
        path = request.path_params["path"]
        body = await request.json()
        self.posts.append((path, body))
        answer = self.answers.get(path, {"ok": True, "ts": f"{T0}.000001", "home": self.home})
        return JSONResponse(answer(body) if callable(answer) else answer)

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        self._loop = asyncio.get_running_loop()
        self._sockets.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            self._sockets.discard(socket)
