"""A web page: its title, the fields its head declares, and the element that holds the article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from knowledge.sources.inline import inline_text

if TYPE_CHECKING:
    from bs4 import Tag

_FURNITURE = "nav, footer, script, style, noscript, template, [hidden], [role=navigation]"
_MAIN = "main, [role=main], article, #content"
_FIELDS = frozenset(
    ("audience", "plan", "stage", "owner", "reviewed_on", "reviewed_at", "description", "language")
)
# HTML lets authors leave out these end tags: what each begins closes the elements that are listed with it.
_CLOSES = {
    "li": ("li",),
    "dt": ("dt", "dd"),
    "dd": ("dt", "dd"),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
}
_HOLDERS = ("ul", "ol", "menu", "dl", "table")


@dataclass(frozen=True)
class Page:
    """A page as it was read. `fields` are those that front matter may have, from `meta` tags."""

    title: str
    fields: dict[str, Any]
    main: Tag


def read_page(text: str) -> Page:
    """The page without navigation, scripts and what is hidden."""
    soup = BeautifulSoup(text, "html.parser")
    title = inline_text([soup.title]) if soup.title else ""
    fields = {"language": soup.html.get("lang") if soup.html else None}
    fields |= {
        str(tag["name"]): tag.get("content") for tag in soup.select("meta[name]") if tag["name"] in _FIELDS
    }
    for tag in soup.select(_FURNITURE):
        tag.decompose()
    _close_omitted(soup)
    return Page(title, fields, soup.select_one(_MAIN) or _body(soup))


def _body(soup: BeautifulSoup) -> Tag:
    for tag in soup.select("head, title, body > header, aside"):
        tag.decompose()
    return soup.body or soup


def _close_omitted(soup: BeautifulSoup) -> None:
    """Move an item, cell or row that sits in its forerunner for want of an end tag behind it."""
    for tag in soup.find_all(list(_CLOSES)):
        closes = _CLOSES[tag.name]
        while (holder := tag.find_parent([*closes, *_HOLDERS])) and holder.name in closes:
            holder.insert_after(tag)
