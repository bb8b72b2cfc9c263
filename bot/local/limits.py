"""What Slack refuses in blocks, views and messages: lengths, counts, kinds and repeated ids. Pure functions.

The figures are Slack's published limits (docs.slack.dev, reference of blocks, elements and views). A problem
is one sentence that ends with a JSON pointer to its place; an empty list means that Slack would take it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MESSAGE_TEXT = 40_000
UPDATE_TEXT = 4_000  # the same in chat.update
MARKDOWN = 12_000  # all markdown of one payload together
BLOCKS_TEXT = 13_200  # all text of a message's blocks together, found by experience
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250 * 1024
ATTACHMENTS = 100
METADATA_BYTES = 8_000
CHARTS = 2
COLUMNS = 20  # of a table or a data table

_EVERYWHERE = frozenset({"message", "modal", "home"})
_MESSAGE = frozenset({"message"})
_MODAL = frozenset({"modal"})


@dataclass(frozen=True)
class _Rule:
    """What one kind of block, element or part may hold.

    `texts` are text objects and `strings` plain strings with their longest length; `lists` have their least
    and most items; `parts` name the table in which a field's value, or each item of it, is looked up;
    `only` names the kinds that a field takes.
    """

    required: tuple[str, ...] = ()
    texts: Mapping[str, int] = field(default_factory=dict)
    plain: tuple[str, ...] = ()
    strings: Mapping[str, int] = field(default_factory=dict)
    lists: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    surfaces: frozenset[str] = _EVERYWHERE


_SELECTS = ("static", "external", "users", "conversations", "channels")
_PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
_MENUS = frozenset(f"{many}{source}_select" for many in ("", "multi_") for source in _SELECTS)
_CHOICES = frozenset({"checkboxes", "radio_buttons"})
_IN_ACTIONS = _PICKERS | _MENUS | _CHOICES | {"button", "overflow", "workflow_button", "rich_text_input"}
_TYPED = frozenset(
    {
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "rich_text_input",
        "file_input",
    }
)

_BLOCKS: dict[str, _Rule] = {
    "section": _Rule(
        texts={"text": 3000},
        lists={"fields": (1, 10)},
        parts={"fields": "field", "accessory": "element"},
        only={"accessory": _IN_ACTIONS | {"image"}},
    ),
    "header": _Rule(("text",), texts={"text": 150}, plain=("text",)),
    "divider": _Rule(),
    "markdown": _Rule(("text",), strings={"text": MARKDOWN}, surfaces=_MESSAGE),
    "image": _Rule(
        ("alt_text",), texts={"title": 2000}, plain=("title",), strings={"alt_text": 2000, "image_url": 3000}
    ),
    "context": _Rule(("elements",), lists={"elements": (1, 10)}, parts={"elements": "context"}),
    "actions": _Rule(
        ("elements",),
        lists={"elements": (1, 25)},
        parts={"elements": "element"},
        only={"elements": _IN_ACTIONS},
    ),
    "context_actions": _Rule(
        ("elements",),
        lists={"elements": (1, 5)},
        parts={"elements": "element"},
        only={"elements": frozenset({"feedback_buttons", "icon_button"})},
        surfaces=_MESSAGE,
    ),
    "input": _Rule(
        ("label", "element"),
        texts={"label": 2000, "hint": 2000},
        plain=("label", "hint"),
        parts={"element": "element"},
        only={"element": _TYPED | _PICKERS | _MENUS | _CHOICES},
    ),
    "rich_text": _Rule(("elements",)),
    "video": _Rule(("alt_text", "title", "video_url", "thumbnail_url"), texts={"title": 200}),
    "file": _Rule(("external_id", "source"), surfaces=_MESSAGE),
    "table": _Rule(("rows",), lists={"rows": (1, 100)}, surfaces=_MESSAGE),
    "data_table": _Rule(("caption", "rows"), lists={"rows": (2, 201)}, surfaces=_MESSAGE),
    "data_visualization": _Rule(("title",), strings={"title": 50}, surfaces=_MESSAGE),
    "task_card": _Rule(("status", "task_id", "title"), surfaces=_MESSAGE),
    "plan": _Rule(("title",), surfaces=_MESSAGE),
    "alert": _Rule(("text",), texts={"text": 200}, surfaces=_MODAL),
    "card": _Rule(texts={"title": 150, "subtitle": 150, "body": 200}, lists={"actions": (1, 3)}),
    "carousel": _Rule(("elements",), lists={"elements": (1, 10)}, surfaces=_MESSAGE),
    "container": _Rule(("child_blocks",), lists={"child_blocks": (1, 10)}),
}
_PLACEHOLDER = {"placeholder": 150}
_WITH_CONFIRM = {"confirm": "confirm"}
_OPTIONS = {"options": "option", "initial_option": "option", "initial_options": "option", **_WITH_CONFIRM}
_ELEMENTS: dict[str, _Rule] = {
    "button": _Rule(
        ("text",),
        texts={"text": 75},
        plain=("text",),
        strings={"value": 2000, "url": 3000, "accessibility_label": 75, "agent_prompt": 4000},
        parts=_WITH_CONFIRM,
    ),
    "workflow_button": _Rule(("text", "workflow"), texts={"text": 75}, plain=("text",)),
    "image": _Rule(("alt_text",), strings={"alt_text": 2000, "image_url": 3000}),
    "overflow": _Rule(("options",), lists={"options": (1, 5)}, parts=_OPTIONS),
    **{kind: _Rule(("options",), lists={"options": (1, 10)}, parts=_OPTIONS) for kind in _CHOICES},
    **{kind: _Rule(texts=_PLACEHOLDER, parts=_WITH_CONFIRM) for kind in _PICKERS | _MENUS},
    **{
        kind: _Rule(
            texts=_PLACEHOLDER,
            lists={"options": (1, 100), "option_groups": (1, 100)},
            parts={**_OPTIONS, "option_groups": "option_group"},
        )
        for kind in ("static_select", "multi_static_select")
    },
    **{kind: _Rule(texts=_PLACEHOLDER) for kind in _TYPED},
    "plain_text_input": _Rule(texts=_PLACEHOLDER, strings={"initial_value": 3000}),
    "number_input": _Rule(("is_decimal_allowed",), texts=_PLACEHOLDER),
    "feedback_buttons": _Rule(
        ("positive_button", "negative_button"),
        parts={"positive_button": "feedback_button", "negative_button": "feedback_button"},
    ),
    "icon_button": _Rule(("icon", "text"), texts={"text": 75}, strings={"value": 2000}, parts=_WITH_CONFIRM),
}
_PARTS: dict[str, _Rule] = {
    "option": _Rule(("text", "value"), texts={"text": 75, "description": 75}, strings={"value": 150}),
    "option_group": _Rule(
        ("label", "options"),
        texts={"label": 75},
        plain=("label",),
        lists={"options": (1, 100)},
        parts={"options": "option"},
    ),
    "confirm": _Rule(
        ("title", "text"),
        texts={"title": 100, "text": 300, "confirm": 30, "deny": 30},
        plain=("title", "confirm", "deny"),
    ),
    "feedback_button": _Rule(
        ("text", "value"),
        texts={"text": 75},
        plain=("text",),
        strings={"value": 2000, "accessibility_label": 75},
    ),
    "field": _Rule(),
    "context": _Rule(),
}
_IDS = {"action_id": 255, "block_id": 255}
_VIEW = _Rule(
    texts={"title": 24, "submit": 24, "close": 24},
    plain=("title", "submit", "close"),
    strings={"private_metadata": 3000, "callback_id": 255, "external_id": 255},
)


def block_problems(blocks: object, surface: str) -> list[str]:
    """What Slack refuses in a list of blocks; `surface` is message, modal or home."""
    if not isinstance(blocks, list):
        return ["must be a list of blocks [json-pointer:/blocks]"]
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    problems = [f"no more than {most} items allowed [json-pointer:/blocks]"] if len(blocks) > most else []
    for index, block in enumerate(blocks):
        problems += _block(block, surface, f"/blocks/{index}")
    return [*problems, *_together([one for one in blocks if isinstance(one, dict)])]


def view_problems(view: object) -> list[str]:
    """What Slack refuses in a modal or a Home tab, size aside."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return ["must be a view of type modal or home [json-pointer:/view]"]
    problems = _check(_VIEW, view, "/view")
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        return [*problems, "must provide at least one block [json-pointer:/view/blocks]"]
    if view["type"] == "modal":
        if "title" not in view:
            problems.append("missing required field: title [json-pointer:/view]")
        if "submit" not in view and any(_kind(block) == "input" for block in blocks):
            problems.append("submit is required when there are input blocks [json-pointer:/view/submit]")
    inside = block_problems(blocks, view["type"])
    return [*problems, *(one.replace("json-pointer:", "json-pointer:/view") for one in inside)]


def view_too_large(view: object) -> bool:
    """Whether a view has more bytes than Slack takes."""
    return len(json.dumps(view, separators=(",", ":")).encode()) > VIEW_BYTES


def text_length(blocks: list[dict[str, Any]]) -> int:
    """How many characters people read in these blocks."""
    return sum(len(text) for block in blocks for text in _texts(block))


def metadata_problem(metadata: object) -> str:
    """Slack's error code for a message's metadata, or an empty string."""
    if not isinstance(metadata, dict):
        return "invalid_metadata_format"
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        return "invalid_metadata_schema"
    return "metadata_too_large" if len(json.dumps(metadata)) > METADATA_BYTES else ""


def _block(block: object, surface: str, at: str) -> list[str]:
    rule = _BLOCKS.get(_kind(block))
    if rule is None or not isinstance(block, dict):
        return [f"unsupported type: {_kind(block) or 'none'} [json-pointer:{at}/type]"]
    problems = _check(rule, block, at)
    if surface not in rule.surfaces:
        problems.append(f"{block['type']} is not allowed in a {surface} [json-pointer:{at}]")
    if block["type"] == "section" and not (block.get("text") or block.get("fields")):
        problems.append(f"must provide text or fields [json-pointer:{at}]")
    rows = block.get("rows")
    if isinstance(rows, list) and any(isinstance(row, list) and len(row) > COLUMNS for row in rows):
        problems.append(f"no more than {COLUMNS} items allowed [json-pointer:{at}/rows]")
    return problems + _repeated(_action_ids(block), "action_id", at)


def _check(rule: _Rule, value: dict[str, Any], at: str) -> list[str]:
    problems = [
        f"missing required field: {name} [json-pointer:{at}]" for name in rule.required if name not in value
    ]
    for name, most in rule.texts.items():
        if name in value:
            problems += _text(value[name], most, f"{at}/{name}", plain=name in rule.plain)
    for name, most in {**_IDS, **rule.strings}.items():
        if name in value:
            problems += _string(value[name], most, f"{at}/{name}")
    for name, (least, most) in rule.lists.items():
        if name in value:
            problems += _count(value[name], least, most, f"{at}/{name}")
    for name, table in rule.parts.items():
        if name in value:
            problems += _children(value[name], table, rule.only.get(name), f"{at}/{name}")
    return problems


def _children(value: object, table: str, only: frozenset[str] | None, at: str) -> list[str]:
    items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    problems: list[str] = []
    for index, item in items:
        place = at if index is None else f"{at}/{index}"
        if not isinstance(item, dict):
            problems.append(f"must be an object [json-pointer:{place}]")
        elif only is not None and _kind(item) not in only:
            problems.append(f"unsupported type: {_kind(item) or 'none'} [json-pointer:{place}/type]")
        else:
            problems += _child(item, table, place)
    return problems


def _child(item: dict[str, Any], table: str, at: str) -> list[str]:
    if table == "field":
        return _text(item, 2000, at, plain=False)
    if table == "context" and _kind(item) != "image":
        return _text(item, 2000, at, plain=False)
    rule = _ELEMENTS[_kind(item)] if table in {"element", "context"} else _PARTS[table]
    return _check(rule, item, at)


def _text(value: object, most: int, at: str, *, plain: bool) -> list[str]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return [f"must be a text object [json-pointer:{at}]"]
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    problems = (
        []
        if value.get("type") in kinds
        else [f"must be {' or '.join(sorted(kinds))} [json-pointer:{at}/type]"]
    )
    if not value["text"]:
        problems.append(f"must be more than 0 characters [json-pointer:{at}/text]")
    return problems + _string(value["text"], most, f"{at}/text")


def _string(value: object, most: int, at: str) -> list[str]:
    if not isinstance(value, str):
        return [f"must be a string [json-pointer:{at}]"]
    return [f"must be less than {most + 1} characters [json-pointer:{at}]"] if len(value) > most else []


def _count(value: object, least: int, most: int, at: str) -> list[str]:
    if not isinstance(value, list):
        return [f"must be a list [json-pointer:{at}]"]
    if len(value) < least:
        return [f"no fewer than {least} items allowed [json-pointer:{at}]"]
    return [f"no more than {most} items allowed [json-pointer:{at}]"] if len(value) > most else []


def _together(blocks: list[dict[str, Any]]) -> list[str]:
    """What only shows over all blocks of a payload."""
    ids = [
        block["block_id"] for block in blocks if isinstance(block.get("block_id"), str) and block["block_id"]
    ]
    problems = _repeated(ids, "block_id", "/blocks")
    markdown = sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown")
    if markdown > MARKDOWN:
        problems.append(
            f"markdown blocks have more than {MARKDOWN} characters together [json-pointer:/blocks]"
        )
    if sum(block.get("type") == "data_visualization" for block in blocks) > CHARTS:
        problems.append(f"no more than {CHARTS} data_visualization blocks allowed [json-pointer:/blocks]")
    return problems


def _repeated(ids: list[str], name: str, at: str) -> list[str]:
    twice = sorted({one for one in ids if ids.count(one) > 1})
    return [f'{name} "{one}" already exists [json-pointer:{at}]' for one in twice]


def _action_ids(block: dict[str, Any]) -> list[str]:
    elements = block.get("elements", ())
    inside = [one for one in elements if isinstance(one, dict)] if isinstance(elements, list) else []
    return [one["action_id"] for one in inside if isinstance(one.get("action_id"), str)]


def _kind(value: object) -> str:
    return str(value.get("type", "")) if isinstance(value, dict) else ""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
