"""axe, which nobody here wrote, finds nothing that keeps people from using the page (`make from-npm` installs it)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.gallery import BLOCKS, VIEW
from tests.browser.test_accessibility import show_everything

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.canned import CannedServer

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.exists(), reason="axe is not installed: `make from-npm`"),
]
FOUND = """async () => (await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }))
  .violations.map((one) => `${one.id} (${one.impact}): ${one.nodes.map((node) => node.html.slice(0, 90)).join(" | ")}`)"""


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(FOUND)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_conversation_thread_and_every_block(page: Page, canned: CannedServer, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show_everything(page, canned)
    assert violations(page) == []


def test_a_modal_with_its_errors(page: Page, canned: CannedServer) -> None:
    show_everything(page, canned)
    canned.push(type="view_open", view=VIEW)
    page.get_by_test_id("modal-submit").click()
    page.get_by_test_id("error-why").wait_for()
    assert violations(page) == []


def test_app_home_at_phone_width(page: Page, canned: CannedServer) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    canned.home = {"id": "H1", "type": "home", "blocks": BLOCKS}
    page.goto(f"{canned.url}/#as=U1&channel=D2&tab=home")
    page.get_by_test_id("home").get_by_role("button", name="Approve").wait_for()
    assert violations(page) == []
