"""What was said before the first start, written into the local workspace's records with its own timestamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.local import payloads, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.local.directory import Directory
    from bot.local.payloads import Payload
    from bot.local.records import Records


@dataclass(frozen=True)
class Line:
    """One message. Blocks are given for the app's own; a person's follow from the text."""

    channel_id: str
    ts: str
    user_id: str
    text: str  # a person's: as sent, mentions marked; the app's: what stands for its blocks
    thread_ts: str | None = None
    blocks: Sequence[Payload] = ()


def write_history(records: Records, directory: Directory, lines: Iterable[Line]) -> None:
    """Write messages that nobody is told about any more: everyone has read them, and no event is sent.

    Writing the same lines again changes nothing. Call it before the workspace is in use: a channel's
    messages are kept in the order in which they come, and these are the oldest.
    """
    ordered = sorted(lines, key=lambda line: _number(line.ts))
    for line in ordered:
        if records.get(f"messages/{line.channel_id}", line.ts) is None:
            message = _message(directory, line) | _thread_facts(line, ordered)
            records.put(f"messages/{line.channel_id}", line.ts, message)
    for channel_id, newest in {line.channel_id: line.ts for line in ordered}.items():
        channel = directory.channel(channel_id)
        for member in channel.members if channel else ():
            records.put("read", f"{member}/{channel_id}", {"ts": newest})


def _message(directory: Directory, line: Line) -> Payload:
    if line.user_id == directory.app.user_id:
        content = {"text": line.text, "blocks": payloads.with_block_ids(list(line.blocks)), "ts": line.ts}
        return payloads.bot_message(directory, content)
    user = directory.user(line.user_id)
    return {
        "type": "message",
        "user": line.user_id,
        "team": directory.team_of(user) if user else directory.team_id,
        "text": line.text,
        "blocks": payloads.with_block_ids([text.rich_text(line.text)]),
        "ts": line.ts,
    }


def _thread_facts(line: Line, lines: Sequence[Line]) -> Payload:
    """What a reply knows of its parent, and a parent of its replies."""
    if line.thread_ts is not None:
        parent = next(one for one in lines if _place(one) == (line.channel_id, line.thread_ts))
        return {"thread_ts": parent.ts, "parent_user_id": parent.user_id}
    replies = [one for one in lines if (one.channel_id, one.thread_ts) == _place(line)]
    if not replies:
        return {}
    users = list(dict.fromkeys(one.user_id for one in replies))
    return {
        "thread_ts": line.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": True,
    }


def _place(line: Line) -> tuple[str, str]:
    return line.channel_id, line.ts


def _number(ts: str) -> tuple[int, int]:
    seconds, _, micro = ts.partition(".")
    return int(seconds), int(micro or 0)
