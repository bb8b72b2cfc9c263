"""The Web API's front door: who calls, with what, how often; then one of the registered methods."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse

from bot.local import (
    api_agents,
    api_chat,
    api_conversations,
    api_files,
    api_people,
    api_reactions,
    api_streams,
    api_views,
    respond,
    scopes,
)
from bot.local.call import Call
from bot.local.errors import ApiError
from bot.local.faults import Hit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from bot.local.oauth import OAuth
    from bot.local.payloads import Payload
    from bot.local.socket_mode import SocketMode
    from bot.local.tokens import Tokens
    from bot.local.workspace import Workspace

METHODS: dict[str, Callable[[Call], Payload]] = {
    **api_agents.METHODS,
    **api_chat.METHODS,
    **api_conversations.METHODS,
    **api_files.METHODS,
    **api_people.METHODS,
    **api_reactions.METHODS,
    **api_streams.METHODS,
    **api_views.METHODS,
}
_OPEN_TO_ALL = frozenset({"api.test"})
_CONNECT, _REVOKE = "apps.connections.open", "auth.revoke"
GENEROUS = 6000  # calls of one method a minute, where no budget is given


@dataclass
class Budgets:
    """How many calls of each method are taken within a minute, as Slack's tiers do it."""

    per_minute: Mapping[str, int] = field(default_factory=dict)
    _calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def spend(self, method: str) -> int:
        """Count a call; 0, or the seconds to wait because the budget is used up."""
        now, calls = time.monotonic(), self._calls[method]
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if len(calls) >= self.per_minute.get(method, GENEROUS):
            return max(1, math.ceil(calls[0] + 60 - now)) if calls else 60
        calls.append(now)
        return 0


@dataclass
class WebApi:
    """Answers `POST /api/<method>`, uploads and response_urls."""

    ws: Workspace
    socket: SocketMode
    tokens: Tokens
    oauth: OAuth
    budgets: Budgets

    async def call(self, request: Request) -> Response:
        """One call of a method."""
        name = request.path_params["method"]
        args = {**dict(request.query_params), **await _arguments(request)}
        wait = self.budgets.spend(name)
        if wait:
            return _too_many(wait)
        token = _token(request, args)
        hit = self.ws.trouble.of_call(name)
        if hit is Hit.REFUSED:
            return _too_many(self.ws.trouble.faults.retry_after)
        if hit is Hit.FAILED:
            return _broken()
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.ws.config.scopes or ()))}
        try:
            answer = self._by_the_app(request, name, args) or self._answer(name, token, args)
        except ApiError as error:
            answer = {"ok": False, "error": error.code, **error.extra}
        return _broken() if hit is Hit.LOST else JSONResponse(answer, headers=headers)

    async def upload(self, request: Request) -> Response:
        """The second step of an upload: raw bytes or a form with one file."""
        data = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await request.form()
            file = next((one for one in form.values() if not isinstance(one, str)), None)
            data = await file.read() if file else b""
        where = request.path_params
        if not api_files.receive(self.ws, where["file_id"], where["ticket"], data):
            return PlainTextResponse("upload refused: unknown address, or not the announced size", 400)
        return PlainTextResponse(f"OK - {len(data)}")

    async def respond(self, request: Request) -> Response:
        """A response_url was used."""
        args = await _arguments(request)
        try:
            respond.respond(self.ws, request.path_params["key"], args)
        except ApiError as error:
            status = 404 if error.code in {"used_url", "expired_url"} else 400
            return JSONResponse({"ok": False, "error": error.code, **error.extra}, status_code=status)
        return PlainTextResponse("ok")

    def _by_the_app(self, request: Request, name: str, args: Payload) -> Payload | None:
        """What the app calls with its client secret, as it has no token yet; None for every other method."""
        called = {"oauth.v2.access": self.oauth.access, "apps.uninstall": self.oauth.uninstall}.get(name)
        return {"ok": True, **called(args, request.headers.get("authorization", ""))} if called else None

    def _answer(self, name: str, token: str, args: Payload) -> Payload:
        if name == _CONNECT:
            return {"ok": True, "url": self._connection(token)}
        method = METHODS.get(name)
        if method is None and name != _REVOKE:
            raise ApiError("unknown_method", req_method=name)
        if name not in _OPEN_TO_ALL:
            self._authorise(token, self.tokens.bot_token, self.tokens.app_token)
            scopes.check(self.ws, name, args)
        if method is None:
            return {"ok": True, **self.oauth.revoke()}
        call = Call(self.ws, args)
        answer = {"ok": True, **method(call)}
        if call.warnings:
            told = [f"[WARN] {one}" for one in call.warnings]
            answer["response_metadata"] = {"messages": told, **answer.get("response_metadata", {})}
        return answer

    def _connection(self, token: str) -> str:
        self._authorise(token, self.tokens.app_token, self.tokens.bot_token)
        host = self.ws.base_url.partition("://")[2]
        return f"ws://{host}/link/?ticket={self.socket.ticket()}&app_id={self.ws.directory.app.app_id}"

    def _authorise(self, token: str, wanted: str, other: str) -> None:
        if not token:
            raise ApiError("not_authed")
        if why := self.tokens.void.get(token):
            raise ApiError(why)
        if token == other:
            raise ApiError("not_allowed_token_type")
        if token != wanted:
            raise ApiError("invalid_auth")


def _too_many(seconds: int) -> Response:
    refused = {"ok": False, "error": "ratelimited"}
    return JSONResponse(refused, status_code=429, headers={"Retry-After": str(seconds)})


def _broken() -> Response:
    """A fault of Slack's: its front door answers, and in no JSON."""
    return PlainTextResponse("Internal Server Error", status_code=500)


async def _arguments(request: Request) -> Payload:
    """The body's arguments, form or JSON; what is neither counts as none."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = json.loads(await request.body())
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}
    form = await request.form()
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _token(request: Request, args: Payload) -> str:
    stated = str(args.pop("token", "") or "")
    return request.headers.get("authorization", "").removeprefix("Bearer ").strip() or stated
