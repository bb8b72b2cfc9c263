"""An HTML tree as the parts a reader sees: headings, blocks of plain Markdown, and titled scopes.

Every format passes through here. Emphasis is dropped, inline code kept; a link keeps its address only where the
text alone would not tell; what a page decorates itself with (scripts, frames, video, icons) says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bs4 import Tag

from knowledge.sources.inline import inline_text, paragraph_text
from knowledge.sources.tables import table_text
from knowledge.sources.tags import CALLOUTS, PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bs4.element import PageElement

    from knowledge.types import PassageKind


@dataclass(frozen=True)
class Block:
    """A paragraph, list, table or code fence as plain Markdown."""

    text: str
    kind: PassageKind = "text"


@dataclass(frozen=True)
class Heading:
    """A heading; `anchor` only where the source names one."""

    level: int
    text: str
    anchor: str | None = None


@dataclass(frozen=True)
class Scope:
    """What a tab, an accordion or a disclosure holds: its title is a heading for its own parts only."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Mark:
    """A place that what follows can be cited by, without being a heading: a page of a PDF."""

    anchor: str


Part = Block | Heading | Scope | Mark

_GITHUB_CALLOUT = re.compile(r"\[!(\w+)\]\s*")
_TITLE_WITHIN = 6  # a child that is the title comes first, at most behind a paragraph and white space
_TITLES = ("title", "label", "name", "path", "query", "body", "header", "value")
_CAPTIONS = ("caption", "description", "content")
_PARAMETERS = (PREFIX + "paramfield", PREFIX + "responsefield")
_TITLE_IS_ALL = (PREFIX + "card", PREFIX + "tile", *_PARAMETERS)
_SCOPES = (
    "details",
    *(PREFIX + name for name in ("details", "tab", "tabitem", "accordion", "expandable", "update", "view")),
)
_CONTAINERS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "p",
        "search",
        "section",
        "summary",
    ]
)


def parts_of(node: Tag) -> list[Part]:
    """The node's children in reading order; a run of inline children is one paragraph."""
    found: list[Part] = []
    run: list[PageElement] = []
    for child in node.children:
        if _is_block(child):
            found += _paragraph(run)
            run = []
            found += _block_parts(child)
        else:
            run.append(child)
    return found + _paragraph(run)


def _is_block(node: PageElement) -> bool:
    if not isinstance(node, Tag):
        return False
    return _is_block_name(node.name) or node.find(lambda tag: _is_block_name(tag.name)) is not None


def _is_block_name(name: str) -> bool:
    return name in _HANDLERS or name in _CONTAINERS or _is_callout(name)


def _is_callout(name: str) -> bool:
    return name.startswith(PREFIX) and name.removeprefix(PREFIX) in CALLOUTS


def _paragraph(run: list[PageElement]) -> list[Part]:
    text = paragraph_text(run)
    return [Block(text)] if text else []


def _block_parts(node: PageElement) -> list[Part]:
    if not isinstance(node, Tag):
        return []
    if _is_callout(node.name):
        return _callout(node.name.removeprefix(PREFIX).capitalize(), node)
    return _HANDLERS.get(node.name, _container)(node)


def _take_title(node: Tag) -> str:
    """The title that a component shows: a child that holds it, else an attribute."""
    for child in islice(node.descendants, _TITLE_WITHIN):
        if isinstance(child, Tag) and child.name in ("summary", PREFIX + "title"):
            return inline_text([child.extract()])
    return next((str(node[name]).strip() for name in _TITLES if node.get(name)), "")


def _container(node: Tag) -> list[Part]:
    if not node.name.startswith(PREFIX):
        return parts_of(node)
    title = _take_title(node)
    inner = parts_of(node)
    said = next((str(node[name]).strip() for name in _CAPTIONS if node.get(name)), "")
    if said:
        inner.append(Block(said))
    if not title or not (inner or node.name in _TITLE_IS_ALL):
        return inner
    return _led(f"**{title}**{_about(node)}\n", inner)


def _about(node: Tag) -> str:
    """What an API's reference says of a parameter beside its name: type, necessity, default."""
    said = [str(node.get("type") or ""), "required" if node.has_attr("required") else ""]
    said += [f"default: {node['default']}"] if node.get("default") else []
    shown = ", ".join(filter(None, said))
    return f" ({shown})" if shown and node.name in _PARAMETERS else ""


def _tabs(node: Tag) -> list[Part]:
    """Tabs whose names are listed where they begin, as Docusaurus allows."""
    labels = dict(line.split("=", 1) for line in str(node.get("values") or "").splitlines() if "=" in line)
    for tab in node.find_all(PREFIX + "tabitem"):
        if tab.get("value") in labels and not tab.get("label"):
            tab["label"] = labels[str(tab["value"])]
    return parts_of(node)


def _led(lead: str, inner: list[Part]) -> list[Part]:
    """The lead in front of the first paragraph, or as a paragraph of its own."""
    if inner and isinstance(inner[0], Block) and inner[0].kind == "text":
        return [Block(lead + inner[0].text), *inner[1:]]
    return [Block(lead.strip()), *inner]


def _callout(label: str, node: Tag) -> list[Part]:
    title = _take_title(node)
    inner = parts_of(node)
    if not inner and not title:
        return []
    return _led(f"{label}: {title}\n" if title else f"{label}: ", inner)


def _scope(node: Tag) -> list[Part]:
    title = _take_title(node)
    inner = tuple(parts_of(node))
    return [Scope(title, inner)] if title and inner else list(inner)


def _heading(node: Tag) -> list[Part]:
    named = node if node.get("id") else node.select_one("[id], a[name]")
    anchor = (named.get("id") or named.get("name")) if named else None
    text = inline_text([node]).replace("\n", " ")
    return [Heading(int(node.name[1]), text, str(anchor) if anchor else None)] if text else []


def _quote(node: Tag) -> list[Part]:
    inner = parts_of(node)
    if not inner or not isinstance(inner[0], Block):
        return inner
    github = _GITHUB_CALLOUT.match(inner[0].text)
    if not github:
        return inner
    rest = inner[0].text[github.end() :]
    return _led(f"{github[1].capitalize()}: ", [Block(rest), *inner[1:]] if rest else inner[1:])


def _code(node: Tag) -> list[Part]:
    text = node.get_text().strip("\n")
    if not text.strip():
        return []
    code = node.find("code")
    classes = (code or node).get_attribute_list("class")
    language = next((str(name)[9:] for name in classes if str(name).startswith("language-")), "")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    title = f"**{node['title']}**\n" if node.get("title") else ""
    return [Block(f"{title}{fence}{language}\n{text}\n{fence}", "code")]


def _table(node: Tag) -> list[Part]:
    caption = inline_text([node.caption.extract()]) if node.caption else ""
    text, is_table = table_text(node)
    lead: list[Part] = [Block(f"**{caption}**")] if caption and text else []
    return [*lead, Block(text, "table" if is_table else "text")] if text else []


def _list(node: Tag) -> list[Part]:
    ordered = node.name == "ol"
    number = int(str(node.get("start"))) if str(node.get("start")).isdigit() else 1
    items = []
    for child in node.find_all(["li", "ul", "ol"], recursive=False):
        text = flat(parts_of(child) if child.name == "li" else _list(child))
        if text:
            items.append(_item(f"{number}." if ordered else "-", text))
            number += 1
    return [Block("\n".join(items), "steps" if ordered else "text")] if items else []


def _item(marker: str, text: str) -> str:
    indent = " " * (len(marker) + 1)
    return (
        f"{marker} " + "\n".join(indent + line if line else line for line in text.split("\n"))[len(indent) :]
    )


def _steps(node: Tag) -> list[Part]:
    for number, step in enumerate(node.find_all(PREFIX + "step"), start=1):
        step["number"] = str(number)
    return parts_of(node)


def _step(node: Tag) -> list[Part]:
    title, text = _take_title(node), flat(parts_of(node))
    body = "\n".join(filter(None, [f"**{title}**" if title else "", text]))
    return [Block(_item(f"{node.get('number', '1')}.", body), "steps")] if body else []


def _definitions(node: Tag) -> list[Part]:
    found: list[Part] = []
    for child in node.find_all(["dt", "dd"]):
        inner = parts_of(child)
        if child.name == "dd" and found and isinstance(found[-1], Block) and found[-1].text.endswith("**"):
            lead = found.pop()
            found += _led(f"{lead.text}\n" if isinstance(lead, Block) else "", inner)
        else:
            found += [Block(f"**{flat(inner)}**")] if child.name == "dt" and inner else inner
    return found


def flat(parts: Iterable[Part]) -> str:
    """The parts as one text without headings, for where only a block may stand: a list's item, a cell."""
    lines = []
    for part in parts:
        if isinstance(part, Block):
            lines.append(part.text)
        elif isinstance(part, Heading):
            lines.append(f"**{part.text}**")
        elif isinstance(part, Scope):
            lines += [f"**{part.title}**", flat(part.parts)]
    return "\n".join(filter(None, lines))


def _nothing(_: Tag) -> list[Part]:
    return []


_HANDLERS: dict[str, Callable[[Tag], list[Part]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol", "menu"), _list),
    **dict.fromkeys(_SCOPES, _scope),
    **dict.fromkeys(("hr", "nav", "script", "style"), _nothing),
    "dl": _definitions,
    "pre": _code,
    "table": _table,
    "blockquote": _quote,
    PREFIX + "tabs": _tabs,
    PREFIX + "tile": _container,
    PREFIX + "banner": _container,
    PREFIX + "frame": _container,
    **dict.fromkeys(_PARAMETERS, _container),
    PREFIX + "steps": _steps,
    PREFIX + "step": _step,
    PREFIX + "card": _container,
    PREFIX + "group": _container,
}
