"""Markdown and MDX to HTML, so that one reader serves every format.

markdown-it does the work; the rules added here make components, admonitions, expressions, and import and
export lines part of the grammar, so that code fences and inline code are never touched by them.

CommonMark and MDX differ in what indentation and HTML mean. `.mdx` is MDX, and so is a `.md` file that imports
or exports something (Docusaurus writes those).
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.rules_block.html_block import html_block
from markdown_it.rules_block.list import list_block
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from knowledge.sources.tags import (
    CALLOUTS,
    PREFIX,
    expression_end,
    expression_text,
    normalised,
    scan_tag,
    tag_html,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_TAG_LINES = 200  # how far a tag, expression or statement may reach
_ADMONITION = re.compile(
    r":{3,}\s*(?:([A-Za-z][\w-]*)\s*(?:\[(?P<bracket>.*)\])?(?P<plain>[^{]*)(?:\{.*\})?)?$"
)
_IMPORT = re.compile(
    r"import\s+(?:[\w*${}\s,]+\sfrom\s+)?(['\"])[^'\"\n]+\1[ \t]*(?:(?:;|//)[^\n]*)?$", re.MULTILINE
)
_EXPORT = re.compile(
    r"export\s+(?:(?:const|let|var)\s+\w+\s*=|(?:async\s+)?function\s|class\s+[A-Z]|\{|\*\s+from"
    r"|default\s+(?:async\b|function\b|class\b|[({]|[A-Z]\w*\s*;?\s*$))",
    re.MULTILINE,
)
_CONSTANT = re.compile(
    r"""export\s+(?:const|let|var)\s+(\w+)\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)'|([\d.]+))\s*;?\s*$"""
)
_HEADING_ID = re.compile(r"\s*\{(?:/\*)?\s*#([^\s{}*]+)\s*(?:\*/)?\}\s*$")
_RAW_HTML = re.compile(r"<(?:script|style|pre|textarea|!--)", re.IGNORECASE)
_FENCE_TITLE = re.compile(r"""title=(["'])(.*?)\1|^\[(.+)\]$|^([\w][^={}"'\[\]]*)$""")
_FENCE_FLAGS = re.compile(
    r"\{.*?\}|^:\S*|\b(?:showLineNumbers|lines|wrap|expandable|live|noInline|twoslash)\b(?:=\S+)?|\bicon=\S+"
)
_LANGUAGE = re.compile(r"[^\s{\[:]*")
# What says how code is to be shown is no part of it: Docusaurus' and VitePress' comments.
_SHOWN_LINE = re.compile(
    r"^[ \t]*(?://|#|--|;|<!--|/\*|\{/\*)\s*highlight-(?:next-line|start|end)\s*(?:-->|\*/\}?)?[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
_SHOWN_MARK = re.compile(r"[ \t]*(?://|#|--|;|<!--|/\*)\s*\[!code [^\]\n]*\]\s*?(?:-->|\*/)?(?=\n|\Z)")
_MDX_FENCE = re.compile(r"^(`{3,})mdx-code-block[ \t]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_FURNITURE = re.compile(r"\[\[toc\]\]$|\[toc\]$|<<<\s*[@.~/]\S*(?:\s.*)?$", re.IGNORECASE)  # VitePress


def to_html(text: str, *, mdx: bool) -> str:
    """The text as HTML, components as `jsx-` elements, page furniture of the build gone."""
    environment: dict[str, Any] = {"constants": {}, "scripted": False, "mdx": mdx}
    html = str(_parser(mdx=mdx).render(_MDX_FENCE.sub(r"\2", text), environment))
    return html if mdx or not environment["scripted"] else to_html(text, mdx=True)


def _parser(*, mdx: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable(["table", "strikethrough"])
    parser.use(tasklists_plugin).use(footnote_plugin)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    block, inline = parser.block.ruler, parser.inline.ruler
    block.before("html_block", "components", _component_block, interrupts)
    block.before("fence", "admonitions", _admonition_block, interrupts)
    block.before("fence", "statements", _statement_block)
    block.before("fence", "furniture", _furniture_block)
    inline.before("html_inline", "components", _component_inline)
    parser.core.ruler.after("block", "heading_ids", _heading_ids)
    for name, rule in {"tags": _tags, "html_block": _html, "html_inline": _html, "fence": _fence}.items():
        parser.add_render_rule(name, rule)
    if mdx:
        parser.disable("code")
        block.at("paragraph", _mdx_paragraph)
        block.at("list", _mdx_list, {"alt": ["paragraph", "reference", "blockquote"]})
        block.at("html_block", _mdx_html_block, interrupts)
        block.before("components", "expressions", _expression_block, interrupts)
        inline.before("html_inline", "expressions", _expression_inline)
    return parser


# Blocks -----------------------------------------------------------------------------------------------------


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _lines(state: StateBlock, start: int, end: int) -> str:
    text: str = state.getLines(start, min(end, start + _TAG_LINES), 0, keepLastLF=False)
    return text


def _push(state: StateBlock | StateInline, html: str) -> None:
    state.push("tags", "", 0).content = html


def _component_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Tags that stand alone on their lines; what is between them stays Markdown."""
    line = _line(state, start)
    if not line.startswith("<") or state.is_code_block(start) or _RAW_HTML.match(line):
        return False
    if not state.env["mdx"] and not re.match(r"</?(?:[A-Z]|>)", line):
        return False
    constants = state.env["constants"]
    found = _only_tags(line, constants) or _only_tags(_lines(state, start, end), constants)
    if not found:
        return False
    if not silent:
        html, lines = found
        _push(state, html)
        state.line = start + lines
    return True


def _only_tags(text: str, constants: dict[str, str]) -> tuple[str, int] | None:
    """The tags that fill the text's first lines, as HTML, and the number of lines."""
    at, html = len(text) - len(text.lstrip()), []
    while tag := scan_tag(text, at, constants):
        html.append(tag_html(tag, text[at : tag.end]))
        rest = text[tag.end :].partition("\n")[0]
        at = tag.end + len(rest) - len(rest.lstrip())
        if not rest.strip():
            return "".join(html), text.count("\n", 0, tag.end) + 1
    return None


def _admonition_block(state: StateBlock, start: int, _: int, silent: bool) -> bool:
    """`:::tip Title` opens, `:::` closes the innermost; what is between them stays Markdown."""
    line = _line(state, start)
    if not line.startswith(":::") or state.is_code_block(start):
        return False
    marks = _ADMONITION.match(line.rstrip())
    if not marks:
        return False
    if silent:
        return True
    state.line = start + 1
    opened: list[str] = state.env.setdefault("admonitions", [])
    if not marks[1]:
        _push(state, f"</{opened.pop()}>" if opened else "")
        return True
    name = marks[1].lower()
    opened.append(PREFIX + (name if name in CALLOUTS else "details" if name == "details" else "group"))
    _push(state, f"<{opened[-1]}><{PREFIX}title>")
    title = state.push("inline", "", 0)
    title.content, title.children, title.map = (
        (marks["bracket"] or marks["plain"]).strip(),
        [],
        [start, start + 1],
    )
    _push(state, f"</{PREFIX}title>")
    return True


def _statement_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Import and export statements at the margin. They also tell that the file is MDX."""
    line = _line(state, start)
    if silent or state.level or state.sCount[start] or not line.startswith(("import", "export")):
        return False
    text = _lines(state, start, end)
    imported = _IMPORT.match(text)
    if not imported and not _EXPORT.match(text):
        return False
    constant = _CONSTANT.match(line)
    if constant:
        state.env["constants"][constant[1]] = next(
            value for value in constant.groups()[1:] if value is not None
        )
    state.env["scripted"] = True
    state.line = start + (imported[0].count("\n") + 1 if imported else _statement_lines(text))
    return True


def _furniture_block(state: StateBlock, start: int, _: int, silent: bool) -> bool:
    """A line that stands for a list of contents or another file's code."""
    if silent or state.is_code_block(start) or not _FURNITURE.match(_line(state, start).rstrip()):
        return False
    state.line = start + 1
    return True


def _statement_lines(text: str) -> int:
    """How many lines an export takes: until its brackets close, else until the first blank line."""
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        if depth <= 0 and not line.rstrip().endswith(("=", "=>", ",", "&&", "||", "?", ":")):
            return number
    return text.partition("\n\n")[0].count("\n") + 1


def _expression_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An expression or comment that stands alone, blank lines in it included."""
    if not _line(state, start).startswith("{"):
        return False
    text = _lines(state, start, end).lstrip()
    closes = expression_end(text, 0)
    if closes is None or text[closes:].partition("\n")[0].strip():
        return False
    if not silent:
        _push(state, f"<p>{escape(expression_text(text[:closes], state.env['constants']))}</p>")
        state.line = start + text.count("\n", 0, closes) + 1
    return True


def _mdx_html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """MDX reads Markdown inside HTML elements, so only comments and raw elements are HTML blocks."""
    return bool(_RAW_HTML.match(_line(state, start))) and html_block(state, start, end, silent)


def _mdx_paragraph(state: StateBlock, start: int, _: int, __: bool) -> bool:
    """A paragraph as in CommonMark, except that an indented line may begin another block."""
    rules, last = state.md.block.ruler.getRules("paragraph"), state.lineMax
    parent, state.parentType = state.parentType, "paragraph"
    after = start + 1
    while after < last and not state.isEmpty(after):
        if state.sCount[after] >= 0 and any(rule(state, after, last, True) for rule in rules):
            break
        after += 1
    state.line = after
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content = state.getLines(start, after, state.blkIndent, keepLastLF=False).strip()
    inline.children, inline.map = [], [start, after]
    state.push("paragraph_close", "p", -1)
    state.parentType = parent
    return True


def _mdx_list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list as in CommonMark, also where a component indents it as far as code would be."""
    margin = state.blkIndent
    if not silent and state.sCount[start] - margin >= 4:
        state.blkIndent = state.sCount[start]
    try:
        return list_block(state, start, end, silent)
    finally:
        state.blkIndent = margin


def _heading_ids(state: StateCore) -> None:
    """`## Title {#id}` names its own anchor."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        named = _HEADING_ID.search(inline.content) if opening.type == "heading_open" else None
        if named:
            inline.content = inline.content[: named.start()]
            opening.attrSet("id", named[1])


# Inline -----------------------------------------------------------------------------------------------------


def _component_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "<":
        return False
    tag = scan_tag(state.src, state.pos, state.env["constants"])
    if not tag:
        return False
    if not silent:
        _push(state, tag_html(tag, state.src[state.pos : tag.end]))
    state.pos = tag.end
    return True


def _expression_inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    closes = expression_end(state.src, state.pos)
    if closes is None:
        return False
    if not silent:
        _push(state, escape(expression_text(state.src[state.pos : closes], state.env["constants"])))
    state.pos = closes
    return True


# HTML -------------------------------------------------------------------------------------------------------


def _tags(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    return tokens[index].content


def _html(_: RendererHTML, tokens: Sequence[Token], index: int, __: Any, environment: Any) -> str:
    return normalised(tokens[index].content, environment["constants"])


def _fence(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    token = tokens[index]
    info = token.info.strip()
    language = _LANGUAGE.match(info)[0]  # type: ignore[index]
    title = _FENCE_TITLE.search(_FENCE_FLAGS.sub("", info[len(language) :]).strip())
    shown = next(filter(None, title.groups()[1:]), "") if title else ""
    named = f' title="{escape(shown)}"' if shown else ""
    code = _SHOWN_MARK.sub("", _SHOWN_LINE.sub("", token.content))
    return f'<pre{named}><code class="language-{escape(language)}">{escape(code)}</code></pre>\n'
