"""What Guidepost serves over HTTP: its health and, in HTTP mode, what Slack sends."""

from __future__ import annotations

import logging
import re
import socket
import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from store.errors import GuidepostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import BoltRequest, BoltResponse
    from slack_bolt.oauth import OAuthFlow
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from uvicorn import Server

log = logging.getLogger(__name__)

BODY_AT_MOST = 2_000_000  # bytes; what Slack sends is far below
NO_RETRY = "X-Slack-No-Retry"
_MOMENT = re.compile(r"[0-9]{1,12}")
_UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)  # what Bolt raises over what is no payload


class PortTaken(GuidepostError):  # noqa: N818
    """Another program listens on our port."""


@dataclass(frozen=True)
class SlackDoor:
    """How what Slack sends is taken.

    Args:
        dispatch: answers a request; it checks the signature.
        flow: how workspaces install the app; None where one token is set.
    """

    dispatch: Callable[[BoltRequest], BoltResponse]
    flow: OAuthFlow | None = None


class HttpServer:
    """`/healthz`, `/readyz` and, in HTTP mode, `/slack/events` and where the app is installed."""

    def __init__(self, slack: SlackDoor | None, port: int, readiness: Callable[[], dict[str, Any]]) -> None:
        self._slack = slack
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

        host = "0.0.0.0" if self._slack is not None else "127.0.0.1"  # noqa: S104 - Slack must reach HTTP mode
        listening = listen(host, self._port, "PORT")
        config = uvicorn.Config(Starlette(routes=self._routes()), log_level="warning", lifespan="off")
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

    def _routes(self) -> list[Route]:
        from starlette.routing import Route  # noqa: PLC0415

        routes = [Route("/healthz", self._healthz), Route("/readyz", self._readyz)]
        if self._slack is not None:
            routes.append(Route("/slack/events", self._events, methods=["POST"]))
        if self._slack is not None and self._slack.flow is not None:
            routes.append(Route(self._slack.flow.install_path, self._install))
            routes.append(Route(self._slack.flow.redirect_uri_path, self._installed))
        return routes

    async def _healthz(self, _request: Request) -> Response:
        from starlette.responses import PlainTextResponse  # noqa: PLC0415

        return PlainTextResponse("ok")

    async def _readyz(self, _request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
        from starlette.responses import JSONResponse  # noqa: PLC0415

        state = await run_in_threadpool(self._readiness)
        return JSONResponse(state, status_code=200 if state["ready"] else 503)

    async def _events(self, request: Request) -> Response:
        from starlette.responses import PlainTextResponse  # noqa: PLC0415

        assert self._slack is not None
        if not _MOMENT.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "0")):
            return PlainTextResponse(
                "not signed by Slack", 401, {NO_RETRY: "1"}
            )  # what checks it would break
        return await _answered(request, self._slack.dispatch)

    async def _install(self, request: Request) -> Response:
        assert self._slack is not None
        assert self._slack.flow is not None
        return await _answered(request, self._slack.flow.handle_installation)

    async def _installed(self, request: Request) -> Response:
        assert self._slack is not None
        assert self._slack.flow is not None
        return await _answered(request, self._slack.flow.handle_callback)


async def _answered(request: Request, answer: Callable[[BoltRequest], BoltResponse]) -> Response:
    """Hand a request to Bolt in a thread, so that a slow one holds nobody up.

    What is refused for what it is (4xx) would be refused again: Slack is told not to repeat it. What failed by
    a fault of ours (5xx) was not stored, and is to come again.
    """
    from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response  # noqa: PLC0415
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import PlainTextResponse  # noqa: PLC0415

    body = await _body(request)
    if body is None:
        return PlainTextResponse("too large", 413, {NO_RETRY: "1"})
    try:
        bolt_request = to_bolt_request(request, body)
    except _UNREADABLE:
        return PlainTextResponse("no payload of Slack's", 400, {NO_RETRY: "1"})
    response = to_starlette_response(await run_in_threadpool(answer, bolt_request))
    if HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        response.headers[NO_RETRY] = "1"
    return response


async def _body(request: Request) -> bytes | None:
    """The whole body; None if it is larger than anything that Slack sends."""
    whole = bytearray()
    async for chunk in request.stream():
        whole += chunk
        if len(whole) > BODY_AT_MOST:
            return None
    return bytes(whole)


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
