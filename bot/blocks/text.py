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


def harmless(text: str) -> str:
    """Text in which no mention or broadcast is live any more."""
    return _BROADCAST.sub(f"@{_ZERO_WIDTH}", _LIVE.sub(f"<{_ZERO_WIDTH}", text))


def escaped(text: str) -> str:
    """Plain text for a mrkdwn field: nothing in it is markup for Slack."""
    return harmless(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def brief(text: str, limit: int = 80) -> str:
    """A name or another short text for a mrkdwn field: one line, cut, nothing in it is markup."""
    return escaped(shortened(" ".join(text.split()), limit))


def mrkdwn(markdown: str) -> str:
    """Markdown as Slack's older mrkdwn, for fallback text and simple blocks."""
    return harmless(slackify_markdown(harmless(markdown)).strip())


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word, an open code fence closed."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 8]
    cut = cut[: max(cut.rfind(" "), cut.rfind("\n"), limit // 2)]
    closing = "\n```" if cut.count("```") % 2 else ""
    return f"{cut.rstrip()} …{closing}"


def split_paragraphs(text: str, limit: int = SECTION_LIMIT) -> list[str]:
    """Text in parts of at most `limit` characters, parted between paragraphs where it can be."""
    parts: list[str] = []
    for paragraph in re.split(r"\n{2,}", text):
        if parts and len(parts[-1]) + len(paragraph) + 2 <= limit:
            parts[-1] += "\n\n" + paragraph
        else:
            parts.append(shortened(paragraph, limit))
    return parts


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
