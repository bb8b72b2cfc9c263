"""One call of the Web API: its arguments, as form or JSON sent them, and what most methods need."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.local import limits, payloads, reading
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.directory import Channel, User
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace

_TS = re.compile(r"\d{1,12}\.\d{1,6}")


@dataclass
class Call:
    """The workspace, the arguments, and warnings for the answer."""

    ws: Workspace
    args: Payload
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """An argument as text; empty if absent."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """An argument as yes or no."""
        return self.text(name).lower() in {"1", "true"}

    def limit(self, default: int = 100, most: int = 1000) -> int:
        """The argument `limit`.

        Raises:
            ApiError: `invalid_limit`.
        """
        value = self.text("limit") or str(default)
        if not value.isdecimal():
            raise ApiError("invalid_limit")
        return max(1, min(int(value), most)) if int(value) else default

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON, sent as such or as a string; None if absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None

    def required(self, name: str) -> str:
        """An argument that must be there.

        Raises:
            ApiError: `invalid_arguments`.
        """
        value = self.text(name)
        if not value:
            raise ApiError("invalid_arguments", [f"missing required field: {name}"])
        return value

    def channel(self, name: str = "channel") -> Channel:
        """The conversation that the argument names and the app may know of.

        Raises:
            ApiError: `channel_not_found`: none, or a private one without the app.
        """
        channel = self.ws.directory.channel(self.text(name))
        hidden = channel is not None and (channel.is_private or channel.is_im)
        if channel is None or (hidden and self.ws.bot_user not in channel.members):
            raise ApiError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """The same, of which the app is a member.

        Raises:
            ApiError: `channel_not_found` or `not_in_channel`.
        """
        channel = self.channel(name)
        if self.ws.bot_user not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def place(self) -> Channel:
        """Where to post: a channel's id or name, or a person's id for their direct message."""
        user = self.ws.directory.user(self.text("channel"))
        if user is not None and not user.is_bot:
            return self.ws.dm_with_bot(user.id)
        return self.joined_channel()

    def user(self, name: str = "user") -> User:
        """The person that the argument names.

        Raises:
            ApiError: `user_not_found`.
        """
        user = self.ws.directory.user(self.text(name))
        if user is None:
            raise ApiError("user_not_found")
        return user

    def ts(self, name: str, error: str = "message_not_found") -> str:
        """An argument that must be a timestamp."""
        value = self.text(name)
        if not _TS.fullmatch(value):
            raise ApiError(error)
        return value

    def thread_ts(self) -> str | None:
        """The thread to write into, if one is named.

        Raises:
            ApiError: `invalid_thread_ts`.
        """
        return self.ts("thread_ts", "invalid_thread_ts") if self.text("thread_ts") else None

    def own_message(self, channel: Channel, ts: str, error: str) -> Payload:
        """A message of the app.

        Raises:
            ApiError: `message_not_found`, or `error` for someone else's.
        """
        message = reading.required(self.ws.records, channel.id, ts)
        if message.get("bot_id") != self.ws.directory.app.bot_id:
            raise ApiError(error)
        return message


def content(call: Call, longest: int = limits.MESSAGE_TEXT) -> Payload:
    """What a message says: text, blocks, attachments, metadata, checked as Slack checks them.

    Raises:
        ApiError: `no_text`, `msg_too_long`, `invalid_blocks`, `msg_blocks_too_long`, `invalid_metadata_*` ...
    """
    parts: Payload = {"text": call.text("text")}
    blocks = call.structure("blocks", "invalid_blocks_format")
    if call.text("markdown_text"):
        if parts["text"] or blocks:
            raise ApiError("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": call.text("markdown_text")}]
        parts["text"] = call.text("markdown_text")
    if blocks:
        parts["blocks"] = checked_blocks(blocks)
    attachments = call.structure("attachments")
    if attachments:
        parts["attachments"] = _checked_attachments(attachments)
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is not None:
        parts["metadata"] = checked_metadata(metadata)
    _check_text(call, parts, longest)
    return parts


def checked_blocks(blocks: object) -> list[Payload]:
    """A message's blocks with ids.

    Raises:
        ApiError: `invalid_blocks` or `msg_blocks_too_long`.
    """
    problems = limits.block_problems(blocks, "message")
    if problems or not isinstance(blocks, list):
        raise ApiError("invalid_blocks", problems)
    if limits.text_length(blocks) > limits.BLOCKS_TEXT:
        raise ApiError("msg_blocks_too_long")
    return payloads.with_block_ids(blocks)


def checked_metadata(metadata: object) -> Payload:
    """A message's metadata.

    Raises:
        ApiError: `invalid_metadata_format`, `invalid_metadata_schema` or `metadata_too_large`.
    """
    problem = limits.metadata_problem(metadata)
    if problem or not isinstance(metadata, dict):
        raise ApiError(problem)
    return metadata


def page_of(items: list[Payload], call: Call, default: int = 100) -> tuple[list[Payload], Payload]:
    """One page of a list, and the answer's response_metadata with the next cursor.

    Raises:
        ApiError: `invalid_cursor`.
    """
    cursor = call.text("cursor").removeprefix("at:")
    if call.text("cursor") and not cursor.isdecimal():
        raise ApiError("invalid_cursor")
    start = int(cursor or 0)
    end = start + call.limit(default)
    return items[start:end], {"next_cursor": f"at:{end}" if end < len(items) else ""}


def _checked_attachments(attachments: object) -> list[Payload]:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > limits.ATTACHMENTS:
        raise ApiError("too_many_attachments")
    return [{"id": number, **one} for number, one in enumerate(attachments, start=1)]


def _check_text(call: Call, parts: Payload, longest: int) -> None:
    if len(parts["text"]) > longest:
        raise ApiError("msg_too_long")
    if parts["text"].strip():
        return
    if "blocks" not in parts and "attachments" not in parts:
        raise ApiError("no_text")
    call.warnings.append("missing top-level text: screen readers and notifications have nothing to say")
