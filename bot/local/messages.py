"""Messages of the local workspace: posted, changed, deleted, reacted to, read; each change is told to page and app."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from bot.local import payloads, reading, text
from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.directory import Channel, User
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace


def mark_read(ws: Workspace, channel_id: str, user: User) -> None:
    """Remember that this person has seen everything so far."""
    newest, key = reading.last_ts(ws.records, channel_id), f"{user.id}/{channel_id}"
    if newest and ws.records.get("read", key) != {"ts": newest}:
        ws.records.put("read", key, {"ts": newest})


def post_as_person(
    ws: Workspace, user: User, channel: Channel, typed: str, thread_ts: str | None, *, broadcast: bool = False
) -> Payload:
    """A person writes. Mentions of the app come as a second event, as Slack does."""
    sent = text.as_sent(typed, ws.directory)
    team = ws.directory.team_of(user)
    message: Payload = {
        "type": "message",
        "user": user.id,
        "client_msg_id": str(uuid4()),
        "text": sent,
        "team": team,
        "blocks": payloads.with_block_ids([text.rich_text(sent)]),
    }
    if channel.is_ext_shared:
        message |= {"user_team": team, "source_team": team}
    stored = post(ws, channel, message, thread_ts, broadcast=broadcast)
    if not channel.is_im and ws.bot_user in text.mentioned(sent):
        ws.emit(payloads.mention_event(stored, channel), channel)
    return stored


def post(
    ws: Workspace,
    channel: Channel,
    message: Payload,
    thread_ts: str | None = None,
    *,
    broadcast: bool = False,
) -> Payload:
    """Store a message, show it, tell the app.

    Raises:
        ApiError: `thread_not_found`.
    """
    parent = _root(ws, channel.id, thread_ts) if thread_ts else None
    stored = {**message, "ts": ws.next_ts()}
    if parent:
        stored |= {"thread_ts": parent["ts"], "parent_user_id": parent["user"]}
        if broadcast:
            stored |= {"subtype": "thread_broadcast", "root": payloads.public(parent)}
    ws.records.put(reading.kind_of(channel.id), stored["ts"], stored)
    ws.hub.push(channel.members, "message", channel=channel.id, message=for_page(channel.id, stored))
    ws.emit(payloads.message_event(stored, channel), channel)
    if parent:
        _count_reply(ws, channel, parent, stored)
    return stored


def change(ws: Workspace, channel: Channel, after: Payload, *, told: bool = True) -> Payload:
    """Store a changed message (same `ts`) and show it; the app hears of it when `told`."""
    before = reading.required(ws.records, channel.id, after["ts"])
    ws.records.put(reading.kind_of(channel.id), after["ts"], after)
    ws.hub.push(channel.members, "message_changed", channel=channel.id, message=for_page(channel.id, after))
    if told:
        ws.emit(payloads.changed_event(before, after, channel, ws.next_ts()), channel)
    return after


def edit(ws: Workspace, channel: Channel, before: Payload, changes: Payload, editor: str) -> Payload:
    """Change what a message says; it is marked as edited."""
    return change(ws, channel, {**before, **changes, "edited": {"user": editor, "ts": ws.next_ts()}})


def delete(ws: Workspace, channel: Channel, ts: str) -> None:
    """Delete a message; a parent with replies leaves a tombstone, so that its thread stays."""
    before = reading.required(ws.records, channel.id, ts)
    if before.get("reply_count"):
        kept = {key: before[key] for key in _THREAD_KEYS if key in before}
        grave = {
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
        }
        change(ws, channel, {**grave, **kept, "ts": ts})
        return
    ws.records.drop(reading.kind_of(channel.id), ts)
    thread = {"thread_ts": before["thread_ts"]} if "thread_ts" in before else {}
    ws.hub.push(channel.members, "message_deleted", channel=channel.id, ts=ts, **thread)
    ws.emit(payloads.deleted_event(before, channel, ws.next_ts()), channel)
    if reading.is_reply(before):
        _uncount_reply(ws, channel, before["thread_ts"])


def react(ws: Workspace, channel: Channel, ts: str, name: str, user_id: str, *, add: bool) -> bool:
    """Add or take back a reaction; False if there was nothing to do."""
    message = reading.required(ws.records, channel.id, ts)
    reactions = {one["name"]: list(one["users"]) for one in message.get("reactions", ())}
    users = reactions.setdefault(name, [])
    if (user_id in users) == add:
        return False
    reactions[name] = [*users, user_id] if add else [one for one in users if one != user_id]
    listed = [{"name": n, "users": u, "count": len(u)} for n, u in reactions.items() if u]
    change(ws, channel, {**message, "reactions": listed}, told=False)
    ws.hub.push(channel.members, "reaction", channel=channel.id, ts=ts, reactions=listed)
    event: Payload = {
        "type": "reaction_added" if add else "reaction_removed",
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": ts},
        "item_user": message.get("user", ""),
        "event_ts": ws.next_ts(),
    }
    ws.emit(event, channel)
    return True


def ephemeral(
    ws: Workspace, channel: Channel, user_id: str, content: Payload, thread_ts: str | None = None
) -> Payload:
    """Show something to one person only; it is not kept over a restart, as in Slack."""
    message = payloads.bot_message(ws.directory, content)
    message |= {"ts": ws.next_ts(), "is_ephemeral": True, "channel": channel.id, "_to": user_id}
    if thread_ts:
        message["thread_ts"] = thread_ts
    ws.ephemerals[message["ts"]] = message
    ws.hub.push([user_id], "ephemeral", channel=channel.id, message=for_page(channel.id, message))
    return message


def ephemerals_for(ws: Workspace, channel_id: str, user_id: str, thread_ts: str | None) -> list[Payload]:
    """What this person was shown in this place."""
    return [
        for_page(channel_id, one)
        for one in ws.ephemerals.values()
        if (one["channel"], one["_to"], one.get("thread_ts")) == (channel_id, user_id, thread_ts)
    ]


def permalink(ws: Workspace, channel: Channel, message: Payload) -> str:
    """The web address of a message; of a reply, with its thread."""
    thread = message.get("thread_ts", message["ts"])
    query = "" if thread == message["ts"] else f"?thread_ts={thread}&cid={channel.id}"
    return f"{ws.base_url}/archives/{channel.id}/p{message['ts'].replace('.', '')}{query}"


def for_page(channel_id: str, message: Payload) -> Payload:
    """A message as the page gets it."""
    shown = {**payloads.public(message), "channel": channel_id}
    shown["streaming"] = message.get("_stream", {}).get("state") == "streaming"
    if message.get("is_ephemeral"):
        shown["id"] = message["ts"]
    return shown


_REPLIES = ("reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked", "subscribed")
_THREAD_KEYS = ("ts", "thread_ts", *_REPLIES)


def _root(ws: Workspace, channel_id: str, thread_ts: str) -> Payload:
    parent = reading.find(ws.records, channel_id, thread_ts)
    if parent and reading.is_reply(parent):
        parent = reading.find(ws.records, channel_id, parent["thread_ts"])
    if parent is None:
        raise ApiError("thread_not_found")
    return parent


def _count_reply(ws: Workspace, channel: Channel, parent: Payload, reply: Payload) -> None:
    _thread_facts(ws, channel, parent["ts"], reply["ts"])


def _uncount_reply(ws: Workspace, channel: Channel, thread_ts: str) -> None:
    if reading.find(ws.records, channel.id, thread_ts):
        _thread_facts(ws, channel, thread_ts, None)


def _thread_facts(ws: Workspace, channel: Channel, thread_ts: str, newest: str | None) -> None:
    parent, *replies = reading.in_thread(ws.records, channel.id, thread_ts)
    plain = {key: value for key, value in parent.items() if key not in _THREAD_KEYS or key == "ts"}
    users = list(dict.fromkeys(one["user"] for one in replies))
    facts = {
        "thread_ts": thread_ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": newest or (replies[-1]["ts"] if replies else ""),
        "is_locked": False,
        "subscribed": ws.bot_user in users or parent["user"] == ws.bot_user,
    }
    after = {**plain, **facts} if replies else plain
    ws.records.put(reading.kind_of(channel.id), thread_ts, after)
    ws.hub.push(channel.members, "message_changed", channel=channel.id, message=for_page(channel.id, after))
