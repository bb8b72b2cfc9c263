"""Two Socket Mode connections: one is cut in the midst of a burst, and every question is answered once."""

from __future__ import annotations

import socket
import time
from collections import Counter

import pytest
import yaml
from sqlmodel import select

from bot.local.clock import LocalClock
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.start import MANIFEST
from store.clock import SystemClock
from store.tables import Answer, InboundEvent
from tests.local_slack import ANN, BOT, DIRECTORY, GENERAL, Page
from tests.running_bot import running_bot, settings_for

BURST = 24


@pytest.fixture
def slack(tmp_path):
    config = AppConfig.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
    clock = LocalClock(tmp_path / "slack", SystemClock())
    with LocalWorkspace(
        tmp_path / "slack", clock, directory=DIRECTORY, config=config, retry_seconds=(0.2, 0.5, 1.0)
    ) as running:
        yield running


def cut(client):
    """The line breaks; nobody says goodbye."""
    client.current_session.sock.shutdown(socket.SHUT_RDWR)


def until(condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


@pytest.mark.slow
def test_one_of_two_connections_is_cut_in_a_burst_and_nothing_is_lost(slack, tmp_path):
    settings = settings_for(
        tmp_path / "data",
        guidepost_slack_mode="socket",
        guidepost_connections=2,
    )
    tokens = {"token": slack.bot_token, "api_url": slack.api_url, "app_token": slack.app_token}
    with running_bot(settings, **tokens) as bot, Page(slack, ANN) as page:
        assert bot.readiness()["connections"] == 2
        asked = []
        for n in range(BURST):
            if n == BURST // 3:
                cut(bot._sockets.clients[0])
                assert bot.readiness()["ready"]
            asked.append(page.post(GENERAL, f"<@{BOT}> How do I export my data? ({n})"))

        def rows(table):
            with bot.services.database.reading() as session:
                return list(session.exec(select(table)).all())

        until(lambda: len(rows(Answer)) >= BURST)
        until(lambda: all(one.message_ts for one in rows(Answer)))
        assert {event.state for event in rows(InboundEvent)} == {"done"}
        said = Counter(
            sum(one["user"] == BOT for one in page.get("messages", channel=GENERAL, thread=ts)["messages"])
            for ts in asked
        )
        assert said == {1: BURST}
        until(lambda: bot.readiness()["connections"] == 2)
