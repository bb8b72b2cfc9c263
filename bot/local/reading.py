"""Stored messages of the local workspace: found, listed, counted; nothing here changes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.local.directory import User
    from bot.local.payloads import Payload
    from bot.local.records import Records


def find(records: Records, channel_id: str, ts: str) -> Payload | None:
    """The stored message."""
    return records.get(kind_of(channel_id), ts)


def required(records: Records, channel_id: str, ts: str) -> Payload:
    """The stored message.

    Raises:
        ApiError: `message_not_found`.
    """
    message = find(records, channel_id, ts)
    if message is None or message.get("subtype") == "tombstone":
        raise ApiError("message_not_found")
    return message


def in_channel(records: Records, channel_id: str) -> list[Payload]:
    """Top-level messages and broadcast replies, oldest first."""
    return [
        one
        for one in _all(records, channel_id)
        if not is_reply(one) or one.get("subtype") == "thread_broadcast"
    ]


def in_thread(records: Records, channel_id: str, thread_ts: str) -> list[Payload]:
    """The parent and its replies, oldest first; empty if there is no such thread."""
    return [
        one
        for one in _all(records, channel_id)
        if one["ts"] == thread_ts or one.get("thread_ts") == thread_ts
    ]


def last_ts(records: Records, channel_id: str) -> str | None:
    """When the conversation's newest message was written."""
    return records.last_key(kind_of(channel_id))


def latest_of_all(records: Records) -> str:
    """The newest timestamp anywhere."""
    newest = (records.last_key(kind) for kind in records.kinds("messages/"))
    return max((ts for ts in newest if ts), default="0.0", key=_as_number)


def unread(records: Records, channel_id: str, user: User) -> int:
    """How many messages of others came since this person last looked."""
    mark = records.get("read", f"{user.id}/{channel_id}")
    seen = _as_number(mark["ts"]) if mark else (0, 0)
    others = (one for one in _all(records, channel_id) if one.get("user") != user.id)
    return sum(1 for one in others if _as_number(one["ts"]) > seen)


def kind_of(channel_id: str) -> str:
    """Where a conversation's messages are kept among the records."""
    return f"messages/{channel_id}"


def is_reply(message: Payload) -> bool:
    """Whether it stands in a thread below another."""
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _all(records: Records, channel_id: str) -> Iterable[Payload]:
    return records.all(kind_of(channel_id)).values()


def _as_number(ts: str) -> tuple[int, int]:
    seconds, _, micro = ts.partition(".")
    return int(seconds), int(micro or 0)
