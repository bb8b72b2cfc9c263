"""What happens when the bot answers at a response_url, or in the acknowledgement of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import messages, payloads, reading
from bot.local.call import Call, content
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.directory import Channel
    from bot.local.payloads import Payload
    from bot.local.responses import Origin
    from bot.local.workspace import Workspace


def respond(ws: Workspace, key: str, args: Payload) -> None:
    """Do what the body says: replace or delete what was clicked, or write something new.

    Raises:
        ApiError: the address is used up or expired, or Slack would refuse the content.
    """
    origin = ws.responses.use(key)
    channel = ws.directory.channel(origin.channel)
    if channel is None:
        raise ApiError("channel_not_found")
    call = Call(ws, args)
    if call.flag("delete_original") and origin.message_ts:
        _delete(ws, channel, origin)
    elif call.flag("replace_original") and origin.message_ts:
        _replace(ws, channel, origin, content(call))
    else:
        write(call, channel, origin)


def write(call: Call, channel: Channel, origin: Origin) -> None:
    """A new message: for one person, or with `response_type` in_channel for all."""
    thread_ts = call.text("thread_ts") or origin.thread_ts or None
    said = content(call)
    if call.text("response_type") == "in_channel":
        messages.post(call.ws, channel, payloads.bot_message(call.ws.directory, said), thread_ts)
    else:
        messages.ephemeral(call.ws, channel, origin.user, said, thread_ts)


def _replace(ws: Workspace, channel: Channel, origin: Origin, said: Payload) -> None:
    if origin.is_ephemeral:
        before = ws.ephemerals.get(origin.message_ts)
        if before is None:
            raise ApiError("message_not_found")
        after = {key: value for key, value in before.items() if key not in {"blocks", "attachments"}} | said
        ws.ephemerals[origin.message_ts] = after
        shown = messages.for_page(channel.id, after)
        ws.hub.push([origin.user], "ephemeral_changed", channel=channel.id, message=shown)
        return
    before = reading.required(ws.records, channel.id, origin.message_ts)
    kept = {key: value for key, value in before.items() if key not in {"blocks", "attachments"}}
    messages.edit(ws, channel, kept, said, ws.directory.app.bot_id)


def _delete(ws: Workspace, channel: Channel, origin: Origin) -> None:
    if not origin.is_ephemeral:
        messages.delete(ws, channel, origin.message_ts)
    elif ws.ephemerals.pop(origin.message_ts, None):
        ws.hub.push([origin.user], "ephemeral_deleted", channel=channel.id, id=origin.message_ts)
