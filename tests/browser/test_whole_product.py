"""The whole product in a real browser: three people, one month, nothing replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.settings import Settings
from bot.start import running
from tests.local_slack import PATIENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

ISLA, PRIYA, GRACE, AMELIA = "U0ISLA", "U0PRIYA", "U0GRACE", "U0AMELIA"
ONCE = 60_000  # milliseconds for what waits for models or a moved clock


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Guidepost as `make run` starts it: sample data, packaged models, the local workspace."""
    folder = tmp_path_factory.mktemp("guidepost")
    settings = Settings(_env_file=None, guidepost_data_dir=folder, guidepost_local_port=0, port=0)
    with running(settings, trigger_seconds=PATIENT) as (_bot, access):
        assert access.page_url is not None
        yield access.page_url


def go(page: Page, address: str, person: str, channel: str = "") -> None:
    """Open the page as somebody, in a channel or in the app's messages."""
    page.goto("about:blank")
    page.goto(f"{address}#as={person}" + (f"&channel={channel}" if channel else ""))
    expect(page.get_by_test_id("message-log")).to_be_visible()
    expect(page.get_by_test_id("connection")).to_contain_text("Connected")
    page.wait_for_load_state("networkidle")


def write(page: Page, text: str, composer: str = "composer") -> None:
    box = page.get_by_test_id(composer)
    box.fill(text)
    expect(page.get_by_test_id(f"{composer}-send")).to_be_enabled()
    page.get_by_test_id(f"{composer}-send").click()


def last_ephemeral(page: Page) -> Locator:
    return page.get_by_test_id("ephemeral").last


def test_a_customer_asks_rates_the_answer_and_opens_its_source(page, address):
    go(page, address, ISLA, "C0HARBOUR")
    write(page, "@Guidepost can drivers work offline?")

    answer = page.get_by_test_id("thread-log").get_by_test_id("message").last
    expect(answer).to_contain_text("without a mobile connection", timeout=ONCE)
    expect(answer.get_by_test_id("action-talk_to_person")).to_contain_text("Priya")

    answer.get_by_test_id("action-open_source_1").click()
    modal = page.get_by_test_id("modal")
    expect(modal).to_contain_text("Work offline in the driver app")
    page.get_by_test_id("modal-close").first.click()

    answer.get_by_test_id("feedback-negative").click()
    expect(page.get_by_test_id("modal-title")).to_contain_text("What went wrong?")
    page.get_by_test_id("modal").get_by_text("It is out of date").first.click()
    page.get_by_test_id("modal").get_by_role("textbox").fill("The app looks different now.")
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("modal")).to_have_count(0)
    expect(page.get_by_text("Thank you for telling us why", exact=False)).to_be_visible()


def test_a_customer_who_wants_a_person_reaches_their_csm_with_what_was_tried(page, address):
    go(page, address, ISLA, "C0HARBOUR")
    write(page, "@Guidepost do you plan charging stops for electric vans?")
    refusal = page.get_by_test_id("thread-log").get_by_test_id("message").last
    expect(refusal).to_contain_text("could not find", timeout=ONCE)
    refusal.get_by_test_id("action-talk_to_person").click()
    expect(page.get_by_test_id("thread-log")).to_contain_text("I have passed this on to Priya", timeout=ONCE)

    go(page, address, PRIYA)
    card = page.get_by_test_id("message").filter(has_text="electric vans").last
    expect(card).to_contain_text("would like to talk to a person", timeout=ONCE)
    expect(card).to_contain_text("Harbour Bakery")


def test_a_csm_starts_check_ins_and_the_customer_is_asked_when_the_day_comes(page, address):
    go(page, address, PRIYA, "C0CSTEAM")
    write(page, "/cs play start onboarding @Fresh Fields")
    preview = last_ephemeral(page)
    expect(preview).to_contain_text("Amelia Ortiz", timeout=ONCE)
    expect(preview).to_contain_text("How did setup go")
    preview.get_by_test_id("action-play_start").click()
    expect(last_ephemeral(page)).to_contain_text("has started for Fresh Fields", timeout=ONCE)

    page.get_by_test_id("clock-plus-1w").click()
    expect(page.get_by_test_id("clock-moved")).to_contain_text("7 days", timeout=ONCE)

    go(page, address, AMELIA)
    welcome = page.get_by_test_id("message").filter(has_text="what does a good first month look like").last
    expect(welcome).to_be_visible(timeout=ONCE)
    welcome.get_by_role("button", name="Our whole team uses it").click()
    expect(welcome).to_contain_text("Your answer: Our whole team uses it", timeout=ONCE)

    go(page, address, PRIYA)
    expect(page.get_by_test_id("message-log")).to_contain_text("Our whole team uses it", timeout=ONCE)
    write(page, "/cs tasks")
    expect(last_ephemeral(page)).to_contain_text("Fresh Fields", timeout=ONCE)


def test_a_customer_cannot_run_a_csms_command(page, address):
    go(page, address, ISLA, "C0HARBOUR")
    write(page, "/cs account @Harbour Bakery")

    expect(last_ephemeral(page)).to_contain_text("is for customer success managers", timeout=ONCE)


def test_a_manager_reads_the_digest_and_opens_a_figure(page, address):
    go(page, address, GRACE, "C0CSTEAM")
    write(page, "/cs digest 30d")

    digest = last_ephemeral(page)
    expect(digest).to_contain_text(re.compile(r"\d+ .*questions"), timeout=ONCE)
    digest.get_by_test_id("action-digest_section_questions").click()
    section = page.get_by_test_id("modal").last
    expect(section).to_contain_text("WhatsApp", timeout=ONCE)
    section.get_by_test_id("action-digest_rows_unanswered").first.click()
    expect(page.get_by_test_id("modal").last).to_contain_text("WhatsApp", timeout=ONCE)


def test_an_admins_home_says_what_is_set_up(page, address):
    go(page, address, "U0NOOR")
    page.get_by_test_id("tab-home").click()

    expect(page.get_by_test_id("home")).to_contain_text("documents", ignore_case=True, timeout=ONCE)
