"""Which scope each method needs; an app whose manifest lacks it is refused, as on Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.payloads import Payload
    from bot.local.workspace import Workspace

_FAMILY = {"channel": "channels", "group": "groups", "im": "im"}
_BY_FAMILY = {
    "conversations.history": "history",
    "conversations.replies": "history",
    "conversations.info": "read",
    "conversations.members": "read",
}
_LISTED = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}
_FIXED: dict[str, tuple[str, ...]] = {  # any one of them is enough
    **dict.fromkeys(
        (
            "agents.sessions.rename",
            "agents.sessions.setStatus",
            "chat.appendStream",
            "chat.delete",
            "chat.postEphemeral",
            "chat.postMessage",
            "chat.startStream",
            "chat.stopStream",
            "chat.update",
        ),
        ("chat:write",),
    ),
    "assistant.threads.setStatus": ("assistant:write", "chat:write"),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
    "assistant.threads.setTitle": ("assistant:write",),
    "bots.info": ("users:read",),
    "conversations.join": ("channels:join",),
    "conversations.open": ("im:write", "mpim:write"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "reactions.add": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "reactions.remove": ("reactions:write",),
    "team.info": ("team:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
}
_LISTS = frozenset({"conversations.list", "users.conversations"})


def check(ws: Workspace, method: str, args: Payload) -> None:
    """Refuse a call for which the app has no scope.

    Raises:
        ApiError: `missing_scope`, with what is needed and what was granted.
    """
    granted = ws.config.scopes
    if granted is None:
        return
    for needed in _needed(ws, method, args):
        if not granted.intersection(needed):
            raise ApiError("missing_scope", needed=needed[0], provided=",".join(sorted(granted)))


def _needed(ws: Workspace, method: str, args: Payload) -> list[tuple[str, ...]]:
    """Scopes of which all are needed, each with its alternatives."""
    if method in _BY_FAMILY:
        channel = ws.directory.channel(str(args.get("channel", "")))
        return [(f"{_FAMILY[channel.slack_type]}:{_BY_FAMILY[method]}",)] if channel else []
    if method in _LISTS:
        types = str(args.get("types") or "public_channel").split(",")
        return [(_LISTED[one.strip()],) for one in types if one.strip() in _LISTED]
    fixed = [_FIXED[method]] if method in _FIXED else []
    customised = any(args.get(name) for name in ("username", "icon_emoji", "icon_url"))
    return [*fixed, ("chat:write.customize",)] if customised else fixed
