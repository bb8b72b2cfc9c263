"""What the browser page is told about people, conversations and the app."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.local import messages, payloads

if TYPE_CHECKING:
    from bot.local.directory import Channel, User
    from bot.local.manifest import SlashCommand
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace


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


def channel_card(ws: Workspace, user: User, channel: Channel) -> Payload:
    """A conversation as one of its members sees it."""
    kind = "channel"
    if channel.is_im:
        kind = "app" if ws.bot_user in channel.members else "im"
    return {
        "id": channel.id,
        "name": channel.name or _partner(ws, user, channel),
        "kind": kind,
        "members": list(channel.members),
        "is_ext_shared": channel.is_ext_shared,
        "is_private": channel.is_private,
        "topic": channel.topic,
        "last_ts": messages.last_ts(ws, channel.id),
        "unread": messages.unread(ws, channel.id, user),
    }


def clock_card(ws: Workspace) -> Payload:
    """What the workspace's clock shows."""
    return {
        "now_iso": ws.clock.now().isoformat(),
        "offset_seconds": ws.clock.offset.total_seconds(),
    }


def bootstrap(ws: Workspace, user: User) -> Payload:
    """All that a page needs to begin."""
    directory, app = ws.directory, ws.directory.app
    home = ws.dm_with_bot(user.id)
    own = [one for one in ws.directory.channels if user.id in one.members]
    bot = directory.user(app.user_id)
    prompts = ws.prompts.get(home.id, {})
    return {
        "team": {"id": directory.team_id, "name": directory.team_name},
        "me": user.id,
        "users": [user_card(one) for one in (*directory.users, *([bot] if bot else []))],
        "personas": list(directory.personas or [one.id for one in directory.users if not one.is_bot]),
        "app": {
            "user_id": app.user_id,
            "name": app.name,
            "bot_id": app.bot_id,
            "app_id": app.app_id,
            "has_home": ws.config.has_home,
        },
        "channels": [channel_card(ws, user, one) for one in own],
        "commands": [_command_card(one) for one in ws.config.commands],
        "shortcuts": [asdict(one) for one in ws.config.shortcuts],
        "clock": clock_card(ws),
        "trouble": ws.trouble.to_json(),
        "suggested_prompts": prompts.get("prompts", [asdict(one) for one in ws.config.prompts]),
        "prompts_title": prompts.get("title", ""),
    }


def _command_card(command: SlashCommand) -> Payload:
    return {key: value for key, value in asdict(command).items() if key != "should_escape"}


def _partner(ws: Workspace, user: User, channel: Channel) -> str:
    other = next((one for one in channel.members if one != user.id), user.id)
    found = ws.directory.user(other)
    return found.real_name if found else other
