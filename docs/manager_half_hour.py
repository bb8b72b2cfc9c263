"""A manager's half hour on the demo company, by hand in the browser: the pictures of docs/demo.md.

The weekly digest, the rows behind one of its figures, a thread of these; the journey map; and one gap from the question
to its asker being told. It plays three months of the smallest demo company first, which takes minutes:

    .venv/bin/python docs/manager_half_hour.py
    GUIDEPOST_DEMO=FOLDER .venv/bin/python docs/manager_half_hour.py      # a company that is there; it is copied

It needs a Chromium on the machine.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from csm_hour import move
from playwright.sync_api import expect
from screenshots import GRACE, PHONE, SIZE, go, save, take, top, write

from bot.demo.building import build, plan_of
from bot.demo.planted import LEAST_ACCOUNTS, LEAST_MONTHS, new_ones

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from bot.demo.company import Customer
    from bot.settings import Settings

PLAN = plan_of(LEAST_MONTHS, LEAST_ACCOUNTS, 1, os.environ.get("GUIDEPOST_DEMO_UNTIL", ""))
ROOM = "C0CSTEAM"
WANTED = "WhatsApp"
SYNCED = 12_000  # milliseconds until what was approved can be found
SOLVED = "Not yet by WhatsApp: arrival messages go out by SMS and e-mail. WhatsApp is planned; we tell you when it is there."


def demo(settings: Settings) -> None:
    """The company that is there, or a new one."""
    there = os.environ.get("GUIDEPOST_DEMO")
    if there:
        shutil.copytree(there, settings.guidepost_data_dir, dirs_exist_ok=True)
    else:
        build(settings, PLAN)


def manager_digest(page: Page, address: str) -> None:
    """What the week was like, and what to do about it."""
    message = _command(page, address, GRACE, "/cs digest 7d", "Questions")
    save(page, "manager-digest")
    page.set_viewport_size(PHONE)
    top(message)
    save(page, "manager-digest-phone")
    page.set_viewport_size(SIZE)


def manager_rows(page: Page, address: str) -> None:
    """The rows behind a figure, and the thread of one of them."""
    message = _command(page, address, GRACE, "/cs digest 7d", "Questions")
    message.get_by_role("button", name="Show").first.click()
    expect(page.get_by_test_id("modal")).to_be_visible()
    save(page, "manager-rows")
    page.get_by_test_id("modal").get_by_role("link", name="open").first.click()
    page.get_by_test_id("modal-close").click()
    expect(page.get_by_test_id("thread-log")).to_be_visible()
    save(page, "manager-thread")


def manager_map(page: Page, address: str) -> None:
    """The journey map, and which touchpoints to mend first."""
    _command(page, address, GRACE, "/cs journey map 90d", "Journey map")
    save(page, "manager-map")
    _command(page, address, GRACE, "/cs journey audit 90d", "Touchpoints")
    save(page, "manager-audit")


def manager_gap(page: Page, address: str) -> None:
    """What customers asked in vain: the CSM answers one of them, and makes an article of it."""
    asker = _asker()
    go(page, address, asker.csm, asker.channel.id)
    _open_thread(page)
    page.get_by_test_id("thread-composer").fill(SOLVED)
    page.get_by_test_id("thread-composer-send").click()
    expect(page.get_by_test_id("thread-log")).to_contain_text(SOLVED)
    gaps = _command(page, address, asker.csm, "/cs gaps", WANTED)
    save(page, "manager-gaps")
    in_list = gaps.locator("*").filter(has_text=WANTED).filter(has=page.get_by_role("button", name="Open"))
    in_list.last.get_by_role("button", name="Open").click()
    _press_newest(page, "Draft article")
    _press_newest(page, "Edit and propose")
    page.get_by_test_id("modal").get_by_role("textbox", name="Answer").fill(SOLVED)
    save(page, "manager-draft")
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)


def manager_approves(page: Page, address: str) -> None:
    """The editor reads it and approves; as soon as it can be found, whoever asked is told."""
    asker = _asker()
    go(page, address, GRACE)
    card = page.get_by_test_id("message").filter(has_text="arrival messages").last
    expect(card).to_be_visible()
    top(card)
    save(page, "manager-approves")
    card.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_test_id("message").filter(has_text="arrival messages").last).to_contain_text(
        "Approved"
    )
    page.wait_for_timeout(SYNCED)
    move(page, "1d")
    go(page, address, asker.persona("admin").user.id, asker.channel.id)
    _open_thread(page)
    told = page.get_by_test_id("thread-log").get_by_test_id("message").last
    expect(told).to_contain_text("Approved by Grace Okafor")
    save(page, "manager-told")


def _asker() -> Customer:
    """One of the new customers who asked what no article says."""
    return new_ones(PLAN.company())[-1]


def _open_thread(page: Page) -> None:
    asked = page.get_by_test_id("message").filter(has_text=WANTED).last
    asked.get_by_test_id("thread-open").click()
    expect(page.get_by_test_id("thread-log")).to_contain_text(WANTED)


def _press_newest(page: Page, label: str) -> None:
    page.get_by_test_id("ephemeral").get_by_role("button", name=label, exact=True).last.click()


def _command(page: Page, address: str, person: str, command: str, expected: str) -> Locator:
    """What the bot answers to a command, scrolled to its beginning."""
    go(page, address, person, ROOM)
    before = page.get_by_test_id("ephemeral").count()
    write(page, command)
    said = page.get_by_test_id("ephemeral")
    expect(said).not_to_have_count(before)
    expect(said.last).to_contain_text(expected, ignore_case=True)
    top(said.last)
    return said.last


SCENES = (manager_digest, manager_rows, manager_map, manager_gap, manager_approves)

if __name__ == "__main__":
    take(SCENES, demo)
