"""Text on its way to Slack: made safe, made short, never cut inside a code fence."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from urllib.parse import quote

from slackify_markdown import slackify_markdown

from store.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

_SAME_DAY_EVERYWHERE = time(10, 30)  # of UTC: from ten hours behind it to thirteen ahead

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(
    rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})\b"
)  # as sentences of ours write a day: 14 May 2026
SECTION_LIMIT = 3000
MARKDOWN_LIMIT = 11_000  # Slack's 12,000 for all markdown blocks of a message, with room to spare
BUTTON_LIMIT = 75
FALLBACK_LIMIT = 3000

# <!channel>, <@U123>, <#C123|name>, <!subteam^S1> ... in documents or people's words must never ping anybody.
_LIVE = re.compile(r"<(?=\s*[!@#])")
_BROADCAST = re.compile(r"@(?=(channel|here|everyone|group)\b)", re.IGNORECASE)
_ZERO_WIDTH = "\u200b"
_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?\n)? {0,3}(?P=fence)[`~]*[ \t]*$"
    r"|(?<![\\`])(?P<ticks>`+)(?!`)[^\n]*?[^`\n](?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
# A link's words may name another place than the one it leads to: a source's text shows where links lead.
_ANGLE_LINK = re.compile(r"<\s*([a-z][a-z0-9+.-]*:[^<>|\s]*)(\|[^<>]*)?>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(
    r"!?\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<address>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)?)>?(?:\s[^()]*)?\)"
)
_LINK_SYNTAX = re.compile(r"\](?=\(|:\s*<?[^\s<>]+[:/.])")
_OPENABLE = re.compile(r"(?:https?://|mailto:)[^\s<>|]+", re.IGNORECASE)
_FENCE = "```"
_OPENED, _CLOSED, _CUT = f"{_FENCE}\n", f"\n{_FENCE}", " …"
_TORN = re.compile(r"(<[^<>\n]{0,120}|&[a-z]{0,4})$")  # markup whose end was cut off


def harmless(text: str) -> str:
    """Text in which no mention or broadcast is live any more, and nothing is hidden."""
    return _BROADCAST.sub(f"@{_ZERO_WIDTH}", _LIVE.sub(f"<{_ZERO_WIDTH}", visible(text)))


def harmless_markdown(markdown: str) -> str:
    """The same for Markdown, in which every link says where it leads, and only web and mail addresses are live.

    What stands in code is left as it is: nothing there is a link.
    """
    return harmless(_by_part(markdown, prose=_unmasked, code=str))


def _by_part(markdown: str, *, prose: Callable[[str], str], code: Callable[[str], str]) -> str:
    """Markdown with its prose and its code each made anew."""
    made, at, text = [], 0, visible(markdown)
    for found in _CODE.finditer(text):
        made += [prose(text[at : found.start()]), code(found[0])]
        at = found.end()
    return "".join([*made, prose(text[at:])])


def _unmasked(markdown: str) -> str:
    """Links as their words with the address behind them, pictures as their words."""
    text = _ANGLE_LINK.sub(_bare, _decoded(markdown))
    while (plain := _MARKDOWN_LINK.sub(_words_and_address, text)) != text:
        text = plain
    return _LINK_SYNTAX.sub("] ", text)


def _decoded(text: str) -> str:
    """Without entities: what they stand for must not come to life behind us."""
    while (plain := html.unescape(text)) != text:
        text = plain
    return visible(text)


def _bare(link: re.Match[str]) -> str:
    """The address alone; what only looks like a link is broken."""
    return _address(link[1]) or f"&lt;{link[1]}{link[2] or ''}&gt;"


def _words_and_address(link: re.Match[str]) -> str:
    words, address = link["words"].strip(), _address(link["address"])
    if link[0].startswith("!") or not address or address == words:
        return words
    return f"{words} ({address})" if words else address


def _address(address: str) -> str:
    """The address as it is read, if it may be opened from a message; else nothing."""
    return address.removeprefix("mailto:") if _OPENABLE.fullmatch(address) else ""


def web_address(address: str) -> str | None:
    """An address for a button or a link's target, with nothing in it that ends the link; None if it is none."""
    cleaned = visible(address).strip()
    if not re.match(r"https?://[^/\s]", cleaned, re.IGNORECASE):
        return None
    return re.sub(r"[\s<>|\"`\\^{}]", lambda sign: quote(sign[0]), cleaned)


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
    safe = _by_part(harmless_markdown(markdown), prose=str, code=_with_entities)
    return harmless(slackify_markdown(safe).strip())  # which takes zero widths away, and leaves code as it is


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


def slack_day(day: date) -> str:
    """A calendar day in the reader's language, the same day for readers from Hawaii to New Zealand."""
    moment = datetime.combine(day, _SAME_DAY_EVERYWHERE, UTC)
    return f"<!date^{int(moment.timestamp())}^{{date_short}}|{day:%-d %b %Y}>"


def with_days(words: str) -> str:
    """Words that are mrkdwn already, the days in them (`14 May 2026`) as each reader's language writes them."""
    return _DAY.sub(_as_slack_day, words)


def _as_slack_day(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    try:
        return slack_day(date(int(year), MONTHS.index(month) + 1, int(day)))
    except ValueError:  # no such day
        return found[0]


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
