"""A web page: its title, the fields its head declares, and the element that holds the article."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from knowledge.sources.article import article_in, drop_furniture, open_tabs, simplify
from knowledge.sources.hidden import drop_hidden
from knowledge.sources.inline import inline_text

if TYPE_CHECKING:
    from bs4 import Tag

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
    headings = soup.find_all("h1")
    drop_furniture(soup)
    open_tabs(soup)
    drop_hidden(soup)
    main = article_in(soup) or _body(soup)
    simplify(main)
    if not main.find("h1") and len(headings) == 1:  # beside the article, where some tools write its title
        title = inline_text(headings) or title
    return Page(title, fields, main)


def _name(tag: Tag) -> str:
    return str(tag["name"]).strip().lower()


def _body(soup: BeautifulSoup) -> Tag:
    for tag in soup.select("head, title, body > header, aside"):
        tag.decompose()
    return soup.body or soup
