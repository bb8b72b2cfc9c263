"""reactions.*: emoji on messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.local import messages, payloads, reading
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.call import Call
    from bot.local.payloads import Payload

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def is_reaction(name: str) -> bool:
    """Whether that could be an emoji's name."""
    return bool(_NAME.fullmatch(name))


def add(call: Call) -> Payload:
    """reactions.add."""
    if not _react(call, add=True):
        raise ApiError("already_reacted")
    return {}


def remove(call: Call) -> Payload:
    """reactions.remove."""
    if not _react(call, add=False):
        raise ApiError("no_reaction")
    return {}


def get(call: Call) -> Payload:
    """reactions.get."""
    channel = call.channel()
    message = reading.required(call.ws.records, channel.id, call.ts("timestamp"))
    shown = payloads.public(message) | {"permalink": messages.permalink(call.ws, channel, message)}
    return {"type": "message", "channel": channel.id, "message": shown}


def _react(call: Call, *, add: bool) -> bool:
    if not is_reaction(call.text("name")):
        raise ApiError("invalid_name")
    channel = call.joined_channel()
    ts = call.ts("timestamp", "bad_timestamp")
    return messages.react(call.ws, channel, ts, call.text("name"), call.ws.bot_user, add=add)


METHODS = {"reactions.add": add, "reactions.remove": remove, "reactions.get": get}
