"""Inline HTML as plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bs4 import Tag
from bs4.element import NavigableString, PreformattedString

from knowledge.sources.tags import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bs4.element import PageElement

# Struck text is no longer true: a quoted answer must not repeat an old price.
_SILENT = frozenset(
    [
        "audio",
        "canvas",
        "del",
        "embed",
        "iframe",
        "input",
        "meter",
        "noscript",
        "object",
        "progress",
        "s",
        "script",
        "select",
        "source",
        "strike",
        "style",
        "svg",
        "template",
        "textarea",
        "track",
        "video",
    ]
)
_BREAKS = frozenset(
    ["br", "p", "div", "li", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"]
)
_NO_ALT = re.compile(
    r"(?:[\w .-]+\.(?:png|jpe?g|gif|svg|webp)|\w+(?:[-_]\w+)+|images?|img|screenshots?|alt text)?",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?:(?:click )?here|learn more|(?:this |the )?(?:link|page|url|article|form)|link|more|read more)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 80  # characters
_ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def inline_text(nodes: Iterable[PageElement]) -> str:
    """The nodes' text with single spaces; a line break stays one. Comments say nothing."""
    text = "".join(map(_text, nodes))
    text = re.sub(r"[^\S\n]*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()
    return re.sub(r"^(?=`{3,}[^`\n]*$)", r"\\", text, flags=re.MULTILINE)


def paragraph_text(nodes: list[PageElement]) -> str:
    """The text of a paragraph; one that is all picture or all bold says so.

    A picture's text describes what a reader does not see here, so it is marked and never passes for a sentence.
    A short bold paragraph is a title in all but name.
    """
    text = inline_text(nodes)
    if not text:
        return ""
    said = [node for node in nodes if inline_text([node])]
    only = said[0] if len(said) == 1 and isinstance(said[0], Tag) else None
    if only and only.name in ("strong", "b") and len(text) <= _LONGEST_TITLE and "\n" not in text:
        return f"**{text}**"
    if all(isinstance(node, Tag) and not _has_words(node) for node in said):
        return f"(Image: {text})"
    return text


def _has_words(node: Tag) -> bool:
    return bool(node.get_text(strip=True))


def _text(node: PageElement) -> str:
    if isinstance(node, NavigableString):
        return "" if isinstance(node, PreformattedString) else re.sub(r"\s+", " ", node)
    if not isinstance(node, Tag) or _is_silent(node):
        return ""
    if node.name == "code":
        return _code(node.get_text())
    if node.name in ("img", PREFIX + "image", PREFIX + "img"):
        return picture_text(str(node.get("alt") or ""))
    inner = "".join(map(_text, node.children))
    if node.name == "a" or node.name == PREFIX + "link":
        return link_text(inner, str(node.get("href") or node.get("to") or ""))
    inner += f" ({node['tip']})" if node.name == PREFIX + "tooltip" and node.get("tip") else ""
    return f"\n{inner}\n" if node.name in _BREAKS else inner


def _is_silent(node: Tag) -> bool:
    classes = node.get_attribute_list("class")
    return node.name in _SILENT or any(
        name in classes for name in ("headerlink", "hash-link", "footnote-ref", "footnote-backref")
    )


def _code(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    if not text:
        return ""
    marks = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def picture_text(alt: str) -> str:
    """What a picture's text says; nothing where it is only a file's name."""
    alt = " ".join(alt.split())
    return "" if _NO_ALT.fullmatch(alt) else alt


def link_text(text: str, address: str) -> str:
    """A link's text; its address too where the text does not tell where it leads."""
    if not _ADDRESS.match(address):
        return text
    shown = address.removeprefix("mailto:")
    if not text.strip():
        return ""
    tells = shown in text or not (_VAGUE.fullmatch(text.strip()) or address.startswith("mailto:"))
    return text if tells else f"{text} ({shown})"
