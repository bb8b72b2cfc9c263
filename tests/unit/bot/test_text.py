"""Text on its way to Slack: safe, short enough, whole."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.text import ago, brief, escaped, harmless, mrkdwn, quoted, shortened, split_paragraphs

LIVE = re.compile(r"<[!@#]|@(channel|here|everyone)\b")
FENCE = "```"
PIECES = st.sampled_from(
    ["<!channel>", "<@U1EVIL>", "<#C1|x>", "<!subteam^S1>", "@here", "@everyone", FENCE, "\n", "\n\n", " ", "&amp;",
     "&lt;!here&gt;", "**bold**", "*b*", "`c`", "[a](http://x.example)", "# Head\n", "- item\n", "> quote\n", "word",
     "🚚", "<", ">", "!", "@", "channel", "x" * 90]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        pytest.param("Hello <!channel>", "Hello &lt;\u200b!channel&gt;", id="a broadcast"),
        pytest.param("<@U1>", "&lt;\u200b@U1&gt;", id="a person"),
        pytest.param("<#C1|x>", "&lt;\u200b#C1|x&gt;", id="a channel"),
        pytest.param("@here", "@\u200bhere", id="typed"),
        pytest.param("ann@hereford.example", "ann@hereford.example", id="an address stays"),
        pytest.param("Petal & Post", "Petal &amp; Post", id="an ampersand"),
        pytest.param("*bold* _it_ `code`", "*bold* _it_ `code`", id="a definition's own bold stays"),
    ],
)
def test_text_is_escaped(text, safe):
    assert escaped(text) == safe


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        pytest.param("**bold** and *slanted*", "*bold* and _slanted_", id="emphasis"),
        pytest.param("[Help](https://x.example)", "<https://x.example|Help>", id="a link"),
        pytest.param("# Title", "*Title*", id="a heading"),
        pytest.param("`<b>`", "`&lt;b&gt;`", id="code"),
        pytest.param("```\nif a < b && c:\n```", "```\nif a &lt; b &amp;&amp; c:\n```", id="a fence"),
        pytest.param("a < b & c", "a &lt; b &amp; c", id="no code"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_markdown_becomes_mrkdwn(markdown, shown):
    assert mrkdwn(markdown).replace("\u200b", "") == shown


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        pytest.param("short", 20, "short", id="fits"),
        pytest.param("one two three four five six", 20, "one two three …", id="at a word"),
        pytest.param("x" * 50, 20, "x" * 14 + " …", id="one long word"),
        pytest.param("due <!date^1^{date} at {time}|3 Mar> and more", 32, "due …", id="markup is not torn"),
        pytest.param("x" * 10 + "&amp;" + "x" * 10, 20, "x" * 10 + " …", id="nor is an entity"),
        pytest.param("xxxxxx", 5, "xxx …", id="hardly any room"),
        pytest.param("xxxxxx", 0, "", id="no room"),
    ],
)
def test_text_is_cut_where_it_hurts_least(text, limit, cut):
    assert shortened(text, limit) == cut


def test_a_name_is_one_short_line():
    assert brief("  Ada\n<!here>   Ali ", 80) == "Ada &lt;\u200b!here&gt; Ali"
    assert len(brief("word " * 50, 20)) <= 20


def test_every_line_is_quoted():
    assert quoted("a\n\nb") == "> a\n> \n> b"


def test_a_fence_that_is_parted_is_closed_and_opened_again():
    parts = split_paragraphs("```\n" + "line of code\n" * 20 + "```", limit=100)
    assert all(part.startswith("```\n") and part.endswith("\n```") for part in parts)
    assert sum(part.count("line of code") for part in parts) == 20


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "1 day ago"),
        (29, "29 days ago"),
        (31, "1 month ago"),
        (400, "1 year ago"),
        (800, "2 years ago"),
    ],
)
def test_a_span_is_said_in_words(days, words):
    assert ago(timedelta(days=days)) == words


@given(TEXTS)
def test_nothing_is_live_any_more(text):
    for made in (harmless(text), escaped(text), mrkdwn(text), brief(text), mrkdwn(shortened(text, 60))):
        assert not LIVE.search(made)


@given(TEXTS)
def test_escaping_twice_changes_what_is_read_but_makes_nothing_live(text):
    assert not LIVE.search(escaped(escaped(text)))


@given(TEXTS, st.integers(0, 400))
def test_what_is_shortened_is_never_over_the_limit_nor_inside_a_fence(text, limit):
    made = shortened(text, limit)
    assert len(made) <= limit or made == text
    assert len(made) <= max(limit, 0) or len(text) <= limit
    if made != text and limit > 10:
        assert made.count(FENCE) % 2 == 0


@given(TEXTS, st.integers(30, 300))
def test_what_is_parted_is_whole_and_every_part_is_short_and_closed(text, limit):
    parts = split_paragraphs(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert all(part.count(FENCE) % 2 == 0 for part in parts)

    def words(value):
        return re.sub(r"[\s`]", "", value)

    assert words("".join(parts)) == words(text)
