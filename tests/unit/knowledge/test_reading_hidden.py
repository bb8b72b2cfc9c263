"""What a page does not show is not read."""

from __future__ import annotations

import pytest

from knowledge.sources.documents import read_document


def text_of(uri, html):
    document = read_document(uri, html.encode())
    return "\n".join(section.text for section in document.sections)


HIDDEN = [
    pytest.param("<p hidden>secret</p>", id="hidden"),
    pytest.param('<p style="display: none">secret</p>', id="not displayed"),
    pytest.param('<div style="color:red;DISPLAY:NONE"><p>secret</p></div>', id="below what is not displayed"),
    pytest.param('<p>seen <span style="visibility:hidden">secret</span></p>', id="not visible"),
    pytest.param('<p>seen <span style="font-size: 0px">secret</span></p>', id="of no size"),
    pytest.param('<p>seen <b style="opacity:0.0; color: red">secret</b></p>', id="clear as glass"),
    pytest.param('<p class="sr-only">secret</p>', id="for screen readers"),
    pytest.param("<!-- secret --><p>seen</p>", id="a comment"),
]
SHOWN = [
    pytest.param('<p style="color: red">secret</p>', id="a colour"),
    pytest.param('<p style="font-size: 0.9em">secret</p>', id="small"),
    pytest.param('<p style="font-size:10px">secret</p>', id="ten"),
    pytest.param('<p style="opacity: 0.8">secret</p>', id="pale"),
    pytest.param('<p hidden="until-found">secret</p>', id="found by searching"),
    pytest.param('<p class="lead">secret</p>', id="a class"),
]


@pytest.mark.parametrize("uri", ["page.html", "page.md"])
@pytest.mark.parametrize("html", HIDDEN)
def test_what_is_hidden_is_left_out(uri, html):
    assert "secret" not in text_of(uri, f"<p>First.</p>\n\n{html}\n\n<p>Last.</p>")


@pytest.mark.parametrize("uri", ["page.html", "page.md"])
@pytest.mark.parametrize("html", SHOWN)
def test_what_is_shown_is_read(uri, html):
    assert "secret" in text_of(uri, f"<p>First.</p>\n\n{html}\n\n<p>Last.</p>")
