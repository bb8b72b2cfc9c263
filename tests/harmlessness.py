"""What must not be in anything that people are shown: live mentions, masked or foreign links, hidden text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from store.visible import visible

_TOKEN = re.compile(r"<([^<>\n]*)>")
_BROADCAST = re.compile(r"@(channel|here|everyone|group)\b", re.IGNORECASE)
_BARE = re.compile(r"\bhttps?://[^\s<>|)\]\"'`]*[\w/]", re.IGNORECASE)
_DATE = re.compile(r"!date\^\d+\^[^^|]*\|[^|]*")
_MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)|^\s{0,3}\[[^\]]+\]:\s*\S+", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"[\[［【]\s*(\d+)\s*[\]］】]")
_OURS = re.compile("(?<=[<@;])\u200b")  # what makes a mention harmless
_FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_ADDRESSES = ("url", "image_url", "thumb_url")


def faults(shown, *, hosts=(), mentions=()):
    """Everything that is wrong with a message, a view or a list of them, as sentences.

    Args:
        shown: JSON as Slack gets it.
        hosts: to which links may lead.
        mentions: the Slack ids that may be mentioned.
    """
    found = []
    for kind, text in _texts(shown, "mrkdwn"):
        found += [f"hidden characters in {text!r}"] * (visible(plain := _OURS.sub("", text)) != plain)
        if kind == "plain_text":
            continue
        found += [f"a broadcast in {text!r}"] * bool(_BROADCAST.search(text))
        found += [
            f"a live <{token}>" for token in _TOKEN.findall(text) if not _allowed(token, hosts, mentions)
        ]
        found += [
            f"an address {bare}" for bare in _BARE.findall(_TOKEN.sub("", text)) if not _leads_to(bare, hosts)
        ]
        if kind == "markdown":
            found += [f"a link {link}" for link in _MARKDOWN_LINK.findall(_FENCED.sub("", text))]
    found += [f"an address {url}" for url in _urls(shown) if not _leads_to(url, hosts)]
    return found


def source_numbers(text):
    """The numbers of the sources that a text names, code left out."""
    return {int(number) for number in _MARK.findall(_FENCED.sub("", text))}


def is_formula(cell):
    """Whether a spreadsheet would calculate a cell."""
    return bool(_FORMULA.match(cell))


def _allowed(token, hosts, mentions):
    if token.startswith("@"):
        return token[1:].split("|")[0] in mentions
    if token.startswith(("!", "#")):
        return bool(_DATE.fullmatch(token))
    address, _, words = token.partition("|")
    named = urlsplit(words.strip()).hostname if "://" in words else None
    if not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE):
        return True  # "<name>": nothing that Slack takes for a link
    return _leads_to(address, hosts) and named in (None, urlsplit(address).hostname)


def _leads_to(address, hosts):
    parts = urlsplit(address)
    if parts.scheme == "mailto":
        return True
    return parts.scheme in ("http", "https") and parts.hostname in hosts


def _texts(value, kind):
    """Every text with its kind: mrkdwn, markdown or plain_text."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one, kind)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown", "plain_text"):
            kind = value["type"]
        for key, inner in value.items():
            if isinstance(inner, str) and key in (
                "text",
                "title",
                "alt_text",
                "accessibility_label",
                "label",
            ):
                yield kind if key == "text" else "plain_text", inner
            elif isinstance(inner, dict | list):
                yield from _texts(inner, kind)


def _urls(value):
    if isinstance(value, list):
        for one in value:
            yield from _urls(one)
    elif isinstance(value, dict):
        yield from (value[key] for key in _ADDRESSES if isinstance(value.get(key), str))
        for inner in value.values():
            yield from _urls(inner)
