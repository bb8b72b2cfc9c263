"""The browser that the tests drive: the machine's own Chromium; none is downloaded.

Fixtures: `browser` (one for the whole run), `page` (a fresh tab that fails the test on any script error),
`canned` (a `CannedServer` and its address as `canned.url`).
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.browser.canned import CannedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 8000  # milliseconds that an expectation waits


def chromium_path() -> str | None:
    """Where the machine's Chromium is, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, without a window."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium on this machine: install chromium or google-chrome to run the browser tests")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *root])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab, 1280 x 800. A script error or a breach of the page's own content policy fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on(
        "console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None
    )
    yield tab
    context.close()
    assert not faults, f"the page had script errors: {faults}"


@pytest.fixture
def canned() -> Iterator[CannedServer]:
    """A server with canned answers; its address is `canned.url`."""
    server = CannedServer()
    server.start()
    yield server
    server.stop()
