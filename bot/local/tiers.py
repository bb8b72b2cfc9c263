"""Slack's rate limits, for trying how the bot behaves under them; the local workspace is generous by default."""

from __future__ import annotations

_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}  # "1+", "20+", "50+", "100+" a minute
_TIERS = {
    1: ("apps.connections.open",),
    2: (
        "chat.startStream",
        "chat.stopStream",
        "conversations.list",
        "users.conversations",
        "users.list",
        "reactions.remove",
    ),
    3: (
        "chat.update",
        "chat.delete",
        "assistant.threads.setSuggestedPrompts",
        "assistant.threads.setTitle",
        "bots.info",
        "conversations.history",
        "conversations.info",
        "conversations.join",
        "conversations.open",
        "conversations.replies",
        "reactions.add",
        "reactions.get",
        "team.info",
        "users.lookupByEmail",
    ),
    4: (
        "chat.appendStream",
        "chat.postEphemeral",
        "conversations.members",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "users.info",
        "views.open",
        "views.publish",
        "views.push",
        "views.update",
    ),
}


def as_slack() -> dict[str, int]:
    """Calls a minute by method, as Slack's tiers grant at least; give them to LocalWorkspace as `budgets`."""
    return {method: _PER_MINUTE[tier] for tier, methods in _TIERS.items() for method in methods}
