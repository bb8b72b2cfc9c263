"""What a person typed, made into the text and the rich_text block that Slack would send."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.local.directory import Directory

_TYPED = re.compile(
    r"(?P<reference><(?:@U\w+|\#[CGD]\w+)(?:\|[^<>]*)?>)"
    r"|(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"])"
    r"|(?<![\w@])@(?P<user>\w[\w.-]*)"
    r"|(?<![\w#&/])\#(?P<channel>[\w-]+)"
)
_SENT = re.compile(
    r"<(?:@(?P<user>U\w+)|\#(?P<channel>[CGD]\w+)|(?P<url>https?://[^|>]+))(?:\|(?P<label>[^>]*))?>"
)
_MENTION = re.compile(r"<@(U\w+)(?:\|[^>]*)?>")


def as_sent(typed: str, directory: Directory, *, labelled: bool = False) -> str:
    """Slack's mrkdwn for what was typed: `& < >` escaped, mentions, channels and links marked.

    With `labelled` mentions carry the name, as in the text of a slash command: `<@U123|ann>`.
    """
    parts, at = [], 0
    for match in _TYPED.finditer(typed):
        parts += [_escape(typed[at : match.start()]), _marked(match, directory, labelled=labelled)]
        at = match.end()
    return "".join([*parts, _escape(typed[at:])])


def rich_text(sent: str) -> dict[str, Any]:
    """The rich_text block that says the same as a sent text (styles stay as typed)."""
    elements: list[dict[str, Any]] = []
    at = 0
    for match in _SENT.finditer(sent):
        elements += [*_plain(sent[at : match.start()]), _element(match)]
        at = match.end()
    elements += _plain(sent[at:])
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def mentioned(sent: str) -> set[str]:
    """The user ids that a sent text mentions."""
    return set(_MENTION.findall(sent))


def _marked(match: re.Match[str], directory: Directory, *, labelled: bool) -> str:
    if match["reference"]:
        return match["reference"]
    if match["url"]:
        return f"<{_escape(match['url'])}>"
    if match["user"]:
        return _user(match["user"], directory, labelled=labelled)
    channel = directory.channel(match["channel"])
    return f"<#{channel.id}|{channel.name}>" if channel else _escape(match[0])


def _user(name: str, directory: Directory, *, labelled: bool) -> str:
    named = name.rstrip(".-")
    if named.lower() == directory.app.name.lower():
        found = directory.app.user_id
    else:
        found = next((one.id for one in directory.users if one.name.lower() == named.lower()), "")
    label = f"|{named.lower()}" if labelled else ""
    return f"<@{found}{label}>{name[len(named) :]}" if found else f"@{name}"


def _element(match: re.Match[str]) -> dict[str, Any]:
    if match["user"]:
        return {"type": "user", "user_id": match["user"]}
    if match["channel"]:
        return {"type": "channel", "channel_id": match["channel"]}
    link = {"type": "link", "url": html.unescape(match["url"])}
    return {**link, "text": html.unescape(match["label"])} if match["label"] else link


def _plain(sent: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": html.unescape(sent)}] if sent else []


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
