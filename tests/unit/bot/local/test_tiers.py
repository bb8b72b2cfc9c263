import json
from pathlib import Path

import pytest

from bot.local.tiers import as_slack
from bot.local.web_api import METHODS

PUBLISHED = Path(__file__).parents[4].parent / "shared" / "slack" / "rate_limit_tiers.json"


def test_the_tiers_are_those_that_slack_publishes():
    if not PUBLISHED.exists():
        pytest.skip("Slack's published tiers are not beside this checkout")
    published = json.loads(PUBLISHED.read_text())
    per_minute = {"Tier1": 1, "Tier2": 20, "Tier3": 50, "Tier4": 100}
    assert as_slack() == {method: per_minute[published[method]] for method in as_slack()}


def test_every_limited_method_exists():
    assert set(as_slack()) <= set(METHODS) | {"apps.connections.open"}
