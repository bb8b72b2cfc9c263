"""The shapes of what Slack sends: messages, events, people, channels, interactions. Pure functions."""

from __future__ import annotations

import hashlib
import secrets
import string
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.local.directory import Channel, Directory, User

Payload = dict[str, Any]
TOKEN = "local-verification"  # noqa: S105 - the legacy field of payloads, not a secret
ICON = "/page/icon.svg"  # of the app
_ALPHABET = string.ascii_uppercase + string.digits
_UNREAD = {"latest": None, "unread_count": 0, "unread_count_display": 0}
_GRID_AND_POLICY = (
    "is_global_shared",
    "is_moved",
    "is_non_threadable",
    "is_org_default",
    "is_org_mandatory",
    "is_read_only",
    "is_thread_only",
)
_COLOURS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c")


def new_id(prefix: str, length: int = 10) -> str:
    """An id as Slack's look: a letter or two, then capitals and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def public(message: Mapping[str, Any], *, metadata: bool = True) -> Payload:
    """A stored message without our own notes (keys that begin with `_`), and without metadata on request."""
    return {
        key: value
        for key, value in message.items()
        if not key.startswith("_") and (metadata or key != "metadata")
    }


def with_block_ids(blocks: list[Payload]) -> list[Payload]:
    """The blocks with an id for each that has none, as Slack stores them."""
    return [{**block, "block_id": block.get("block_id") or new_id("", 5)} for block in blocks]


def bot_profile(directory: Directory) -> Payload:
    """Who posted, as messages of apps carry it."""
    app = directory.app
    return {
        "id": app.bot_id,
        "app_id": app.app_id,
        "user_id": app.user_id,
        "name": app.name,
        "icons": dict.fromkeys(("image_36", "image_48", "image_72"), ICON),
        "deleted": False,
        "updated": 0,
        "team_id": directory.team_id,
    }


def bot_message(directory: Directory, content: Mapping[str, Any]) -> Payload:
    """A message of the app: `content` holds text, blocks, metadata and the like."""
    return {
        "type": "message",
        "user": directory.app.user_id,
        "bot_id": directory.app.bot_id,
        "app_id": directory.app.app_id,
        "team": directory.team_id,
        "bot_profile": bot_profile(directory),
        **content,
    }


def event_callback(directory: Directory, event: Mapping[str, Any], at: datetime, *, shared: bool) -> Payload:
    """The envelope around an event."""
    team = directory.team_id
    return {
        "token": TOKEN,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": directory.app.app_id,
        "event": dict(event),
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(at.timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": directory.app.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": new_id("4-", 24),
    }


def message_event(message: Mapping[str, Any], channel: Channel) -> Payload:
    """The event of a new message."""
    return {
        **public(message),
        "channel": channel.id,
        "event_ts": message["ts"],
        "channel_type": channel.slack_type,
    }


def mention_event(message: Mapping[str, Any], channel: Channel) -> Payload:
    """The second event of a message that mentions the app: no channel_type, and another event id."""
    keys = ("user", "ts", "client_msg_id", "text", "team", "thread_ts", "parent_user_id", "blocks", "files")
    shared = ("user_team", "source_team", "user_profile")
    event = {key: message[key] for key in (*keys, *shared) if key in message}
    return {"type": "app_mention", **event, "channel": channel.id, "event_ts": message["ts"]}


def changed_event(before: Mapping[str, Any], after: Mapping[str, Any], channel: Channel, ts: str) -> Payload:
    """The event of an edit; `ts` is the edit's own."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": public(after),
        "previous_message": public(before),
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.slack_type,
    }


def deleted_event(before: Mapping[str, Any], channel: Channel, ts: str) -> Payload:
    """The event of a deletion; `ts` is the deletion's own."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": public(before),
        "channel": channel.id,
        "hidden": True,
        "deleted_ts": before["ts"],
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.slack_type,
    }


def user_object(directory: Directory, user: User, now: datetime) -> Payload:
    """A person as users.info gives them."""
    team = directory.team_of(user)
    first, _, last = user.real_name.partition(" ")
    profile = {
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": hashlib.sha256(user.id.encode()).hexdigest()[:12],
        "team": team,
    }
    if user.is_bot:
        profile |= {"api_app_id": directory.app.app_id, "bot_id": directory.app.bot_id}
    elif user.email:
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": team,
        "name": user.name,
        "deleted": user.deleted,
        "color": colour_of(user.id),
        "real_name": user.real_name,
        **_zone(user.tz, now),
        "profile": profile,
        **dict.fromkeys(("is_admin", "is_owner", "is_primary_owner", "is_restricted"), False),
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_stranger": False,
        "is_email_confirmed": bool(user.email),
        "updated": 0,
        "locale": "en-US",
    }


def colour_of(user_id: str) -> str:
    """A steady colour for a person, as six hex digits."""
    return _COLOURS[hashlib.sha256(user_id.encode()).digest()[0] % len(_COLOURS)]


def channel_object(directory: Directory, channel: Channel) -> Payload:
    """A conversation as conversations.info gives it."""
    bot = directory.app.user_id
    base: Payload = {
        "id": channel.id,
        "created": 0,
        "is_archived": False,
        "is_im": channel.is_im,
        "is_org_shared": False,
        "context_team_id": directory.team_id,
        "updated": 0,
        "last_read": "0000000000.000000",
        "properties": {},
    }
    if channel.is_im:
        other = next((one for one in channel.members if one != bot), bot)
        return {**base, "user": other, "is_user_deleted": False, "is_open": True, "priority": 0, **_UNREAD}
    teams = _teams_in(directory, channel)
    return {
        **base,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": teams,
        "internal_team_ids": [directory.team_id],
        "connected_team_ids": [one for one in teams if one != directory.team_id],
        "connected_limited_team_ids": [],
        "conversation_host_id": directory.team_id,
        **dict.fromkeys(_GRID_AND_POLICY, False),
        "locale": "en-US",
        "unlinked": 0,
        "creator": channel.members[0] if channel.members else "",
        "is_member": bot in channel.members,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def actor(directory: Directory, user: User) -> Payload:
    """The person in an interaction's payload."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": directory.team_of(user)}


def interaction(directory: Directory, kind: str, user: User, **rest: Any) -> Payload:
    """What all interactions have in common, and the rest."""
    return {
        "type": kind,
        "user": actor(directory, user),
        "api_app_id": directory.app.app_id,
        "token": TOKEN,
        "team": {"id": directory.team_id, "domain": domain(directory)},
        "enterprise": None,
        "is_enterprise_install": False,
        **rest,
    }


def slash_command(
    directory: Directory, user: User, channel: Channel, command: str, text: str, **rest: Any
) -> Payload:
    """The form of a slash command (`rest`: response_url, trigger_id, thread_ts)."""
    return {
        "token": TOKEN,
        "team_id": directory.team_id,
        "team_domain": domain(directory),
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": directory.app.app_id,
        "is_enterprise_install": "false",
        **rest,
    }


def channel_name(channel: Channel) -> str:
    """The name that interactions give for a conversation."""
    return "directmessage" if channel.is_im else channel.name


def domain(directory: Directory) -> str:
    """The team's subdomain."""
    return "".join(c if c.isalnum() else "-" for c in directory.team_name.lower())


def _teams_in(directory: Directory, channel: Channel) -> list[str]:
    users = (directory.user(one) for one in channel.members)
    return sorted({directory.team_id, *(directory.team_of(user) for user in users if user)})


def _zone(name: str, now: datetime) -> Payload:
    try:
        offset = now.astimezone(ZoneInfo(name)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        name, offset = "Etc/UTC", None
    return {"tz": name, "tz_label": name, "tz_offset": int(offset.total_seconds()) if offset else 0}
