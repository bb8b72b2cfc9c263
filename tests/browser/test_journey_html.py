"""The journey's page as somebody reads it who was sent the file: alone, in the dark, on a phone, by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.charts.journey_page import page as made
from tests.browser.test_axe import AXE, violations
from tests.made_journey import views_of_a_bakery

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, saved."""
    folder = tmp_path_factory.mktemp("page")
    views, rows = views_of_a_bakery(folder)
    path = folder / "journey.html"
    path.write_text(made(list(views.values()), rows), encoding="utf-8")
    return path


def test_nothing_is_loaded_and_the_keyboard_opens_the_rows(page: Page, file: Path) -> None:
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(file.as_uri())
    assert asked_for == [file.as_uri()]
    first = page.locator("summary").first
    first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    assert page.locator("details[open]").get_by_text("Harbour & <Bakery>").first.is_visible()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nobody_has_to_scroll_sideways(page: Page, file: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: `make from-npm`")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, file: Path, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert violations(page) == []
