"""Text on its way to Slack: made safe, made short, never cut inside a code fence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slackify_markdown import slackify_markdown

if TYPE_CHECKING:
    from datetime import datetime, timedelta

SECTION_LIMIT = 3000
MARKDOWN_LIMIT = 11_000  # Slack's 12,000 for all markdown blocks of a message, with room to spare
BUTTON_LIMIT = 75
FALLBACK_LIMIT = 3000

# <!channel>, <@U123>, <#C123|name>, <!subteam^S1> ... in documents or people's words must never ping anybody.
_LIVE = re.compile(r"<(?=[!@#])")
_BROADCAST = re.compile(r"@(?=(channel|here|everyone)\b)")
_ZERO_WIDTH = "\u200b"
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_FENCE = "```"
_OPENED, _CLOSED, _CUT = f"{_FENCE}\n", f"\n{_FENCE}", " …"
_TORN = re.compile(r"(<[^<>\n]{0,120}|&[a-z]{0,4})$")  # markup whose end was cut off


def harmless(text: str) -> str:
    """Text in which no mention or broadcast is live any more."""
    return _BROADCAST.sub(f"@{_ZERO_WIDTH}", _LIVE.sub(f"<{_ZERO_WIDTH}", text))


def escaped(text: str) -> str:
    """Plain text for a mrkdwn field: nothing in it is markup for Slack."""
    return _with_entities(harmless(text))


def _with_entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def brief(text: str, limit: int = 80) -> str:
    """A name or another short text for a mrkdwn field: one line, cut, nothing in it is markup."""
    return escaped(shortened(" ".join(text.split()), limit))


def mrkdwn(markdown: str) -> str:
    """Markdown as Slack's older mrkdwn, for fallback text and simple blocks."""
    text = harmless(slackify_markdown(harmless(markdown)).strip())
    return _CODE.sub(lambda code: _with_entities(code[0]), text)  # which slackify_markdown leaves as it is


def quoted(text: str) -> str:
    """The text with a bar before every line."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word, an open code fence closed and no markup torn."""
    if len(text) <= limit:
        return text
    room = limit - len(_CUT)
    if room <= len(_CLOSED):
        return text[: max(room, 0)] + _CUT[-limit:] * (limit > 0)
    head = _head(text, room - len(_CLOSED))
    return _closed((_TORN.sub("", head) or head).rstrip() + _CUT)


def split_paragraphs(text: str, limit: int = SECTION_LIMIT) -> list[str]:
    """All of a text in parts of at most `limit` characters, parted between paragraphs where it can be.

    A code fence that has to be parted is closed at the end of one part and opened again in the next.
    """
    parts: list[str] = []
    rest, opening = text.strip("\n"), ""
    while len(whole := _closed(opening + rest)) > limit:
        piece = _head(rest, limit - len(opening) - len(_CLOSED))
        rest = rest[len(piece) :].lstrip("\n")
        part = opening + piece.rstrip()
        opening = _OPENED if _is_open(part) else ""
        parts.append(_closed(part))
    return [*parts, whole] if rest else parts


def _head(text: str, limit: int) -> str:
    """The beginning of a longer text, up to a paragraph, a line or a word that ends in its second half."""
    limit = max(limit, 1)
    ends = (text.rfind(mark, limit // 2, limit + 1) for mark in ("\n\n", "\n", " "))
    return text[: next((end for end in ends if end > 0), limit)]


def _is_open(text: str) -> bool:
    return text.count(_FENCE) % 2 == 1


def _closed(text: str) -> str:
    return text + _CLOSED if _is_open(text) else text


def slack_date(moment: datetime, style: str = "{date_short_pretty}") -> str:
    """A date in the reader's own zone and language."""
    return f"<!date^{int(moment.timestamp())}^{style}|{moment:%Y-%m-%d}>"


def slack_moment(moment: datetime) -> str:
    """A date and time in the reader's own zone and language."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{moment:%-d %b, %H:%M %Z}>"


def ago(span: timedelta) -> str:
    """A span in words: "today", "3 days ago", "5 months ago"."""
    days = span.days
    for size, word in ((365, "year"), (30, "month"), (1, "day")):
        count = days // size
        if count >= 1:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "today"
