"""An app is refused what its manifest does not ask for."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.local.manifest import AppConfig
from bot.local.web_api import METHODS
from tests.local_slack import ANN, GENERAL, SECRET, client_of, workspace

GRANTED = frozenset({"chat:write", "channels:history", "users:read"})


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with workspace(tmp_path_factory.mktemp("slack"), config=AppConfig(scopes=GRANTED)) as ws:
        yield client_of(ws)


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("chat.postMessage", {"channel": GENERAL, "text": "x"}, None),
        ("chat.postMessage", {"channel": GENERAL, "text": "x", "username": "Me"}, "chat:write.customize"),
        ("conversations.history", {"channel": GENERAL}, None),
        ("conversations.history", {"channel": SECRET}, "groups:history"),
        ("conversations.info", {"channel": GENERAL}, "channels:read"),
        ("conversations.list", {"types": "im"}, "im:read"),
        ("conversations.open", {"users": ANN}, "im:write"),
        ("users.info", {"user": ANN}, None),
        ("users.lookupByEmail", {"email": "ann@acme.example"}, "users:read.email"),
        ("reactions.add", {"channel": GENERAL, "timestamp": "1.1", "name": "eyes"}, "reactions:write"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 1}, "files:write"),
        ("views.publish", {"user_id": ANN, "view": {"type": "home", "blocks": [{"type": "divider"}]}}, None),
        ("auth.test", {}, None),
    ],
)
def test_each_method_needs_its_scope(client, method, arguments, needed):
    if needed is None:
        assert client.api_call(method, json=arguments)["ok"]
        return
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, json=arguments)
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == needed


def test_without_its_scope_no_email_is_shown(client):
    assert "email" not in client.users_info(user=ANN)["user"]["profile"]


def test_every_method_is_known_to_need_a_scope_or_none():
    from bot.local.scopes import _BY_FAMILY, _FIXED, _LISTS

    free = {"api.test", "auth.test", "chat.getPermalink"} | {
        one for one in METHODS if one.startswith("views.")
    }
    assert set(METHODS) == free | set(_FIXED) | set(_BY_FAMILY) | _LISTS
