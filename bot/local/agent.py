"""The assistant's side effects on the page: status lines, titles, suggested prompts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.local.directory import Channel
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace

STATUS_SECONDS = 120.0  # Slack takes a status away after two minutes


def set_status(
    ws: Workspace, channel: Channel, thread_ts: str, status: str, loading: list[str] | None = None
) -> None:
    """Show a status line below a thread, until the next message or for two minutes; empty takes it away."""
    key = (channel.id, thread_ts)
    shown: Payload = {"status": status, "loading_messages": loading or []}
    if status:
        ws.statuses[key] = shown
        asyncio.get_running_loop().call_later(STATUS_SECONDS, _expire, ws, channel, thread_ts, shown)
    else:
        ws.statuses.pop(key, None)
    ws.hub.push(channel.members, "status", channel=channel.id, thread_ts=thread_ts, **shown)


def clear_status(ws: Workspace, channel: Channel, thread_ts: str | None) -> None:
    """The app has written: take the status line away."""
    if thread_ts and (channel.id, thread_ts) in ws.statuses:
        set_status(ws, channel, thread_ts, "")


def _expire(ws: Workspace, channel: Channel, thread_ts: str, shown: Payload) -> None:
    if ws.statuses.get((channel.id, thread_ts)) is shown:
        set_status(ws, channel, thread_ts, "")
