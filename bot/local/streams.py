"""The state of streamed messages, apart from the calls that make them grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import messages

if TYPE_CHECKING:
    from bot.local.directory import Channel
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace

_OPEN = frozenset({"streaming", "stopped_by_user"})


def stop_by_person(ws: Workspace, channel: Channel, message: Payload) -> list[str]:
    """Take no more words for this message; its timestamp, or nothing if it was not streaming."""
    if state_of(message) != "streaming":
        return []
    messages.change(ws, channel, with_state(message, "stopped_by_user"), told=False)
    return [message["ts"]]


def end_all(ws: Workspace) -> None:
    """Close what an earlier process left streaming; more words for it are refused, as after a time-out."""
    for kind in ws.records.kinds("messages/"):
        for ts, message in list(ws.records.all(kind).items()):
            if state_of(message) in _OPEN:
                ws.records.put(kind, ts, with_state(message, "done"))


def state_of(message: Payload) -> str:
    """streaming, stopped_by_user, done, or empty for a message that was never streamed."""
    return str(message.get("_stream", {}).get("state", ""))


def with_state(message: Payload, state: str) -> Payload:
    """The message with its stream in another state."""
    return {**message, "_stream": {**message["_stream"], "state": state}}
