"""One of everything: blocks for the tests that look at the page as a whole."""

from __future__ import annotations

from typing import Any


def plain(text: str) -> dict[str, str]:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, str]:
    """A mrkdwn text object."""
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    """One option of a select, a radio group or checkboxes."""
    return {"text": plain(text), "value": value}


def button(action_id: str, text: str, **more: Any) -> dict[str, Any]:
    """A button whose value is its action id."""
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": action_id} | more


def raw(*texts: str) -> list[dict[str, str]]:
    """A table row of raw text."""
    return [{"type": "raw_text", "text": text} for text in texts]


OPTIONS = [option("Alpha", "a"), option("Beta", "b")]
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "feedback",
    "positive_button": {"text": plain("Helpful"), "value": "up"},
    "negative_button": {"text": plain("Not helpful"), "value": "down"},
}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "bold", "style": {"bold": True}}, {"type": "user", "user_id": "U2"}]},
        {"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_section", "elements": [{"type": "emoji", "name": "tada"}]}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://a.example", "text": "a link"}]},
    ],
}  # fmt: skip
SERIES = [{"name": "Asked", "data": [{"label": "W1", "value": 12}, {"label": "W2", "value": 18}]}]
AXIS = {"categories": ["W1", "W2"]}
STATES = ("complete", "in_progress", "pending", "error")
BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Renewal brief :rocket:")},
    {"type": "section", "block_id": "s", "text": mrkdwn("*Bold* `code` <@U1> <@U2> <#C2> <https://a.example|a link>\n> quote\n• point"), "accessory": button("open", "Open")},
    {"type": "section", "fields": [mrkdwn("*ARR*\n84,000"), mrkdwn("*Health*\nAmber")]},
    {"type": "divider"},
    {"type": "markdown", "text": "## Steps\n1. Open **Team**\n   - by link\n\n| Plan | Seats |\n|---|---:|\n| Pro | 25 |\n\n```\ncode\n```\n- [x] done"},
    RICH,
    {"type": "context", "elements": [mrkdwn("Source: _Inviting people_"), plain("2 days old")]},
    {"type": "context_actions", "block_id": "f", "elements": [FEEDBACK, {"type": "icon_button", "icon": "trash", "action_id": "rm", "text": plain("Remove")}]},
    {"type": "actions", "block_id": "a", "elements": [
        button("yes", "Approve", style="primary"), button("no", "Stop", style="danger"), button("url", "Source", url="https://a.example"),
        {"type": "static_select", "action_id": "pick", "placeholder": plain("Pick one"), "options": OPTIONS},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-05", "placeholder": plain("Day")},
        {"type": "overflow", "action_id": "of", "options": OPTIONS},
        {"type": "checkboxes", "action_id": "cb", "options": OPTIONS}, {"type": "radio_buttons", "action_id": "rb", "options": OPTIONS}]},
    {"type": "table", "rows": [raw("Account", "ARR"), raw("Acme", "84,000")]},
    {"type": "data_table", "caption": "At risk", "page_size": 1, "rows": [raw("Account"), raw("Acme"), raw("Beta")]},
    {"type": "data_visualization", "title": "Questions", "chart": {"type": "bar", "series": SERIES, "axis_config": AXIS}},
    {"type": "data_visualization", "title": "Kinds", "chart": {"type": "pie", "segments": [{"label": "Bug", "value": 3}, {"label": "Idea", "value": 1}]}},
    {"type": "plan", "title": "Answering", "tasks": [{"task_id": state, "title": state, "status": state} for state in STATES]},
    *({"type": "alert", "level": level, "text": mrkdwn(f"*{level}* alert")} for level in ("info", "warning", "error", "success")),
    {"type": "card", "title": mrkdwn("*Check-in*"), "subtitle": mrkdwn("Day 3"), "body": mrkdwn("How is it?"), "actions": [button("go", "Preview")]},
    {"type": "image", "image_url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "alt_text": "a dot", "title": plain("A picture")},
    {"type": "container", "title": plain("Folded"), "is_collapsible": True, "child_blocks": [{"type": "section", "text": mrkdwn("inside")}]},
    {"type": "hologram", "alt_text": "from the future"},
]  # fmt: skip
FIELDS: list[dict[str, Any]] = [
    {"type": "input", "block_id": "why", "label": plain("Why"), "hint": plain("Two sentences"), "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "placeholder": plain("We tried…")}},
    {"type": "input", "block_id": "seats", "label": plain("Seats"), "element": {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1"}},
    {"type": "input", "block_id": "mail", "label": plain("E-mail"), "optional": True, "element": {"type": "email_text_input", "action_id": "m"}},
    {"type": "input", "block_id": "kind", "label": plain("Kind"), "element": {"type": "radio_buttons", "action_id": "r", "options": [option("Bug", "bug"), option("Idea", "idea")]}},
    {"type": "input", "block_id": "who", "label": plain("Who"), "optional": True, "element": {"type": "multi_users_select", "action_id": "u"}},
]  # fmt: skip
VIEW = {"id": "V1", "type": "modal", "title": plain("Tell us"), "submit": plain("Send"), "close": plain("Not now"), "blocks": FIELDS}  # fmt: skip
