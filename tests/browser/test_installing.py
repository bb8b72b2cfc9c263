"""Installing Guidepost by hand: its page, the workspace's question, the way back; then it is taken out again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.fleet import Fleet
from bot.installing.practice import practice
from bot.settings import Settings
from bot.start import MANIFEST
from bot.wiring import open_shared
from tests.bot_process import SHORT, QuickCore
from tests.running_bot import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]
ONCE = 30_000  # milliseconds for what waits for a bot to start
TEAM, NOOR = "T0FERNWAY", "U0NOOR"


@pytest.fixture
def guidepost(tmp_path: Path) -> Iterator[tuple[Fleet, str]]:
    """Guidepost for many workspaces beside a workspace to practise on, by the variables that this gives."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with practice(tmp_path / "practice", 0, f"{address}/slack/events") as (workspace, variables):
        given = Settings(_env_file=variables, guidepost_data_dir=tmp_path / "data", port=port)
        core = open_shared(given)
        fleet = Fleet(
            QuickCore(core.settings, core.database, core.clock, ""),
            MANIFEST,
            work_pace=SHORT,
            speech_pace=SHORT,
            look_seconds=0.2,
        )
        fleet.start()
        try:
            yield fleet, address
        finally:
            fleet.stop()
            core.database.close()
            assert workspace.api_url == given.slack_api_url


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def install(page: Page, address: str) -> None:
    page.goto(f"{address}/slack/install")
    page.get_by_role("link", name="Add to Slack").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Guidepost is requesting permission to access Fernway"
    )
    page.get_by_label("Who installs it").select_option(NOOR)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Guidepost is in Fernway", timeout=ONCE)


def test_the_app_is_installed_answers_is_taken_out_and_installed_again(
    page: Page, guidepost: tuple[Fleet, str]
) -> None:
    fleet, address = guidepost
    page.goto(f"{address}/slack/install")
    page.get_by_role("link", name="Add to Slack").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("You pressed Cancel")).to_be_visible()
    assert fleet.teams == []

    install(page, address)
    until(lambda: fleet.teams == [TEAM])
    page.get_by_role("link", name="Open Slack").click()
    expect(page.get_by_test_id("connection")).to_have_text("Connected", timeout=ONCE)
    home = f"{page.url.partition('#')[0]}#as={NOOR}"
    page.goto("about:blank")
    page.goto(home)
    page.get_by_test_id("app-entry").click()
    page.get_by_test_id("tab-home").click()
    expect(page.get_by_test_id("home")).to_contain_text(
        "missing", ignore_case=True
    )  # who installed it is its admin

    page.get_by_test_id("trouble").click()
    page.get_by_test_id("trouble-remove").click()
    expect(page.get_by_test_id("toast")).to_contain_text("taken out")
    until(lambda: fleet.teams == [])
    install(page, address)
    until(lambda: fleet.teams == [TEAM])
