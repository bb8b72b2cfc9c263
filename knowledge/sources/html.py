"""A web page: its title, the fields its head declares, and the element that holds the article."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from knowledge.sources.hidden import drop_hidden
from knowledge.sources.inline import inline_text

if TYPE_CHECKING:
    from bs4 import Tag

_FURNITURE = "nav, footer, script, style, noscript, template, [role=navigation]"
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


class _Soup(BeautifulSoup):
    """Closes an item, cell or row when the next one begins; Python's own parser would nest them."""

    def handle_starttag(self, name: str, *args: Any, **options: Any) -> Tag | None:
        closes = _CLOSES.get(name, ())
        inside = takewhile(lambda tag: tag.name not in _HOLDERS, reversed(self.tagStack))
        for opened in [tag.name for tag in inside if tag.name in closes] if closes else []:
            self.handle_endtag(opened)
        return super().handle_starttag(name, *args, **options)


def read_page(text: str) -> Page:
    """The page without navigation, scripts and what is hidden."""
    soup = _Soup(text, "html.parser")
    title = inline_text([soup.title]) if soup.title else ""
    fields = {"language": soup.html.get("lang") if soup.html else None}
    fields |= {
        name: tag.get("content") for tag in soup.select("meta[name]") if (name := _name(tag)) in _FIELDS
    }
    for tag in soup.select(_FURNITURE):
        tag.decompose()
    drop_hidden(soup)
    return Page(title, fields, soup.select_one(_MAIN) or _body(soup))


def _name(tag: Tag) -> str:
    return str(tag["name"]).strip().lower()


def _body(soup: BeautifulSoup) -> Tag:
    for tag in soup.select("head, title, body > header, aside"):
        tag.decompose()
    return soup.body or soup
