"""The panel in which one makes trouble, on the real local workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.local_slack import ANN, bolt_app, connected, workspace

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_trouble_is_made_seen_and_ended(page: Page, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    with workspace(tmp_path) as ws:
        page.goto(f"{ws.page_url}#as={ANN}")
        button = page.get_by_test_id("trouble")
        button.click()
        slider = page.get_by_role("slider", name="Events doubled")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_test_id("trouble-panel")).to_contain_text("10 %")
        expect(button).to_have_attribute("aria-label", "Trouble on request (on)")
        page.get_by_label("Deliveries arrive").select_option("2")
        expect(button).to_have_attribute("aria-label", "Trouble on request (on)")
        assert ws.trouble.faults.duplicate == 0.1
        assert page.get_by_test_id("trouble-panel").evaluate("one => one.scrollWidth <= one.clientWidth")
        page.reload()
        expect(button).to_have_attribute("aria-label", "Trouble on request (on)")
        button.click()
        expect(page.get_by_label("Deliveries arrive")).to_have_value("2")
        page.get_by_test_id("trouble-end").click()
        expect(button).to_have_attribute("aria-label", "Trouble on request")
        expect(page.get_by_label("Deliveries arrive")).to_have_value("0")
        page.get_by_test_id("trouble-close").click()
        expect(page.get_by_test_id("trouble-panel")).to_have_count(0)


def test_a_connection_is_ended_from_the_panel_and_comes_back(page: Page, tmp_path: Path) -> None:
    with workspace(tmp_path) as ws, connected(ws, bolt_app(ws)):
        page.goto(f"{ws.page_url}#as={ANN}")
        page.get_by_test_id("trouble").click()
        page.get_by_test_id("trouble-disconnect").click()
        expect(page.get_by_test_id("toast")).to_contain_text("connects anew")
