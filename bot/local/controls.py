"""What moves the workspace itself, not anybody in it: its clock, its faults, its connections."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from bot.local import cards
from bot.local.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.local.oauth import OAuth
    from bot.local.payloads import Payload
    from bot.local.socket_mode import SocketMode
    from bot.local.workspace import Workspace

REASONS = ("refresh_requested", "warning", "link_disabled")


class Controls:
    """The control API, which the page and tests use."""

    def __init__(self, ws: Workspace, sockets: SocketMode, oauth: OAuth) -> None:
        self._ws = ws
        self._sockets = sockets
        self._oauth = oauth

    def doings(self) -> dict[str, Callable[[Payload], Awaitable[Payload]]]:
        """The calls by name."""
        return {
            "clock": self.clock,
            "faults": self.faults,
            "disconnect": self.disconnect,
            "remove_app": self.remove_app,
        }

    async def clock(self, body: Payload) -> Payload:
        """Move the clock forward."""
        seconds = body.get("advance_seconds")
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not math.isfinite(seconds):
            raise PageError("The clock takes a number of seconds, advance_seconds.")
        try:
            await self._move(timedelta(seconds=seconds))
        except OverflowError as error:
            raise PageError("The clock cannot be moved that far.") from error
        self._ws.hub.push_all("clock", **cards.clock_card(self._ws.clock))
        return cards.clock_card(self._ws.clock)

    async def faults(self, body: Payload) -> Payload:
        """Change the faults named; an empty body changes none, `{"reset": true}` ends them all."""
        trouble = self._ws.trouble
        wanted = {key: value for key, value in body.items() if key not in {"as", "reset"}}
        if wanted or body.get("reset"):
            before = type(trouble.faults)() if body.get("reset") else trouble.faults
            trouble.make(before.changed(wanted))
            self._ws.hub.push_all("faults", **trouble.to_json())
        return {**trouble.to_json(), "removable": self._oauth.events_url is not None}

    async def disconnect(self, body: Payload) -> Payload:
        """Send the app's WebSockets Slack's `disconnect` frame."""
        reason = str(body.get("reason") or REASONS[0])
        if reason not in REASONS:
            raise PageError(f"A connection ends for one of these reasons: {', '.join(REASONS)}.")
        return {"ok": True, "connections": await self._sockets.disconnect(reason)}

    async def remove_app(self, _: Payload) -> Payload:
        """Take the app out of the workspace, as an admin of it may: it is told, and its token is void."""
        if self._oauth.events_url is None:
            raise PageError(
                "Only an app that was installed by its page can be taken out (docs/installing.md)."
            )
        self._oauth.remove()
        return {"ok": True}

    async def _move(self, by: timedelta) -> None:
        """Move the clock as the app wants it moved: from one thing that is due to the next."""
        if self._ws.mover is None:
            self._ws.clock.advance(by)
        else:
            await run_in_threadpool(self._ws.mover, by)
