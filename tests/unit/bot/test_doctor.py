"""`guidepost doctor`: each part is looked at, what is wrong comes with its remedy and an exit code."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from slack_sdk.oauth.installation_store import Installation

from bot.cli import main
from bot.settings import Settings
from bot.slack.installations import SealedInstallationStore
from bot.slack.vault import Vault, new_key
from bot.wiring import open_shared
from store.clock import SystemClock
from store.tables import installations
from tests.local_slack import DIRECTORY
from tests.scripted_chat import Fails, Says, ScriptedChat


@pytest.fixture
def doctor(tmp_path, monkeypatch, capsys):
    """Run it with some settings; returns its exit code and its findings by what they are about."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, as_json=True, **settings):
        monkeypatch.setenv("GUIDEPOST_DATA_DIR", str(tmp_path / "data"))
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        code = 0
        try:
            main(["doctor", *arguments, *(["--json"] if as_json else [])])
        except SystemExit as end:
            code = end.code or 0
        out = capsys.readouterr().out
        return code, {row["about"]: row for row in json.loads(out)} if as_json else out

    return run


def test_a_fresh_installation_has_no_problem(doctor):
    code, found = doctor()
    assert code == 0
    assert {row["state"] for row in found.values()} <= {"ok", "warning"}
    assert {
        "settings",
        "disk",
        "database",
        "models",
        "index",
        "knowledge",
        "slack",
        "chat model",
    } <= found.keys()
    assert "sync FOLDER" in found["knowledge"]["remedy"]


def test_it_reads_well(doctor):
    code, text = doctor(as_json=False)
    assert code == 0
    assert "ok  database: It opens" in text
    assert "!!  knowledge: 0 documents" in text


def test_a_misspelt_setting_is_named_with_the_right_one(doctor):
    code, found = doctor(GUIDEPOST_DATADIR="x")
    assert code == 1
    assert "GUIDEPOST_DATA_DIR" in found["settings"]["text"]


def test_an_unreachable_database_is_a_problem(doctor):
    code, found = doctor(DATABASE_URL="postgresql+psycopg://nobody:secret@127.0.0.1:9/none")
    assert code == 1
    assert found["database"]["state"] == "problem"
    assert "secret" not in json.dumps(found)


def test_a_data_folder_that_cannot_be_made_is_a_problem(doctor, tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, found = doctor(GUIDEPOST_DATA_DIR=str(tmp_path / "file" / "data"))
    assert code == 1
    assert "GUIDEPOST_DATA_DIR" in found["disk"]["remedy"] + found["database"]["text"]


# Slack ------------------------------------------------------------------------------------------------------


@pytest.fixture
def slack(tmp_path):
    from bot.local.clock import LocalClock
    from bot.local.server import LocalWorkspace
    from store.clock import SystemClock

    folder = tmp_path / "slack"
    with LocalWorkspace(folder, LocalClock(folder, SystemClock()), directory=DIRECTORY) as running:
        yield running


def test_tokens_are_tried(doctor, slack):
    tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    code, found = doctor(**tokens, SLACK_API_URL=slack.api_url)
    assert "Acme" in found["slack"]["text"]
    assert found["slack events"]["state"] == "ok"
    assert found["admins"]["state"] == "warning"
    assert "slack scopes" in found
    assert code == (1 if found["slack scopes"]["state"] == "problem" else 0)


def test_a_wrong_token_is_a_problem(doctor, slack):
    code, found = doctor(SLACK_BOT_TOKEN="xoxb-no", SLACK_APP_TOKEN="xapp-no", SLACK_API_URL=slack.api_url)
    assert code == 1
    assert "SLACK_BOT_TOKEN" in found["slack"]["text"]


def test_nobody_at_slacks_address_is_a_problem(doctor):
    url = "http://127.0.0.1:9/api/"
    code, found = doctor(SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s", SLACK_API_URL=url)
    assert code == 1
    assert "cannot be reached" in found["slack"]["text"]


# Many workspaces


@pytest.fixture
def many(slack, tmp_path, monkeypatch):
    """An app that many install; installs it with a token and a key, and gives the settings as variables."""
    key = new_key()
    variables = {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "c",
        "SLACK_SIGNING_SECRET": "s",
        "GUIDEPOST_SECRET_KEY": key,
        "SLACK_API_URL": slack.api_url,
    }

    def install(team, token, sealed_by=key):
        settings = Settings(
            _env_file=None,
            guidepost_data_dir=tmp_path / "data",
            **{name.lower(): value for name, value in variables.items()},
        )
        core = open_shared(settings)
        store = SealedInstallationStore(core.database, "1.2", Vault(sealed_by))
        store.save(Installation(app_id="A1", user_id="U1", team_id=team, team_name=team, bot_token=token))
        with core.database.transaction() as session:
            row = installations.installed_bot(session, "1.2", team)
            installations.own_workspace(session, row, SystemClock().now())
        core.database.close()

    return SimpleNamespace(install=install, variables=variables)


def test_that_nobody_has_installed_the_app_yet_is_told_with_what_to_open(doctor, many):
    code, found = doctor(**many.variables)
    assert code == 0
    assert "/slack/install" in found["slack"]["remedy"] + found["workspace"]["text"]
    assert found["slack"]["state"] == "warning"


def test_each_workspace_that_installed_the_app_is_tried(doctor, many, slack):
    many.install("T1GOOD", slack.bot_token)
    many.install("T2GONE", "xoxb-gone")
    many.install("T3LOST", slack.bot_token, sealed_by=new_key())
    code, found = doctor(**many.variables)
    assert code == 1
    assert found["slack T1GOOD"]["state"] == "ok"
    assert "/slack/install" in found["slack T2GONE"]["text"]
    assert "Add the key that sealed it" in found["slack T3LOST"]["text"]
    assert "--workspace" in found["workspace"]["text"]
    assert slack.bot_token not in json.dumps(found)


def test_commands_work_on_the_workspace_that_is_named(many, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, value in (many.variables | {"GUIDEPOST_DATA_DIR": str(tmp_path / "data")}).items():
        monkeypatch.setenv(name, value)
    many.install("T1", "xoxb-1")
    many.install("T2", "xoxb-2")

    def run(*arguments):
        try:
            main(arguments)
        except SystemExit as end:
            if end.code:
                return capsys.readouterr().err
        return capsys.readouterr().out

    assert "guidepost --workspace" in run("knowledge", "status")
    assert "T9 has never installed" in run("--workspace", "T9", "knowledge", "status")
    assert "documents" in run("--workspace", "T2", "knowledge", "status")
    assert [one["team_id"] for one in json.loads(run("slack", "workspaces", "--json"))] == ["T1", "T2"]
    assert "T2" in run("slack", "workspaces")
    assert "4 values" in run("slack", "reseal")
    assert Vault(run("slack", "key").strip()).seal("x")
    monkeypatch.delenv("SLACK_CLIENT_ID")
    monkeypatch.delenv("SLACK_CLIENT_SECRET")
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    assert "SLACK_CLIENT_ID" in run("slack", "workspaces")


# The chat model ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"GUIDEPOST_CHAT_MODEL": "openai:small"}, "OPENAI_API_KEY"),
        ({"GUIDEPOST_CHAT_MODEL": "anthropic:small"}, "ANTHROPIC_API_KEY"),
        ({"GUIDEPOST_CHAT_MODEL": "nobody:small"}, "openai:MODEL"),
    ],
    ids=["no key", "no key either", "unknown provider"],
)
def test_what_a_chat_model_lacks_is_said(doctor, settings, says):
    code, found = doctor(**settings)
    assert code == 1
    assert says in found["chat model"]["text"]
    assert "quotes" in found["chat model"]["remedy"]


def test_a_key_that_is_there_is_enough_offline(doctor):
    code, found = doctor(GUIDEPOST_CHAT_MODEL="openai:small", OPENAI_API_KEY="sk-secret")
    assert code == 0
    assert "sk-secret" not in json.dumps(found)
    assert found["chat budget"]["state"] == "ok"


def test_online_the_model_is_asked_for_a_word(doctor):
    with ScriptedChat(Says("OK")) as server:
        code, found = doctor(
            "--online", GUIDEPOST_CHAT_MODEL="ollama:mine", GUIDEPOST_CHAT_BASE_URL=server.base_url("ollama")
        )
    assert code == 0
    assert "'OK'" in found["chat model"]["text"]


def test_online_a_refused_key_is_a_problem(doctor):
    with ScriptedChat(Fails(401)) as server:
        code, found = doctor(
            "--online",
            GUIDEPOST_CHAT_MODEL="openai:small",
            OPENAI_API_KEY="sk-old",
            GUIDEPOST_CHAT_BASE_URL=server.base_url("openai"),
        )
    assert code == 1
    assert "401" in found["chat model"]["text"]
