"""All that a browser page needs to begin."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.local.cards import channel_card, clock_card, user_card

if TYPE_CHECKING:
    from bot.local.directory import User
    from bot.local.manifest import SlashCommand
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace


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
        "channels": [channel_card(directory, ws.records, user, one) for one in own],
        "commands": [_command_card(one) for one in ws.config.commands],
        "shortcuts": [asdict(one) for one in ws.config.shortcuts],
        "clock": clock_card(ws.clock),
        "trouble": ws.trouble.to_json(),
        "suggested_prompts": prompts.get("prompts", [asdict(one) for one in ws.config.prompts]),
        "prompts_title": prompts.get("title", ""),
    }


def _command_card(command: SlashCommand) -> Payload:
    return {key: value for key, value in asdict(command).items() if key != "should_escape"}
