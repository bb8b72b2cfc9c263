"""Text on its way to Slack: safe, short enough, whole."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.text import (
    ago,
    brief,
    escaped,
    harmless,
    harmless_markdown,
    mrkdwn,
    quoted,
    shortened,
    split_paragraphs,
    web_address,
)

LIVE = re.compile(r"<[!@#]|@(channel|here|everyone)\b")
FENCE = "```"
PIECES = st.sampled_from(
    ["<!channel>", "<@U1EVIL>", "<#C1|x>", "<!subteam^S1>", "@here", "@everyone", FENCE, "\n", "\n\n", " ", "&amp;",
     "&lt;!here&gt;", "**bold**", "*b*", "`c`", "[a](http://x.example)", "# Head\n", "<http://x.example|y>", "](", "`", "- item\n", "> quote\n", "word",
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
        pytest.param(
            "[Help](https://x.example)", "Help (https://x.example)", id="a link says where it leads"
        ),
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
    ("markdown", "safe"),
    [
        pytest.param("[https://a.example](https://b.example)", "https://a.example (https://b.example)", id="masked"),
        pytest.param("<https://b.example|https://a.example>", "https://b.example", id="masked as Slack does it"),
        pytest.param("&lt;https://b.example|a&gt;", "https://b.example", id="behind entities"),
        pytest.param("&amp;lt;https://b.example|a&amp;gt;", "https://b.example", id="behind entities of entities"),
        pytest.param("[a](javascript:alert(1))", "a", id="a script"),
        pytest.param("[a](data:text/html,x)", "a", id="data"),
        pytest.param("![a](https://b.example/pixel.png)", "a", id="a picture that would be fetched"),
        pytest.param("[![a](https://b.example/x.png)](https://c.example)", "a (https://c.example)", id="nested"),
        pytest.param("[a](https://b.example/x_(y))", "a (https://b.example/x_(y))", id="brackets in the address"),
        pytest.param("[a][1]\n\n[1]: https://b.example", "[a][1]\n\n[1] : https://b.example", id="by reference"),
        pytest.param("[a](https://b.example (t(t)))", "[a] (https://b.example (t(t)))", id="a title of brackets"),
        pytest.param("[a](mailto:x@b.example)", "a (x@b.example)", id="mail"),
        pytest.param("`[a](https://b.example)`", "`[a](https://b.example)`", id="code stays"),
        pytest.param("\\`[a](https://b.example)\\`", "\\`a (https://b.example)\\`", id="what only looks like code"),
        pytest.param("`\n\n[a](https://b.example)\n\n`", "`\n\na (https://b.example)\n\n`", id="ticks far apart"),
        pytest.param("```\n[a](b)\n```", "```\n[a](b)\n```", id="a fence stays"),
        pytest.param("see [1] and [2]", "see [1] and [2]", id="brackets stay"),
        pytest.param("<host:port>", "&lt;host:port&gt;", id="a placeholder"),
        pytest.param("a\u202eb\u2066c\U000e0041\u200b<!here>", "abc<\u200b!here>", id="what is not seen"),
    ],
)  # fmt: skip
def test_a_link_in_markdown_says_where_it_leads(markdown, safe):
    assert harmless_markdown(markdown) == safe


@pytest.mark.parametrize(
    ("address", "cleaned"),
    [
        pytest.param("https://a.example/b?c=d#e", "https://a.example/b?c=d#e", id="as it is"),
        pytest.param(
            "https://a.example/x>|<!here>", "https://a.example/x%3E%7C%3C!here%3E", id="markup in it"
        ),
        pytest.param("https://a.example/two words", "https://a.example/two%20words", id="a space"),
        pytest.param("javascript:alert(1)", None, id="a script"),
        pytest.param("guides/start.md#top", None, id="a path"),
        pytest.param("https://", None, id="no host"),
    ],
)
def test_an_address_cannot_end_the_link_that_it_is_put_in(address, cleaned):
    assert web_address(address) == cleaned


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
    shown = harmless_markdown(text)
    for made in (
        harmless(text),
        escaped(text),
        mrkdwn(text),
        brief(text),
        mrkdwn(shortened(text, 60)),
        shown,
    ):
        assert not LIVE.search(made)


@given(TEXTS)
def test_no_words_hide_where_a_link_leads(text):
    for address, words in re.findall(r"<([^<>|]+)\|([^<>]*)>", mrkdwn(text)):
        assert words == address.removeprefix("mailto:") or not re.match(r"\w+:", address)


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
