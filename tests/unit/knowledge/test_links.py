"""Citations open, and a document's own links lead to where it is published."""

from __future__ import annotations

import pytest

from knowledge.links import absolute, citation_uri

CITATIONS = [
    ("guides/export.md", "steps", None, None, "guides/export.md#steps"),
    ("guides/export.md", None, None, None, "guides/export.md"),
    ("guides/export.md", "steps", "https://x.io/docs", None, "https://x.io/docs/guides/export#steps"),
    ("guides/export.mdx", None, "https://x.io/docs/", None, "https://x.io/docs/guides/export"),
    ("guides/index.md", None, "https://x.io", None, "https://x.io/guides"),
    ("index.html", "top", "https://x.io", None, "https://x.io/#top"),
    ("release-v1.2", None, "https://x.io", None, "https://x.io/release-v1.2"),
    ("guide.pdf", "page=3", "https://x.io", None, "https://x.io/guide.pdf#page=3"),
    ("guides/setup.rst", "keys", "https://x.io", None, "https://x.io/guides/setup.html#keys"),
    ("guides/index.rst", None, "https://x.io", None, "https://x.io/guides"),
    ("export.json/17", "keys", "https://x.io", "https://help.x.io/17-keys", "https://help.x.io/17-keys#keys"),
    ("faq.csv/who", None, None, "https://x.io/faq#who", "https://x.io/faq#who"),
]


@pytest.mark.parametrize(("uri", "anchor", "base_url", "link", "expected"), CITATIONS)
def test_citations_open(uri, anchor, base_url, link, expected):
    assert citation_uri(uri, anchor, base_url, link) == expected


LINKS = {
    "absolute already": ("https://a.io/x", "g/a.md", "https://x.io", None, "https://a.io/x"),
    "mail": ("mailto:a@x.io", "g/a.md", "https://x.io", None, "mailto:a@x.io"),
    "beside": ("b.md", "g/a.md", "https://x.io/docs", None, "https://x.io/docs/g/b"),
    "above, with an anchor": ("../b.mdx#keys", "g/a.md", "https://x.io/docs", None, "https://x.io/docs/b#keys"),
    "above everything": ("../../../b.md", "g/a.md", "https://x.io/docs", None, "https://x.io/docs/b"),
    "from the site's root": ("/docs/b", "g/a.md", "https://x.io/docs", None, "https://x.io/docs/b"),
    "in the page itself": ("#keys", "g/a.md", "https://x.io", None, "https://x.io/g/a#keys"),
    "nobody knows where": ("../b.md", "g/a.md", None, None, "../b.md"),
    "from a page's own address": ("../b?x=1", "e.json/1", None, "https://x.io/en/a/1", "https://x.io/en/b?x=1"),
    "without a scheme": ("//cdn.x.io/b", "e.json/1", None, "https://x.io/a", "https://cdn.x.io/b"),
    "empty": ("", "g/a.md", "https://x.io", None, ""),
}  # fmt: skip


@pytest.mark.parametrize(("href", "uri", "base_url", "link", "expected"), LINKS.values(), ids=LINKS)
def test_a_documents_links_become_absolute(href, uri, base_url, link, expected):
    assert absolute(href, uri, base_url, link) == expected
