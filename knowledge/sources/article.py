"""Where on a web page the article is, and what the tools that publish articles mean by their HTML.

Selectors are those of what widely used tools write: Docusaurus, VitePress, Mintlify, MkDocs, Sphinx, Zendesk, Intercom,
WordPress. A page of another tool is read by its landmarks (`main`, `article`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.sources.tags import CALLOUTS, PREFIX

if TYPE_CHECKING:
    from bs4 import Tag

_BODIES = (
    ".theme-doc-markdown",
    ".vp-doc",
    ".md-content__inner",
    "[itemprop=articleBody]",
    ".article-body",
    ".article_body",
    ".markdown-body",
    ".entry-content",
    ".mdx-content",
)
_MAIN = "main, [role=main], article, #content"
_LEAST = 0.3  # of what main holds: a container with less is not the article
_FURNITURE = """
nav, footer, script, style, noscript, template, [role=navigation], [role=search], [role=contentinfo],
[aria-label="Breadcrumbs" i], .breadcrumbs, .breadcrumb, .tocCollapsible, .table-of-contents, .toc, .md-sidebar,
.md-content__button, .theme-edit-this-page, .theme-last-updated, .pagination-nav, .edit-link, .article-votes,
.article-relatives, .article-comments, .article-subscribe, .sharedaddy, .post-navigation, .cookie-banner,
a.header-anchor, a.headerlink, a.hash-link, a.anchor[aria-hidden], button.copy, .copy-button, pre button,
div[class*=language-] > span.lang, .linenos, .linenodiv, td.gutter, .skip-link
"""
_CALLOUT_BOXES = ".admonition, .theme-admonition, .custom-block, .callout, .alert[role=alert]"
_CALLOUT_TITLES = ".admonition-title, .custom-block-title, .callout-title, [class^=admonitionHeading]"
_ALSO = {
    "attention": "important",
    "hint": "tip",
    "error": "danger",
    "failure": "danger",
    "bug": "danger",
    "abstract": "info",
}


def drop_furniture(soup: Tag) -> None:
    """Take away what surrounds an article and what only serves to find the way."""
    for tag in soup.select(_FURNITURE):
        if not tag.decomposed:
            tag.decompose()


def article_in(soup: Tag) -> Tag | None:
    """The element that holds the article; None where the page marks none."""
    main = soup.select_one(_MAIN)
    whole = len((main or soup).get_text())
    bodies = (found for selector in _BODIES for found in soup.select(selector))
    return next((body for body in bodies if len(body.get_text()) >= _LEAST * whole), main)


def simplify(main: Tag) -> None:
    """Say in one way what each tool says in its own: callouts, tabs, code, anchors of headings."""
    for section in main.select("section[id], div.section[id]"):
        _name_heading(section)
    for box in main.select(_CALLOUT_BOXES):
        _name_callout(box)
    for code in main.select("table.highlighttable, table.rouge-table, .highlight > table"):
        pre = code.select_one("pre")
        if pre:
            code.replace_with(pre.extract())
    for pre in main.select("pre"):
        _name_language(pre)


def _name_heading(section: Tag) -> None:
    """A section's anchor is its heading's; a label that an author gave it counts more."""
    heading = section.find(re.compile("^h[1-6]$"), recursive=False)
    label = section.select_one(":scope > span[id]:first-child")
    if heading and not heading.get("id"):
        heading["id"] = (label or section)["id"]


def _name_callout(box: Tag) -> None:
    if box.name in ("details", "pre"):
        return
    words = re.findall(r"[a-z]+", " ".join(box.get_attribute_list("class")).lower())
    kind = next((_ALSO.get(word, word) for word in words if _ALSO.get(word, word) in CALLOUTS), None)
    title = box.select_one(_CALLOUT_TITLES)
    said = title.get_text().strip().lower() if title else ""
    box.name = PREFIX + (kind or "group")
    if title and kind and (said in words or said == kind or said in CALLOUTS or not said):
        title.decompose()
    elif title:
        title.name = PREFIX + "title"
        box.insert(0, title.extract())


def open_tabs(soup: Tag) -> None:
    """Head the panels under a row of tabs by the tabs' names, and show those that a click would open."""
    for bar in soup.select("[role=tablist]"):
        _open(bar)


def _open(bar: Tag) -> None:
    holder = bar.parent
    panels = holder.select("[role=tabpanel]") if holder else []
    names = [tab.get_text(" ").strip() for tab in bar.select("[role=tab]")]
    if not panels or len(panels) != len(names):
        return
    for name, panel in zip(names, panels, strict=True):
        panel.name, panel["title"] = PREFIX + "tab", name
        del panel["hidden"]
    bar.decompose()


def _name_language(pre: Tag) -> None:
    """Code's language, which some tools say only around it, and its line breaks, which some write as tags."""
    for line in pre.find_all("br"):
        line.replace_with("\n")
    code = pre.find("code") or pre
    around = [pre, *list(pre.parents)[:2]]
    named = [str(one) for tag in (code, *around) for one in tag.get_attribute_list("class") if one]
    found = next(
        (match[1] for one in named if (match := re.match(r"(?:language|highlight)-([\w+#-]+)$", one))), ""
    )
    if found and found not in ("default", "none", "text", "plaintext", "txt"):
        code["class"] = f"language-{found}"
