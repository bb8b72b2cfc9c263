"""Anybody can use the page: contrast, names, the keyboard, small windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.canned import T0, message
from tests.browser.gallery import BLOCKS, VIEW

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.canned import CannedServer

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# Every visible text against what lies behind it, by WCAG 2.1: 4.5, or 3 for large text. Disabled controls are exempt.
LOW_CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r, g, b].map((v, i) => v * a / 255 + [R, G, B][i] * (1 - a / 255));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const style = getComputedStyle(element);
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest(":disabled, .emoji, noscript, svg, .skip-link")) continue;
    const back = behind(element);
    const [a, b] = [light(over(rgba(style.color), back)), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < needed) found.push(`${ratio.toFixed(2)} ${element.className}: ${walker.currentNode.textContent.trim().slice(0, 30)}`);
  }
  return found;
}"""
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, textarea, [role=region], dialog")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.textContent.trim() || one.labels?.length))
  .map((one) => one.outerHTML.slice(0, 120))"""
WIDER = "() => document.documentElement.scrollWidth - innerWidth"


def show_everything(page: Page, canned: CannedServer) -> None:
    root = message(
        0,
        "U1",
        "How do I invite <@U2>?",
        reply_count=1,
        reply_users=["UBOT"],
        reactions=[{"name": "eyes", "count": 1, "users": ["U1"]}],
    )
    canned.messages["C1"] = [
        root,
        message(1, "UBOT", "x", blocks=BLOCKS),
        message(2, "U2", "edited", edited={"ts": "1"}),
    ]
    canned.threads[root["ts"]] = [
        root,
        message(
            3, "UBOT", "", streaming=True, thread_ts=root["ts"], blocks=[{"type": "markdown", "text": "Open"}]
        ),
    ]
    page.goto(f"{canned.url}/#as=U1&channel=C1&thread={T0}.000000")
    page.get_by_test_id("thread-log").get_by_test_id("stop-stream").wait_for()
    page.wait_for_timeout(150)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: Page, canned: CannedServer, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show_everything(page, canned)
    canned.push(
        type="ephemeral", channel="C1", message=message(9, "UBOT", "psst", id="E1", is_ephemeral=True)
    )
    canned.push(type="toast", text="A note")
    page.get_by_test_id("ephemeral").wait_for()
    assert page.evaluate(LOW_CONTRAST) == []
    canned.push(type="view_open", view=VIEW)
    page.get_by_test_id("modal-submit").click()
    assert page.evaluate(LOW_CONTRAST) == []


def test_every_control_has_a_name(page: Page, canned: CannedServer) -> None:
    show_everything(page, canned)
    canned.push(type="view_open", view=VIEW)
    page.get_by_test_id("modal").wait_for()
    assert page.evaluate(NAMELESS) == []


def test_the_page_is_used_without_a_mouse(page: Page, canned: CannedServer) -> None:
    show_everything(page, canned)
    page.get_by_test_id("persona-switcher").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("persona-U2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("persona-switcher")).to_be_focused()
    menu = page.get_by_test_id("message-log").get_by_test_id("message-actions").first
    menu.focus()
    expect(menu).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.get_by_test_id("thread-pane")).to_be_visible()


def test_a_modal_takes_the_keyboard_and_gives_it_back(page: Page, canned: CannedServer) -> None:
    show_everything(page, canned)
    page.get_by_test_id("composer").focus()
    canned.push(type="view_open", view=VIEW)
    expect(page.get_by_test_id("modal").get_by_label("Why")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("composer")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 1000, 800, 390])
def test_nothing_sticks_out_at_the_side(page: Page, canned: CannedServer, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    show_everything(page, canned)
    assert page.evaluate(WIDER) <= 0
    page.get_by_test_id("thread-close").click()
    page.get_by_test_id("message-log").wait_for()
    assert page.evaluate(WIDER) <= 0
    log = page.get_by_test_id("message-log")
    assert log.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_a_small_window_has_the_sidebar_behind_a_button(page: Page, canned: CannedServer) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    show_everything(page, canned)
    page.get_by_test_id("thread-close").click()
    expect(page.get_by_test_id("channel-general")).to_be_hidden()
    page.get_by_role("button", name="Show the sidebar").click()
    page.get_by_test_id("channel-general").click()
    expect(page.get_by_test_id("pane-title")).to_have_text("general")
    expect(page.get_by_test_id("channel-general")).to_be_hidden()
