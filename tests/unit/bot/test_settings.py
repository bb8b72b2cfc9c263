"""The environment: one reader, and errors that name the remedy."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[3]

MODES = [
    pytest.param({}, "local", id="nothing is set: the local workspace"),
    pytest.param(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, "socket", id="app token: socket"
    ),
    pytest.param(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}, "http", id="secret and bot token: http"
    ),
    pytest.param(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "s"},
        "socket",
        id="all three: socket",
    ),
    pytest.param({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, "local", id="empty counts as unset"),
    pytest.param(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "GUIDEPOST_SLACK_MODE": "local"},
        "local",
        id="the mode can be forced",
    ),
]

KEY = "A" * 43 + "="
MANY = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "c",
    "SLACK_SIGNING_SECRET": "s",
    "GUIDEPOST_SECRET_KEY": KEY,
}

WRONG = [
    pytest.param({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_ID is set alone", id="client id alone"),
    pytest.param({"SLACK_CLIENT_SECRET": "c"}, "SLACK_CLIENT_SECRET is set alone", id="client secret alone"),
    *(
        pytest.param(MANY | {name: ""}, f"{name} is not set", id=f"many workspaces without {name}")
        for name in ("SLACK_CLIENT_SECRET", "GUIDEPOST_SECRET_KEY")
    ),
    pytest.param(
        MANY | {"SLACK_BOT_TOKEN": "xoxb-1"},
        "SLACK_CLIENT_ID and SLACK_BOT_TOKEN are both set",
        id="many workspaces and one token",
    ),
    pytest.param(
        MANY | {"SLACK_APP_TOKEN": "xapp-1"},
        "SLACK_CLIENT_ID and SLACK_APP_TOKEN are both set",
        id="many workspaces and Socket Mode",
    ),
    pytest.param(
        MANY | {"GUIDEPOST_SECRET_KEY": f"{KEY},short"}, "as 'guidepost slack key' makes it", id="no key"
    ),
    pytest.param({"GUIDEPOST_CONNECTIONS": "11"}, "GUIDEPOST_CONNECTIONS", id="more connections than ten"),
    pytest.param(
        {"GUIDEPOST_DATADIR": "x"},
        "There is no setting GUIDEPOST_DATADIR. Did you mean GUIDEPOST_DATA_DIR?",
        id="a misspelt name gets the nearest right one",
    ),
    pytest.param(
        {"GUIDEPOST_CHAT_MODEL": "gpt-small"},
        "GUIDEPOST_CHAT_MODEL: Value error, must be provider:model",
        id="a chat model without its provider",
    ),
    pytest.param({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN is not set", id="app token alone"),
    pytest.param({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_BOT_TOKEN is set alone", id="bot token alone"),
    pytest.param({"SLACK_SIGNING_SECRET": "s"}, "SLACK_SIGNING_SECRET is set alone", id="secret alone"),
    pytest.param(
        {"GUIDEPOST_SLACK_MODE": "http"}, "SLACK_SIGNING_SECRET is not set", id="http without secret"
    ),
    pytest.param({"GUIDEPOST_SLACK_MODE": "smoke"}, "GUIDEPOST_SLACK_MODE", id="no such mode"),
    pytest.param({"PORT": "http"}, "PORT", id="a port that is no number"),
    pytest.param(
        {"SLACK_API_URL": "https://slack.com/"}, "ends in /api/", id="an API address of another shape"
    ),
    pytest.param({"GUIDEPOST_SMB_BELOW": "200000"}, "must be less than", id="segments that overlap"),
]


@pytest.mark.parametrize(("environment", "mode"), MODES)
def test_the_tokens_that_are_set_choose_the_mode(environment, mode, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert load_settings(env_file=None).mode == mode


@pytest.mark.parametrize(
    ("more", "many"),
    [
        ({}, True),
        ({"GUIDEPOST_SECRET_KEY": f"{KEY}, {KEY}"}, True),
        ({"GUIDEPOST_SLACK_MODE": "local"}, False),
    ],
    ids=["with its four parts", "with two keys", "not in the local workspace"],
)
def test_many_workspaces_may_install_the_app(more, many, monkeypatch):
    for name, value in (MANY | more).items():
        monkeypatch.setenv(name, value)
    settings = load_settings(env_file=None)
    assert settings.is_installed_by_many is many
    assert settings.mode == ("http" if many else "local")


@pytest.mark.parametrize(("environment", "sentence"), WRONG)
def test_what_makes_no_sense_stops_the_start_with_a_sentence(environment, sentence, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=sentence.replace("?", r"\?")):
        load_settings(env_file=None)


def test_a_misspelt_name_in_the_env_file_is_found_too(tmp_path):
    file = tmp_path / ".env"
    file.write_text("GUIDEPOST_ADMIN=U1\n")

    with pytest.raises(SettingsError, match="Did you mean GUIDEPOST_ADMINS"):
        load_settings(file)


def test_admins_are_ids_and_lower_case_addresses(monkeypatch):
    monkeypatch.setenv("GUIDEPOST_ADMINS", "U1, Noor@Fernway.example ,")

    assert load_settings(env_file=None).admins == {"U1", "noor@fernway.example"}


def test_local_and_real_data_live_in_different_folders(monkeypatch):
    local = load_settings(env_file=None)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    real = load_settings(env_file=None)

    assert local.data_folder != real.data_folder
    assert local.store_url != real.store_url


def test_the_example_file_equals_the_settings():
    lines = (ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    expected = {
        name.upper(): "" if field.default is None else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert given == expected
    for field in Settings.model_fields.values():
        assert f"# {field.description}" in lines


def test_hours_and_holidays_are_read_as_people_write_them(monkeypatch):
    monkeypatch.setenv("GUIDEPOST_WORKING_HOURS", "08:30 - 17:00")
    monkeypatch.setenv("GUIDEPOST_HOLIDAYS", "12-25, 2026-05-14,")
    settings = load_settings(None)
    assert settings.working_hours == (time(8, 30), time(17, 0))
    assert {date(2026, 12, 25), date(2031, 12, 25), date(2026, 5, 14)} <= settings.holidays
    assert date(2027, 5, 14) not in settings.holidays


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param("GUIDEPOST_WORKING_HOURS", "9 to 5", "two times of a day", id="no hours"),
        pytest.param("GUIDEPOST_WORKING_HOURS", "18:00-09:00", "the first before the second", id="at night"),
        pytest.param("GUIDEPOST_HOLIDAYS", "25.12.", "is no day; write 12-25", id="no day"),
        pytest.param("GUIDEPOST_HOLIDAYS", "13-40", "13-40 is no day", id="a day that no year has"),
    ],
)
def test_hours_and_days_that_are_none_are_refused(name, value, sentence, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=sentence):
        load_settings(None)
