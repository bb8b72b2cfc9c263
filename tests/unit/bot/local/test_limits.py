"""Slack's limits, each at its edge: the longest that is taken, and one more."""

import json
from pathlib import Path

import pytest

from bot.local.limits import (
    _BLOCKS,
    _ELEMENTS,
    block_problems,
    metadata_problem,
    text_length,
    view_problems,
    view_too_large,
)


def plain(n, char="x"):
    return {"type": "plain_text", "text": char * n}


def mrkdwn(n):
    return {"type": "mrkdwn", "text": "x" * n}


def button(n=5, **more):
    return {"type": "button", "text": plain(n), "action_id": "go", **more}


def option(text=5, value=5):
    return {"text": plain(text), "value": "v" * value}


def menu(count=2, kind="static_select"):
    return {"type": kind, "action_id": "m", "options": [option() for _ in range(count)]}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def section(n):
    return {"type": "section", "text": mrkdwn(n)}


def many(count, make):
    return [make(index) for index in range(count)]


def modal(**more):
    return {"type": "modal", "title": plain(10), "blocks": [section(5)], **more}


AT_THE_EDGE = {
    "section text 3000": (section, 3000),
    "section fields 10": (lambda n: {"type": "section", "fields": [mrkdwn(5)] * n}, 10),
    "section field 2000": (lambda n: {"type": "section", "fields": [mrkdwn(n)]}, 2000),
    "header 150": (lambda n: {"type": "header", "text": plain(n)}, 150),
    "markdown 12000": (lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
    "context elements 10": (lambda n: {"type": "context", "elements": [mrkdwn(3)] * n}, 10),
    "actions elements 25": (lambda n: actions(*many(n, lambda i: button(action_id=f"a{i}"))), 25),
    "button text 75": (lambda n: actions(button(n)), 75),
    "button value 2000": (lambda n: actions(button(value="v" * n)), 2000),
    "button url 3000": (lambda n: actions(button(url="u" * n)), 3000),
    "action_id 255": (lambda n: actions(button(action_id="a" * n)), 255),
    "block_id 255": (lambda n: {**section(3), "block_id": "b" * n}, 255),
    "option text 75": (
        lambda n: actions({"type": "static_select", "action_id": "m", "options": [option(n)]}),
        75,
    ),
    "option value 150": (
        lambda n: actions({"type": "static_select", "action_id": "m", "options": [option(5, n)]}),
        150,
    ),
    "select options 100": (lambda n: actions(menu(n)), 100),
    "overflow options 5": (lambda n: actions(menu(n, "overflow")), 5),
    "checkboxes 10": (lambda n: actions(menu(n, "checkboxes")), 10),
    "placeholder 150": (lambda n: actions({**menu(), "placeholder": plain(n)}), 150),
    "confirm title 100": (
        lambda n: actions(button(confirm={"title": plain(n), "text": plain(5)})),
        100,
    ),
    "confirm text 300": (lambda n: actions(button(confirm={"title": plain(5), "text": plain(n)})), 300),
    "confirm deny 30": (
        lambda n: actions(button(confirm={"title": plain(5), "text": plain(5), "deny": plain(n)})),
        30,
    ),
    "alt text 2000": (lambda n: {"type": "image", "image_url": "https://x", "alt_text": "x" * n}, 2000),
    "table rows 100": (lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * n}, 100),
    "table columns 20": (lambda n: {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * n]}, 20),
    "data_table rows 201": (lambda n: {"type": "data_table", "caption": "c", "rows": [[]] * n}, 201),
    "chart title 50": (lambda n: {"type": "data_visualization", "title": "t" * n}, 50),
    "feedback text 75": (
        lambda n: {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "f",
                    "positive_button": {"text": plain(n), "value": "y"},
                    "negative_button": {"text": plain(3), "value": "n"},
                }
            ],
        },
        75,
    ),
}


@pytest.mark.parametrize(("make", "most"), AT_THE_EDGE.values(), ids=AT_THE_EDGE)
def test_the_longest_is_taken_and_one_more_is_refused(make, most):
    assert block_problems([make(most)], "message") == []
    problems = block_problems([make(most + 1)], "message")
    assert len(problems) >= 1
    assert "json-pointer:/blocks" in problems[0]


REFUSED = {
    "no list": ({}, "list of blocks"),
    "no object": (["text"], "unsupported type"),
    "unknown block": ([{"type": "marquee"}], "unsupported type: marquee"),
    "empty section": ([{"type": "section"}], "text or fields"),
    "empty text": ([section(0)], "more than 0"),
    "mrkdwn header": ([{"type": "header", "text": mrkdwn(3)}], "must be plain_text"),
    "text as a string": ([{"type": "section", "text": "hi"}], "text object"),
    "button without text": ([actions({"type": "button"})], "missing required field: text"),
    "input in actions": ([actions({"type": "plain_text_input"})], "unsupported type: plain_text_input"),
    "select without options": ([actions({"type": "overflow"})], "missing required field: options"),
    "image without alt": ([{"type": "image", "image_url": "https://x"}], "alt_text"),
    "button as accessory string": ([{**section(3), "accessory": "x"}], "must be an object"),
    "same block_id": ([{**section(3), "block_id": "b"}] * 2, 'block_id "b" already exists'),
    "same action_id": ([actions(button(), button())], 'action_id "go" already exists'),
    "alert in a message": ([{"type": "alert", "text": plain(5)}], "not allowed in a message"),
    "three charts": ([{"type": "data_visualization", "title": "t"}] * 3, "no more than 2"),
    "markdown together": ([{"type": "markdown", "text": "x" * 6001}] * 2, "together"),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50"),
    "no elements": ([actions()], "no fewer than 1"),
}


@pytest.mark.parametrize(("blocks", "says"), REFUSED.values(), ids=REFUSED)
def test_wrong_blocks_are_refused_with_their_place(blocks, says):
    problems = block_problems(blocks, "message")
    assert any(says in one and "[json-pointer:" in one for one in problems), problems


def test_fifty_blocks_and_the_same_action_id_in_two_blocks_are_taken():
    assert block_problems([actions(button()) for _ in range(50)], "message") == []


VIEWS = {
    "title 24": (lambda n: modal(title=plain(n)), 24),
    "submit 24": (lambda n: modal(submit=plain(n)), 24),
    "close 24": (lambda n: modal(close=plain(n)), 24),
    "private_metadata 3000": (lambda n: modal(private_metadata="m" * n), 3000),
    "callback_id 255": (lambda n: modal(callback_id="c" * n), 255),
    "blocks 100": (lambda n: modal(blocks=[{"type": "divider"}] * n), 100),
    "label 2000": (
        lambda n: modal(
            submit=plain(4),
            blocks=[{"type": "input", "label": plain(n), "element": {"type": "plain_text_input"}}],
        ),
        2000,
    ),
}


@pytest.mark.parametrize(("make", "most"), VIEWS.values(), ids=VIEWS)
def test_views_have_their_own_edges(make, most):
    assert view_problems(make(most)) == []
    assert any("json-pointer:/view" in one for one in view_problems(make(most + 1)))


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (None, "type modal or home"),
        ({"type": "window"}, "type modal or home"),
        ({"type": "modal", "title": plain(3), "blocks": []}, "at least one block"),
        ({"type": "modal", "blocks": [section(3)]}, "missing required field: title"),
        (
            modal(blocks=[{"type": "input", "label": plain(3), "element": {"type": "plain_text_input"}}]),
            "submit is required",
        ),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "not allowed in a modal"),
    ],
)
def test_wrong_views_are_refused(view, says):
    assert any(says in one for one in view_problems(view))


def test_a_view_beyond_250_kilobytes_is_too_large():
    blocks = [section(2990) for _ in range(90)]
    assert view_too_large({"type": "home", "blocks": blocks})
    assert not view_too_large({"type": "home", "blocks": blocks[:50]})


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"event_type": "step", "event_payload": {"key": "1"}}, ""),
        ("text", "invalid_metadata_format"),
        ({"event_type": "step"}, "invalid_metadata_schema"),
        ({"event_type": 3, "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "step", "event_payload": {"key": "x" * 9000}}, "metadata_too_large"),
    ],
)
def test_metadata_is_checked(metadata, code):
    assert metadata_problem(metadata) == code


def test_text_is_counted_over_all_blocks():
    assert text_length([section(10), actions(button(7)), {"type": "markdown", "text": "abc"}]) == 20


def test_what_is_required_is_what_slacks_own_types_require():
    path = Path(__file__).parents[4].parent / "shared" / "slack" / "slack-Blocks.schema.json"
    if not path.exists():
        pytest.skip("Slack's schemas are not beside this checkout")
    ours, theirs = {**_ELEMENTS, **_BLOCKS}, {}
    for definition in json.loads(path.read_text())["definitions"].values():
        kind = definition.get("properties", {}).get("type", {}).get("const")
        if kind in ours:
            theirs[kind] = set(definition.get("required", ())) - {"type"}
    assert len(theirs) > 30
    assert theirs == {kind: set(ours[kind].required) for kind in theirs}
