"""JSX and HTML tags as MDX writes them, read without a JavaScript engine.

A component becomes an element that an HTML parser keeps apart from HTML's own: `<Card title="A">` turns into
`<jsx-card title="A">`. Attribute values and expressions that only JavaScript could compute become nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from markdown_it.common.html_blocks import block_names

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "jsx-"
CALLOUTS = frozenset(["note", "tip", "info", "warning", "caution", "danger", "important", "check", "success"])
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
HTML_NAMES = (
    frozenset(block_names)
    | VOID
    | frozenset(
        [
            "a",
            "abbr",
            "audio",
            "b",
            "bdi",
            "bdo",
            "big",
            "button",
            "canvas",
            "cite",
            "code",
            "data",
            "datalist",
            "del",
            "dfn",
            "em",
            "figure",
            "font",
            "g",
            "hgroup",
            "i",
            "iframe",
            "ins",
            "kbd",
            "label",
            "map",
            "mark",
            "meter",
            "noscript",
            "object",
            "output",
            "path",
            "picture",
            "pre",
            "progress",
            "q",
            "rect",
            "rp",
            "rt",
            "ruby",
            "s",
            "samp",
            "script",
            "select",
            "slot",
            "small",
            "span",
            "strike",
            "strong",
            "style",
            "sub",
            "sup",
            "svg",
            "template",
            "textarea",
            "time",
            "tt",
            "u",
            "var",
            "video",
        ]
    )
)

_TAG_START = re.compile(r"<(/?)([A-Za-z][\w.-]*(?=[\s/>{])|(?=>))")
_ATTRIBUTE = re.compile(
    r"""\s*([A-Za-z_:@$][\w.:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|(?=(\{))|([^\s"'=<>`{}]+)))?"""
)
_SPREAD = re.compile(r"\s*(?=\{)")
_TAG_END = re.compile(r"\s*(/?)\s*>")
_STRING_OR_BRACE = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|`[^`]*`|/\*.*?\*/|[{}]', re.DOTALL)
_DEEPEST = 50  # braces within braces; nobody writes more
_LABELLED = re.compile(r"""\{[^{}]*\blabel:\s*(["'])(.*?)\1[^{}]*\}""")
_VALUED = re.compile(r"""\bvalue:\s*(["'])(.*?)\1""")
_LITERAL = re.compile(r"""\s*(?:"([^"\n]*)"|'([^'\n]*)'|`([^`$]*)`|(-?\d[\d.]*))\s*""")


@dataclass(frozen=True)
class Tag:
    """One tag as it was written; `end` is the offset behind it. A fragment (`<>`) has an empty name."""

    name: str
    end: int
    closing: bool = False
    self_closing: bool = False
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def is_component(self) -> bool:
        """Whether it names a component and not an HTML element."""
        return self.name[:1].isupper() or "." in self.name


def expression_end(text: str, start: int) -> int | None:
    """The offset behind the braces that open at `start`, or None where they never close."""
    depth = 0
    for mark in _STRING_OR_BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
        if depth > _DEEPEST:
            return None
    return None


def expression_text(expression: str, constants: Mapping[str, str]) -> str:
    """What a braced expression says where that is plain: a literal, or a constant that the file exports."""
    inner = expression[1:-1]
    literal = _LITERAL.fullmatch(inner)
    if literal:
        return next(group for group in literal.groups() if group is not None)
    return constants.get(inner.strip(), "") or _labels(inner)


def _labels(source: str) -> str:
    """`value=label` lines of a list of such objects, as the tabs of Docusaurus have them."""
    pairs = ((_VALUED.search(one[0]), one[2]) for one in _LABELLED.finditer(source))
    return "\n".join(f"{value[2]}={label}" for value, label in pairs if value)


def scan_tag(text: str, start: int, constants: Mapping[str, str] | None = None) -> Tag | None:
    """The tag that begins at `start`, or None where the text is no complete tag."""
    opening = _TAG_START.match(text, start)
    if not opening:
        return None
    attributes, at = _attributes(text, opening.end(), constants or {})
    end = _TAG_END.match(text, at)
    if not end:
        return None
    return Tag(opening[2], end.end(), bool(opening[1]), bool(end[1]), attributes)


def _attributes(text: str, at: int, constants: Mapping[str, str]) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    while match := _SPREAD.match(text, at) or _ATTRIBUTE.match(text, at):
        is_spread = match.re is _SPREAD
        if is_spread or match[4]:
            closes = expression_end(text, match.end())
            if closes is None:
                return found, at
            value, at = expression_text(text[match.end() : closes], constants), closes
        else:
            value, at = next((group for group in match.groups()[1:] if group is not None), ""), match.end()
        if not is_spread:
            found[match[1]] = value
    return found, at


def tag_html(tag: Tag, source: str) -> str:
    """The tag for an HTML parser. A placeholder such as `<your-domain>` is text and stays readable."""
    if not tag.name:
        return ""
    name = PREFIX + tag.name.lower().replace(".", "-") if tag.is_component else tag.name.lower()
    known = tag.is_component or name in HTML_NAMES or name.startswith(PREFIX)
    if tag.closing:
        return f"</{name}>"
    if not known and not tag.attributes and not tag.self_closing:
        return escape(source, quote=False)
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in tag.attributes.items())
    return f"<{name}{attributes}>" + (f"</{name}>" if tag.self_closing and name not in VOID else "")


def normalised(html: str, constants: Mapping[str, str] | None = None) -> str:
    """HTML as Markdown passes it through, with every component's tag rewritten."""
    out, at = [], 0
    while (opens := html.find("<", at)) != -1:
        out.append(html[at:opens])
        tag = scan_tag(html, opens, constants)
        at = tag.end if tag else opens + 1
        out.append(tag_html(tag, html[opens:at]) if tag else "<")
    return "".join([*out, html[at:]])
