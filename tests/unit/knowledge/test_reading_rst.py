"""reStructuredText, Sphinx's dialect included, becomes the text that a reader of the page would see."""

from __future__ import annotations

import time
from contextlib import suppress
from textwrap import dedent

import pytest

from knowledge.errors import ReadersUnknown, UnreadableDocument
from knowledge.sources.documents import read_document


def read(text: str, base_url: str | None = None):
    return read_document("guides/page.rst", dedent(text).lstrip("\n").encode(), base_url)


def texts(text: str, base_url: str | None = None) -> str:
    return "\n\n".join(section.text for section in read(text, base_url).sections)


CASES = {
    "paragraph": ("One\nline, *soft* and **loud**.", "One line, soft and loud."),
    "code": ("Run ``x <y>`` now.", "Run `x <y>` now."),
    "literal block": ("Run::\n\n   a\n\n   b\n", "Run:\n\n```\na\n\nb\n```"),
    "code block": (".. code-block:: python\n   :linenos:\n\n   x = 1\n", "```python\nx = 1\n```"),
    "code without a language": (".. code::\n\n   x = 1\n", "```\nx = 1\n```"),
    "bullets": ("- a\n- b\n\n  - c\n", "- a\n- b\n  - c"),
    "steps": ("#. One\n#. Two\n\n   ``x``\n", "1. One\n2. Two\n   `x`"),
    "definition": ("Seat\n  A person who signs in.\n", "**Seat**\nA person who signs in."),
    "lines": ("| one\n| two\n", "one\ntwo"),
    "quote": ("Said:\n\n   quoted\n", "Said:\n\nquoted"),
    "small title": (".. rubric:: Limits\n\nTen.", "**Limits**\n\nTen."),
    "note": (".. note:: Mind this.\n", "Note: Mind this."),
    "warning with a list": (".. warning::\n\n   Hot:\n\n   - a\n", "Warning: Hot:\n\n- a"),
    "hint is a tip": (".. hint:: Try.\n", "Tip: Try."),
    "own title": (".. admonition:: Before you begin\n\n   Sign in.\n", "**Before you begin**\nSign in."),
    "image": (".. image:: s.png\n   :alt: The settings page\n", "(Image: The settings page)"),
    "image without alt": ("Text.\n\n.. image:: s.png\n", "Text."),
    "figure": (
        ".. figure:: s.png\n   :alt: The settings page\n\n   Where it is.\n",
        "(Image: The settings page)\n\nWhere it is.",
    ),
    "simple table": (
        "=====  =====\nPlan   Price\n=====  =====\nPro    9\n=====  =====\n",
        "| Plan | Price |\n| --- | --- |\n| Pro | 9 |",
    ),
    "grid table": (
        "+---+---+\n| A | B |\n+===+===+\n| 1 | 2 |\n+---+---+\n",
        "| A | B |\n| --- | --- |\n| 1 | 2 |",
    ),
    "list table": (
        ".. list-table:: Prices\n   :header-rows: 1\n\n   * - Plan\n     - Price\n   * - Pro\n     - 9\n",
        "**Prices**\n\n| Plan | Price |\n| --- | --- |\n| Pro | 9 |",
    ),
    "csv table": (
        '.. csv-table::\n   :header: "Plan", "Price"\n\n   "Pro", "9"\n',
        "| Plan | Price |\n| --- | --- |\n| Pro | 9 |",
    ),
    "footnote": ("Fast [1]_.\n\n.. [1] On a good day.\n", "Fast.\n\nOn a good day."),
    "substitution": ("Use |x|.\n\n.. |x| replace:: Guidepost\n", "Use Guidepost."),
    "comment": (".. not for readers\n   at all\n\nText.", "Text."),
    "link target": ("See `the docs`_.\n\n.. _the docs: https://x.io/d\n", "See the docs."),
    "vague link": ("Click `here <https://x.io/d>`_.", "Click here (https://x.io/d)."),
    "bad markup": ("A *star that stays and `a tick.", "A *star that stays and `a tick."),
}

SPHINX = {
    "buttons": ("Click :guilabel:`&Save`.", "Click Save."),
    "menus": ("Open :menuselection:`File --> Export`.", "Open File > Export."),
    "reference with a title": ("See :ref:`the guide <set-up>`.", "See the guide."),
    "reference without": ("See :ref:`set-up-keys` and :doc:`/a/first-steps`.", "See set up keys and first steps."),
    "objects": ("Call :py:func:`~shop.cart.add` or :meth:`!x`.", "Call `add` or `x`."),
    "keys": ("Press :kbd:`Ctrl+C`.", "Press Ctrl+C."),
    "role in code": ("Write ``:ref:`x```.", "Write `` :ref:`x` ``."),
    "unknown role": ("An :anything:`old text`.", "An old text."),
    "version": (".. versionadded:: 2.0\n   The flag.\n", "New in version 2.0 The flag."),
    "see also": (".. seealso:: The price list.\n", "See also: The price list."),
    "table of contents": (".. toctree::\n   :maxdepth: 2\n\n   a\n   b\n\nText.", "Text."),
    "local contents": (".. contents::\n\nText.", "Text."),
    "unknown directive": (".. card:: Prices\n   :link: p\n\n   In *euro*.\n", "**Prices**\nIn euro."),
    "unknown and empty": (".. youtube:: abc\n\nText.", "Text."),
    "index entries": (".. index:: seat, licence\n\nText.", "Text."),
    "directive in a list": ("- a\n\n  .. versionchanged:: 2\n     Now b.\n", "- a\n  Changed in version 2 Now b."),
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_rst_becomes_what_a_reader_sees(source, expected):
    assert texts(source) == expected


@pytest.mark.parametrize(("source", "expected"), SPHINX.values(), ids=SPHINX)
def test_sphinx_keeps_its_text_and_loses_its_markup(source, expected):
    assert texts(source) == expected


def test_sections_are_found_under_their_titles_with_the_published_anchors():
    document = read(
        """
        ======
        Set up
        ======

        Intro.

        .. _api-keys:

        Your keys
        =========

        Keep them.

        Rotate
        ------

        1. New
        2. Old

        .. tabs::

           .. tab:: Linux

              Unpack.
        """
    )

    assert document.title == "Set up"
    assert [(found.heading_path, found.anchor, found.kind, found.text) for found in document.sections] == [
        ((), None, "text", "Intro."),
        (("Your keys",), "api-keys", "text", "Keep them."),
        (("Your keys", "Rotate"), "rotate", "steps", "1. New\n2. Old"),
        (("Your keys", "Rotate", "Linux"), "rotate", "text", "Unpack."),
    ]


FIELDS = {
    "a field list before the title": ":audience: internal\n:plan: pro\n\nTitle\n=====\n\nText.",
    "a field list behind it": "Title\n=====\n\n:audience: internal\n:plan: pro\n\nText.",
    "YAML": "---\naudience: internal\nplan: pro\n---\nTitle\n=====\n\nText.",
}


@pytest.mark.parametrize("source", FIELDS.values(), ids=FIELDS)
def test_the_head_says_who_may_read(source):
    document = read(source)

    assert (document.title, document.audience, document.plan) == ("Title", "internal", "pro")
    assert [section.text for section in document.sections] == ["Text."]


def test_an_unknown_audience_is_refused():
    with pytest.raises(ReadersUnknown, match='audience "all" is unknown'):
        read(":audience: all\n\nText.")


def test_a_description_is_kept():
    assert read(".. meta::\n   :description: How to begin\n\nText.").meta["description"] == "How to begin"


def test_relative_links_lead_to_the_published_page():
    source = "Click `here <../billing.rst>`_ or `this link <keys.html#new>`__."

    assert texts(source, "https://x.io/docs") == (
        "Click here (https://x.io/docs/billing.html) or this link (https://x.io/docs/guides/keys#new)."
    )


def test_no_other_file_is_read_and_nothing_raw_comes_through(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    source = f"""
        .. include:: {tmp_path}/secret.txt
        .. literalinclude:: {tmp_path}/secret.txt
        .. csv-table::
           :file: {tmp_path}/secret.txt

        .. raw:: html

           <script>alert(1)</script>

        Text.
    """

    assert texts(source) == "Text."


HOSTILE = {
    "deep lists": "".join(f"{' ' * 2 * n}- a\n\n" for n in range(300)),
    "deep quotes": "".join(f"{' ' * n}a\n\n" for n in range(500)),
    "many ticks": "`a " * 2_000,
    "many substitutions": "|a| " * 2_000,
    "substitutions of substitutions": "".join(f".. |a{n}| replace:: |a{n + 1}| |a{n + 1}|\n" for n in range(30))
    + "\n|a0|",
    "a substitution of itself": ".. |a| replace:: |a|\n\n|a|",
    "many paragraphs": "a\n\n" * 2_000,
    "one huge line": "word " * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_pages_are_read_or_refused_in_seconds(text):
    started = time.monotonic()
    with suppress(UnreadableDocument):
        read_document("a.rst", text.encode())

    assert time.monotonic() - started < 20


@pytest.mark.parametrize("text", ["", "\n", ".. comment", "====", "=\n=", "..", ":a:", "`", "|", "+--+\n|"])
def test_broken_rst_is_still_read(text):
    assert read(text).title
