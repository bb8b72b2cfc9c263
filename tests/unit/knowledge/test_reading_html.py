"""HTML pages become their article, without what surrounds it."""

from __future__ import annotations

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.sources.documents import read_document


def read(html: str | bytes):
    return read_document("page.html", html if isinstance(html, bytes) else html.encode())


def test_an_html_page_is_its_main_part_under_its_headings():
    document = read(
        """<!doctype html><html lang="de-AT"><head><title>Site name</title><style>p{}</style></head><body>
        <header>Logo</header><nav><a href="/">Home</a></nav>
        <main><h1 id="top">Billing</h1><p>Pay <b>monthly</b>.<script>x()</script></p>
        <section><h2 id="cards">Cards<a class="headerlink" href="#cards">¶</a></h2>
        <ol><li>Open it<li>Pay<pre><code class="language-sh">x &lt; y</code></pre></ol>
        <table><thead><tr><th>Plan<th>Price</thead><tbody><tr><td>Pro<td>9 €</table></section>
        <h2><a name="old"></a>Old anchor</h2><dl><dt>Term</dt><dd>What it means.</dd></dl></main>
        <footer>© us</footer></body></html>"""
    )

    assert (document.title, document.language) == ("Billing", "de")
    assert [
        (section.heading_path, section.anchor, section.kind, section.text) for section in document.sections
    ] == [
        ((), None, "text", "Pay monthly."),
        (("Cards",), "cards", "steps", "1. Open it\n2. Pay\n   ```sh\n   x < y\n   ```"),
        (("Cards",), "cards", "table", "| Plan | Price |\n| --- | --- |\n| Pro | 9 € |"),
        (("Old anchor",), "old", "text", "**Term**\nWhat it means."),
    ]


def test_a_page_without_main_part_loses_head_and_sidebar_only():
    document = read("<title>Help &amp; more</title><body><header>x</header><aside>y</aside><div>Text</div>")

    assert (document.title, [section.text for section in document.sections]) == ("Help & more", ["Text"])


def test_meta_tags_say_who_may_read():
    document = read('<meta name="audience" content="internal"><meta name="owner" content="Ana"><p>Text')

    assert (document.audience, document.owner) == ("internal", "Ana")


def test_front_matter_counts_more_than_meta_tags_and_loses_none():
    document = read(
        '---\nowner: Ben\n---\n<META NAME="Audience" content="internal"><meta name="owner" content="Ana"><p>x'
    )

    assert (document.audience, document.owner) == ("internal", "Ben")


def test_an_unknown_audience_in_a_meta_tag_is_refused():
    with pytest.raises(
        UnreadableDocument, match='The audience "everyone" is unknown; use public, customer, internal'
    ):
        read('<meta name="audience" content="everyone"><p>Text')


def test_the_declared_encoding_is_believed():
    assert read('<meta charset="iso-8859-1"><p>Größe'.encode("latin-1")).sections[0].text == "Größe"


def test_hidden_parts_and_comments_are_not_read():
    document = read("<body><p>a<!-- b --></p><div hidden>c</div><template>d</template><noscript>e</noscript>")

    assert [section.text for section in document.sections] == ["a"]


def test_a_page_nested_beyond_measure_is_refused_with_a_reason():
    with pytest.raises(UnreadableDocument, match="nested too deeply"):
        read("<div>" * 5_000 + "text")


@pytest.mark.parametrize(
    "html", ["", "<", "<p", "</div></p>", "<table><td>", "<ol><ol><ol>", "&#xffffffff;", "<!--"]
)
def test_broken_html_is_still_read(html):
    assert read(html).title
