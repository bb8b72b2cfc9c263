"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.local import agent, limits, messages, payloads, reading, streams
from bot.local.call import Call, content
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.payloads import Payload


def post_message(call: Call) -> Payload:
    """chat.postMessage."""
    channel = call.place()
    message = payloads.bot_message(call.ws.directory, {**content(call), **_customised(call)})
    thread_ts = call.thread_ts()
    stored = messages.post(call.ws, channel, message, thread_ts, broadcast=call.flag("reply_broadcast"))
    agent.clear_status(call.ws, channel, thread_ts)
    return {"channel": channel.id, "ts": stored["ts"], "message": payloads.public(stored)}


def update(call: Call) -> Payload:
    """chat.update: what is not given stays, except that a new text without blocks takes the blocks away."""
    channel = call.joined_channel()
    before = call.own_message(channel, call.ts("ts"), "cant_update_message")
    if streams.state_of(before) == "streaming":
        raise ApiError("streaming_state_conflict")
    stored = messages.change(call.ws, channel, _updated(call, before))
    return {
        "channel": channel.id,
        "ts": stored["ts"],
        "text": stored["text"],
        "message": payloads.public(stored),
    }


def delete(call: Call) -> Payload:
    """chat.delete."""
    channel = call.joined_channel()
    message = call.own_message(channel, call.ts("ts"), "cant_delete_message")
    messages.delete(call.ws, channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Payload:
    """chat.postEphemeral."""
    channel = call.channel()
    if call.ws.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    user = call.user()
    if user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    shown = messages.ephemeral(call.ws, channel, user.id, content(call), call.thread_ts())
    return {"message_ts": shown["ts"]}


def get_permalink(call: Call) -> Payload:
    """chat.getPermalink."""
    channel = call.channel()
    message = reading.required(call.ws.records, channel.id, call.ts("message_ts"))
    return {"channel": channel.id, "permalink": messages.permalink(call.ws, channel, message)}


def _updated(call: Call, before: Payload) -> Payload:
    no_metadata = call.structure("metadata", "invalid_metadata_format") == {}
    args = {key: value for key, value in call.args.items() if not (no_metadata and key == "metadata")}
    said = content(Call(call.ws, args, call.warnings), longest=limits.UPDATE_TEXT)
    gone = {"blocks"} | ({"metadata"} if no_metadata else set())
    if call.structure("attachments") == []:
        gone.add("attachments")
    after = {key: value for key, value in before.items() if key not in gone}
    after |= {key: value for key, value in said.items() if value}
    if "blocks" in said:
        return after
    return {**after, "edited": {"user": call.ws.directory.app.bot_id, "ts": call.ws.next_ts()}}


def _customised(call: Call) -> dict[str, Any]:
    """A name or icon of the moment makes it a message of the old kind."""
    if not any(call.text(name) for name in ("username", "icon_emoji", "icon_url")):
        return {}
    icons = {"emoji": call.text("icon_emoji"), "image_48": call.text("icon_url")}
    return {
        "subtype": "bot_message",
        "username": call.text("username") or call.ws.directory.app.name,
        "icons": {key: value for key, value in icons.items() if value},
    }


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
}
