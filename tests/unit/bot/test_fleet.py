"""Which workspace is meant by what Slack sends: the one whose bot is to hear it."""

from __future__ import annotations

import json

import pytest
from slack_bolt import BoltRequest

from bot.fleet import _teams_of

PRESS = {"type": "block_actions", "user": {"id": "U1", "team_id": "T2"}}
CASES = [
    pytest.param({"team_id": "T1", "event": {"type": "message", "team": "T2"}}, ["T1"], id="an event"),
    pytest.param(
        {"team_id": "T2", "authorizations": [{"team_id": "T1"}], "event": {}},
        ["T1", "T2"],
        id="an event that somebody of another organisation brought about",
    ),
    pytest.param({"command": "/cs", "team_id": "T1"}, ["T1"], id="a command"),
    pytest.param(PRESS | {"team": {"id": "T1"}, "message": {"team": "T1"}}, ["T1"], id="a press"),
    pytest.param(
        PRESS | {"team": {"id": "T2"}, "message": {"team": "T1"}},
        ["T1", "T2"],
        id="a press by somebody of another organisation",
    ),
    pytest.param(
        {"type": "message_action", "team": {"id": "T1"}, "message": {"team": "T2"}},
        ["T1"],
        id="a shortcut on a message of another organisation's person",
    ),
    pytest.param(
        {"type": "view_submission", "team": {"id": "T2"}, "view": {"app_installed_team_id": "T1"}},
        ["T1"],
        id="a modal that was opened in another organisation",
    ),
    pytest.param({"type": "url_verification", "challenge": "c"}, [], id="Slack's own check"),
]


@pytest.mark.parametrize(("body", "teams"), CASES)
def test_the_workspace_whose_bot_is_meant_comes_first(body, teams):
    assert (
        _teams_of(BoltRequest(body=json.dumps(body), headers={"content-type": ["application/json"]})) == teams
    )
