"""conversations.*: which there are, who is in them, what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import payloads, reading
from bot.local.call import page_of
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.call import Call
    from bot.local.directory import Channel
    from bot.local.payloads import Payload

_TYPES = frozenset({"public_channel", "private_channel", "im", "mpim"})


def list_all(call: Call) -> Payload:
    """conversations.list: public ones, and others that the app is in."""
    return _listed(call, [one for one in call.ws.directory.channels if _visible(call, one)])


def list_own(call: Call) -> Payload:
    """users.conversations: those of one person, or of the app itself, that the app may know of."""
    member = call.user().id if call.text("user") else call.ws.bot_user
    return _listed(
        call, [one for one in call.ws.directory.channels if member in one.members and _visible(call, one)]
    )


def info(call: Call) -> Payload:
    """conversations.info."""
    return {"channel": payloads.channel_object(call.ws.directory, call.channel())}


def members(call: Call) -> Payload:
    """conversations.members."""
    shown, metadata = page_of([{"id": one} for one in call.channel().members], call)
    return {"members": [one["id"] for one in shown], "response_metadata": metadata}


def join(call: Call) -> Payload:
    """conversations.join."""
    channel = call.channel()
    if channel.is_im or channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    joined = call.ws.join(channel, call.ws.bot_user)
    answer: Payload = {"channel": payloads.channel_object(call.ws.directory, joined)}
    if joined is channel:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


def open_dm(call: Call) -> Payload:
    """conversations.open: the direct message with one person."""
    if call.text("channel"):
        channel = call.channel()
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    ids = [one.strip() for one in call.text("users").split(",") if one.strip()]
    if not ids:
        raise ApiError("users_list_not_supplied")
    users = [call.ws.directory.user(one) for one in ids]
    if any(one is None for one in users):
        raise ApiError("user_not_found")
    if any(one and one.is_bot for one in users):
        raise ApiError("cannot_dm_bot")
    if len(users) > 1:
        raise ApiError("not_enough_users", ["group messages are not part of the local workspace"])
    known = call.ws.directory.dm(ids[0], call.ws.bot_user)
    channel = call.ws.dm_with_bot(ids[0])
    shown = (
        payloads.channel_object(call.ws.directory, channel) if call.flag("return_im") else {"id": channel.id}
    )
    return {"channel": shown, **({"no_op": True, "already_open": True} if known else {})}


def history(call: Call) -> Payload:
    """conversations.history: newest first."""
    channel = call.joined_channel()
    found = _between(call, reading.in_channel(call.ws.records, channel.id))
    return _told(call, list(reversed(found)))


def replies(call: Call) -> Payload:
    """conversations.replies: the parent on every page's top, then replies, oldest first."""
    channel = call.joined_channel()
    ts = call.ts("ts", "thread_not_found")
    one = reading.find(call.ws.records, channel.id, ts)
    if one is None:
        raise ApiError("thread_not_found")
    thread = reading.in_thread(call.ws.records, channel.id, one.get("thread_ts", ts))
    return _told(call, [thread[0], *_between(call, thread[1:])])


def _visible(call: Call, channel: Channel) -> bool:
    return not (channel.is_private or channel.is_im) or call.ws.bot_user in channel.members


def _listed(call: Call, channels: list[Channel]) -> Payload:
    wanted = {one.strip() for one in (call.text("types") or "public_channel").split(",")}
    if not wanted <= _TYPES:
        raise ApiError("invalid_types")
    kinds = {"im": "im", "group": "private_channel", "channel": "public_channel"}
    found = [one for one in channels if kinds[one.slack_type] in wanted]
    shown, metadata = page_of([payloads.channel_object(call.ws.directory, one) for one in found], call)
    return {"channels": shown, "response_metadata": metadata}


def _between(call: Call, found: list[Payload]) -> list[Payload]:
    oldest, latest = _moment(call, "oldest", 0.0), _moment(call, "latest", float("inf"))
    inclusive = call.flag("inclusive")
    return [
        one
        for one in found
        if oldest < float(one["ts"]) < latest or (inclusive and float(one["ts"]) in {oldest, latest})
    ]


def _moment(call: Call, name: str, default: float) -> float:
    try:
        return float(call.text(name) or default)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _told(call: Call, found: list[Payload]) -> Payload:
    shown, metadata = page_of(found, call)
    with_metadata = call.flag("include_all_metadata")
    more = bool(metadata["next_cursor"])
    asked = {name: call.text(name) for name in ("oldest", "latest") if call.text(name)}
    return {
        "messages": [payloads.public(one, metadata=with_metadata) for one in shown],
        "has_more": more,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **asked,
        **({"response_metadata": metadata} if more else {}),
    }


METHODS = {
    "conversations.list": list_all,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.join": join,
    "conversations.open": open_dm,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.conversations": list_own,
}
