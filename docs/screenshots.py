"""Takes the pictures of README and docs from the real page: Guidepost as `make run` starts it, in a fresh folder.

Run it by `make screenshots`, or with the names of scenes. It needs a Chromium on the machine and writes
docs/images/*.png, each light and dark.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from bot.settings import Settings
from bot.start import running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from playwright.sync_api import Locator, Page

IMAGES = Path(__file__).with_name("images")
SIZE = {"width": 1280, "height": 800}
PATIENCE = 180_000  # milliseconds: the first answer waits for the models
PHONE = {"width": 390, "height": 844}
ISLA, PRIYA, GRACE, AMELIA, NOOR = "U0ISLA", "U0PRIYA", "U0GRACE", "U0AMELIA", "U0NOOR"
HOMES = {"customer": AMELIA, "csm": PRIYA, "manager": GRACE, "admin": NOOR}


def take(
    scenes: Sequence[Callable[[Page, str], None]], prepare: Callable[[Settings], object] | None = None
) -> None:
    """Start Guidepost, play the scenes, or those that are named, and save the pictures.

    Args:
        scenes: each goes on where the one before it ended.
        prepare: what is done in the empty folder before the start.
    """
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("There is no Chromium on this machine. Install chromium or google-chrome and try again.")
    IMAGES.mkdir(exist_ok=True)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        settings = Settings(_env_file=None, guidepost_data_dir=Path(folder), guidepost_local_port=0, port=0)
        if prepare is not None:
            prepare(settings)
        with running(settings) as (_bot, access):
            browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu", *root])
            page = browser.new_page(viewport=SIZE, device_scale_factor=1.5)
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            for scene in scenes:
                if scene.__name__ in sys.argv[1:] or not sys.argv[1:]:
                    scene(page, str(access.page_url))
            browser.close()


def question(page: Page, address: str) -> None:
    """A customer asks in a shared channel."""
    go(page, address, ISLA, "C0HARBOUR")
    write(page, "@Guidepost can drivers work offline?")
    answer = page.get_by_test_id("thread-log").get_by_test_id("message").last
    expect(answer.get_by_test_id("action-talk_to_person")).to_be_visible()
    save(page, "question")
    page.set_viewport_size(PHONE)
    save(page, "phone")
    page.set_viewport_size(SIZE)


def playbook(page: Page, address: str) -> None:
    """A CSM looks at what would be sent before anything is."""
    go(page, address, PRIYA, "C0CSTEAM")
    write(page, "/cs play start onboarding @Fresh Fields")
    preview = page.get_by_test_id("ephemeral").last
    expect(preview).to_contain_text("How did setup go")
    top(preview)
    save(page, "playbook")
    preview.get_by_test_id("action-play_start").click()
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("has started")


def check_in(page: Page, address: str) -> None:
    """A week later the customer has been asked."""
    page.get_by_test_id("clock-plus-1w").click()
    expect(page.get_by_test_id("clock-moved")).to_contain_text("7 days")
    go(page, address, AMELIA)
    welcome = page.get_by_test_id("message").filter(has_text="what does a good first month look like").last
    expect(welcome).to_be_visible()
    save(page, "check-in")


def digest(page: Page, address: str) -> None:
    """A manager reads what customers asked and said."""
    go(page, address, GRACE, "C0CSTEAM")
    write(page, "/cs digest 30d")
    message = page.get_by_test_id("ephemeral").last
    expect(message).to_contain_text("Questions and answers")
    top(message)
    save(page, "digest")


def account(page: Page, address: str) -> None:
    """A CSM looks an account up."""
    go(page, address, PRIYA, "C0CSTEAM")
    write(page, "/cs account @Harbour Bakery")
    card = page.get_by_test_id("ephemeral").last
    expect(card).to_contain_text("Harbour Bakery")
    top(card)
    save(page, "account")


def handover(page: Page, address: str) -> None:
    """What cannot be answered goes to a person: what the customer is told, and what the CSM gets."""
    go(page, address, ISLA, "C0HARBOUR")
    write(page, "@Guidepost can we pay you in Norwegian kroner?")
    answer = page.get_by_test_id("thread-log").get_by_test_id("message").last
    answer.get_by_test_id("action-talk_to_person").click()
    told = page.get_by_test_id("thread-log").get_by_test_id("message").last
    expect(told).to_contain_text("passed this on")
    save(page, "wish")
    go(page, address, PRIYA)
    page.get_by_test_id("app-entry").click()
    card = page.get_by_test_id("message").filter(has_text="would like to talk to a person").last
    expect(card.get_by_test_id("action-handover_take")).to_be_visible()
    top(card)
    save(page, "handover")


def gaps(page: Page, address: str) -> None:
    """What the help centre lacks, by how much it touches."""
    asked(page, address, PRIYA, "/cs gaps", "gaps")


def feedback(page: Page, address: str) -> None:
    """What customers said about one thing."""
    asked(page, address, GRACE, "/cs feedback find tracking page", "feedback")


def quality(page: Page, address: str) -> None:
    """The week's sample of answers, to be reviewed."""
    asked(page, address, GRACE, "/cs qa sample", "quality")


def asked(page: Page, address: str, person: str, command: str, name: str) -> None:
    """One of the team asks by command, among colleagues."""
    go(page, address, person, "C0CSTEAM")
    write(page, command)
    message = page.get_by_test_id("ephemeral").last
    expect(message).to_be_visible()
    page.wait_for_timeout(1500)
    top(message)
    save(page, name)


def homes(page: Page, address: str) -> None:
    """App Home as each role has it."""
    for role, person in HOMES.items():
        go(page, address, person)
        page.get_by_test_id("app-entry").click()
        page.get_by_test_id("tab-home").click()
        expect(page.get_by_test_id("home").get_by_role("button").first).to_be_visible()
        save(page, f"home-{role}")


def go(page: Page, address: str, person: str, channel: str = "") -> None:
    """Open the page as somebody."""
    page.goto("about:blank")
    page.goto(f"{address}#as={person}" + (f"&channel={channel}" if channel else ""))
    expect(page.get_by_test_id("connection")).to_contain_text("Connected")
    page.wait_for_load_state("networkidle")


def write(page: Page, text: str) -> None:
    """Write something and send it."""
    page.get_by_test_id("composer").fill(text)
    expect(page.get_by_test_id("composer-send")).to_be_enabled()
    page.get_by_test_id("composer-send").click()


def top(message: Locator) -> None:
    """Scroll to the beginning of a long message."""
    message.evaluate("element => element.scrollIntoView({block: 'start'})")


def save(page: Page, name: str) -> None:
    """Keep the picture, light and dark, once everything has settled."""
    page.wait_for_timeout(800)
    for scheme, suffix in (("light", ""), ("dark", "-dark")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] - one of its literals
        page.wait_for_timeout(200)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(256).save(IMAGES / f"{name}{suffix}.png", optimize=True)
        sys.stdout.write(f"docs/images/{name}{suffix}.png\n")
    page.emulate_media(color_scheme="light")


SCENES = (
    question,
    playbook,
    check_in,
    digest,
    account,
    handover,
    gaps,
    feedback,
    quality,
    homes,
)  # a check-in follows the playbook that was started

if __name__ == "__main__":
    take(SCENES)
