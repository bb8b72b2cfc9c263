"""Whether Slack would take blocks: its limits as the local workspace knows them, its JSON schemas where at hand."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import jsonschema

from bot.local.limits import BLOCKS_TEXT, block_problems, text_length, view_problems, view_too_large
from tests.read_aloud import silent_parts

LATER = frozenset({"data_visualization"})  # blocks that came after these schemas; the limits know them
SCHEMAS = Path(__file__).parents[2] / "shared" / "slack"


def check_speech(speech):
    """A message that Slack would take, with text for those who see no blocks, and nothing live in it."""
    assert speech.text.strip()
    assert len(speech.text) <= 4000
    for blocks in (list(speech.blocks), list(speech.simple_blocks)):
        assert block_problems(blocks, "message") == []
        assert text_length(blocks) <= BLOCKS_TEXT
        _check_schema("Blocks", [block for block in blocks if block["type"] not in LATER])
        assert silent_parts(blocks) == []
    check_harmless([speech.text, *speech.blocks, *speech.simple_blocks])


def check_view(view):
    """A modal or a Home tab that Slack would take."""
    assert view_problems(view) == []
    assert not view_too_large(view)
    assert silent_parts(view["blocks"]) == []
    _check_schema("Modal" if view["type"] == "modal" else "Home", view)
    check_harmless(view)


def check_harmless(value):
    """Nothing pings anybody but by our own will."""
    text = json.dumps(value, ensure_ascii=False)
    for live in ("<!channel", "<!here", "<!everyone", "<!subteam", "<@UEVIL"):
        assert live not in text


def _check_schema(name, value):
    validator = _validator(name)
    if validator is not None and value:
        errors = [error.message for error in validator.iter_errors(value)]
        assert errors == []


@lru_cache
def _validator(name):
    path = SCHEMAS / f"slack-{name}.schema.json"
    if not path.exists():
        return None
    return jsonschema.Draft7Validator(json.loads(path.read_text(encoding="utf-8")))
