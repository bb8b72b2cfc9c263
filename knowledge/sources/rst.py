"""reStructuredText to HTML by docutils, with what Sphinx adds to it.

Nothing is included, executed or passed through raw. Sphinx's own directives and roles are not known to docutils;
they keep their text: a directive without a meaning here becomes its content, a reference its title.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_parts
from docutils.parsers.rst import Directive, Parser, directives, states

from knowledge.errors import UnreadableDocument
from knowledge.sources.article import simplify
from knowledge.sources.tags import PREFIX

if TYPE_CHECKING:
    from bs4 import Tag

_SETTINGS = {
    "_disable_config": True,
    "docinfo_xform": False,
    "doctitle_xform": False,
    "embed_stylesheet": False,
    "file_insertion_enabled": False,
    "halt_level": 5,
    "initial_header_level": 1,
    "line_length_limit": 5_000_000,
    "math_output": "LaTeX",
    "raw_enabled": False,
    "report_level": 5,
    "syntax_highlight": "none",
    "toc_backlinks": False,
    "trim_footnote_reference_space": True,
}
_FURNITURE = frozenset(
    [
        "automodule",
        "contents",
        "currentmodule",
        "default-domain",
        "highlight",
        "include",
        "index",
        "literalinclude",
        "module",
        "py:currentmodule",
        "py:module",
        "raw",
        "sectionauthor",
        "tabularcolumns",
        "toctree",
    ]
)
_CODE = frozenset(["code", "code-block", "sourcecode", "prompt", "console", "code-tab"])
_SAYS = {
    "deprecated": "Deprecated since version",
    "seealso": "See also:",
    "versionadded": "New in version",
    "versionchanged": "Changed in version",
    "versionremoved": "Removed in version",
}
_SCOPES = frozenset(["dropdown", "details", "collapse", "tab", "tab-item", "group-tab"])
_DIRECTIVE = re.compile(r"\.\.[ ]+([\w:.+-]*\w)[ ]?::(?:[ ]+|$)")
_ROLE = re.compile(r":([A-Za-z][\w:+.-]*):`([^`]+)`")
_TITLED = re.compile(r"(?P<title>.+?)\s*<[^<>]+>", re.DOTALL)
_REFERENCES = frozenset(["ref", "doc", "numref", "any", "download"])
_LITERALS = re.compile(
    r"class|func|meth|mod|attr|exc|data|obj|const|type|envvar|file|program|option|command|samp|confval|setting"
    r"|token|regexp|mimetype|manpage"
)
_FIELDS = re.compile(r"(?::[\w-]+:(?:[ \t].*)?\n(?:[ \t]+\S.*\n)*)+(?=\s*\n|\Z)")
_FIELD = re.compile(r"^:([\w-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)


def to_html(text: str) -> tuple[dict[str, str], Tag]:
    """The fields at its top, and the document as a `main` element.

    Raises:
        UnreadableDocument: docutils cannot make sense of it.
    """
    fields, body = _fields(text)
    parser = Parser()
    parser.state_classes = _STATES
    try:
        parts = publish_parts(body, parser=parser, writer="html5", settings_overrides=_SETTINGS)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, AssertionError) as error:
        raise UnreadableDocument(
            "Its reStructuredText cannot be read; `docutils FILE` says where it is broken."
        ) from error
    soup = BeautifulSoup(f"{parts['meta']}<main>{parts['body']}</main>", "html.parser")
    described = soup.select_one("meta[name=description][content]")
    if described:
        fields["description"] = str(described["content"])
    main = soup.main or soup
    fields |= _fields_below_title(main)
    _simplify(main)
    return fields, main


def _fields(text: str) -> tuple[dict[str, str], str]:
    """The field list that a file may begin with, and the rest."""
    body = text.lstrip("\n")
    listed = _FIELDS.match(body)
    if not listed:
        return {}, body
    return {name: " ".join(value.split()) for name, value in _FIELD.findall(listed[0])}, body[listed.end() :]


def _fields_below_title(main: Tag) -> dict[str, str]:
    first = main.select_one("h1 + dl.field-list")
    if not first:
        return {}
    first.extract()
    names = [name.get_text().strip().removesuffix(":") for name in first.find_all("dt", recursive=False)]
    values = [" ".join(value.get_text().split()) for value in first.find_all("dd", recursive=False)]
    return dict(zip(names, values, strict=False))


# What docutils does not know ----------------------------------------------------------------------------------


class _AnyOption(dict[str, Any]):
    """An option list that accepts every option."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class _Sphinx(Directive):
    """Sphinx's directives, and those that nobody knows."""

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = _AnyOption({"class": directives.unchanged})
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Its text, in the form that comes nearest to what it means."""
        argument = self.arguments[0] if self.arguments else ""
        if self.name in _FURNITURE:
            return []
        if self.name in _CODE:
            text = "\n".join(self.content)
            block = nodes.literal_block(text, text, classes=["code", argument.split("\n")[0]])
            return [block] if text.strip() else []
        said = _SAYS.get(self.name)
        inner = self._parsed()
        if said:
            lead = nodes.paragraph("", "", *self._inline(f"{said} {argument}".strip()))
            return [lead, *inner]
        if not argument or not inner:
            return inner
        title = nodes.paragraph("", "", *self._inline(argument), classes=["gp-title"])
        kind = "gp-details" if self.name in _SCOPES else "gp-group"
        return [nodes.container("", title, *inner, classes=[kind])]

    def _parsed(self) -> list[nodes.Node]:
        holder = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, holder, match_titles=False)
        return list(holder.children)

    def _inline(self, text: str) -> list[nodes.Node]:
        found, _ = self.state.inline_text(text, self.lineno)
        return list(found)


class _Lenient:
    """A state that takes every directive, also inside others."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.nested_sm_kwargs = {"state_classes": _STATES, "initial_state": "Body"}
        self.nested_sm_cache = list[Any]()  # docutils' own is shared by all states

    def explicit_construct(self, match: re.Match[str]) -> Any:
        named = _DIRECTIVE.match(match.string)
        if named and self._is_ours(named[1].lower()):
            return self.run_directive(_Sphinx, named, named[1].lower(), {})  # type: ignore[attr-defined]
        return super().explicit_construct(match)  # type: ignore[misc]

    def _is_ours(self, name: str) -> bool:
        if name in _FURNITURE or name in _CODE:
            return True
        known, _ = directives.directive(name, self.memo.language, self.document)  # type: ignore[attr-defined]
        return known is None


# docutils finds the next state by its class's name, so each keeps its own.
_STATES = tuple(type(state.__name__, (_Lenient, state), {}) for state in states.state_classes)


def _say_roles(main: Tag) -> None:
    """Exchange each role that docutils left as it was written for what it says."""
    for text in main.find_all(string=_ROLE):
        if not text.find_parent(["code", "pre"]):
            said = _ROLE.sub(lambda role: _said(role[1].rpartition(":")[2].lower(), role[2]), text)
            text.replace_with(BeautifulSoup(said, "html.parser"))


def _said(role: str, text: str) -> str:
    titled = _TITLED.fullmatch(text)
    if titled:
        return escape(titled["title"])
    if _LITERALS.fullmatch(role):
        shown = text.rpartition(".")[2] if text.startswith("~") else text.lstrip("!")
        return f"<code>{escape(shown)}</code>"
    if role in _REFERENCES:
        text = re.sub(r"[-_]+", " ", text.rstrip("/").rpartition("/")[2])
    if role in ("guilabel", "menuselection"):
        text = re.sub(r"&(?=\w)", "", text).replace("-->", ">")
    return escape(text)


# What docutils' HTML says in its own way ------------------------------------------------------------------------


def _simplify(main: Tag) -> None:
    """The HTML in the words that the other formats use."""
    for tag in main.select("[role=doc-noteref], .footnote > .label, .citation > .label, .system-message"):
        tag.decompose()
    for literal in main.select("span.literal"):
        literal.name = "code"
    _say_roles(main)
    for block in main.select("pre.code"):
        _name_language(block)
    simplify(main)
    _rename(main)


def _rename(main: Tag) -> None:
    for line in main.select("div.line"):
        line.append(_new("br"))
        line.unwrap()
    for rubric in main.select("p.rubric"):
        rubric.name = "strong"
        rubric.wrap(_new("p"))
    for title in main.select(".gp-title"):
        title.name = PREFIX + "title"
    for container in main.select(".gp-details, .gp-group"):
        container.name = PREFIX + ("details" if "gp-details" in container["class"] else "group")


def _name_heading(section: Tag) -> None:
    heading = section.find(re.compile("^h[1-6]$"), recursive=False)
    label = section.select_one(":scope > span[id]:first-child")
    if heading:
        heading["id"] = (label or section)["id"]


def _name_language(block: Tag) -> None:
    named = [name for name in block.get_attribute_list("class") if name not in ("code", "literal-block")]
    if block.code and named:
        block.code["class"] = f"language-{named[0]}"


def _new(name: str) -> Tag:
    return BeautifulSoup("", "html.parser").new_tag(name)
