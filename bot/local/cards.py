"""What the browser page is told about people, conversations and the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local import payloads, reading

if TYPE_CHECKING:
    from bot.local.clock import LocalClock
    from bot.local.directory import Channel, Directory, User
    from bot.local.payloads import Payload
    from bot.local.records import Records


def user_card(user: User) -> Payload:
    """A person as the page shows them."""
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "tz": user.tz,
        "role_hint": user.role_hint,
        "avatar_colour": f"#{payloads.colour_of(user.id)}",
        "is_bot": user.is_bot,
    }


def channel_card(directory: Directory, records: Records, user: User, channel: Channel) -> Payload:
    """A conversation as one of its members sees it."""
    kind = "channel"
    if channel.is_im:
        kind = "app" if directory.app.user_id in channel.members else "im"
    return {
        "id": channel.id,
        "name": channel.name or _partner(directory, user, channel),
        "kind": kind,
        "members": list(channel.members),
        "is_ext_shared": channel.is_ext_shared,
        "is_private": channel.is_private,
        "topic": channel.topic,
        "last_ts": reading.last_ts(records, channel.id),
        "unread": reading.unread(records, channel.id, user),
    }


def clock_card(clock: LocalClock) -> Payload:
    """What the workspace's clock shows."""
    return {
        "now_iso": clock.now().isoformat(),
        "offset_seconds": clock.offset.total_seconds(),
    }


def _partner(directory: Directory, user: User, channel: Channel) -> str:
    other = next((one for one in channel.members if one != user.id), user.id)
    found = directory.user(other)
    return found.real_name if found else other
