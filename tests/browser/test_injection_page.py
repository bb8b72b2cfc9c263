"""Answers that quote attacks, in a real browser: no script runs, nothing leads where the source does not."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.attacked import attacked_bot, attacks, word_of
from tests.bot_fixtures import ISLA, _sample_folder

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

__all__ = ["_sample_folder"]
ALLOWED = {"help.fernway.example", "evil.example", "fernway.example", "127.0.0.1", "localhost"}
EVERY = """nodes => nodes.map(node => [node.tagName, ...["href", "src", "action", "srcdoc"].map(
    name => node.getAttribute(name)), ...node.getAttributeNames().filter(name => name.startsWith("on"))])"""


@pytest.fixture(scope="module")
def asked(_sample_folder, tmp_path_factory):
    """A direct message in which every attack has been quoted; the page's address and the channel."""
    with attacked_bot(_sample_folder, tmp_path_factory.mktemp("attacked") / "data") as bot:
        place = bot.dm(ISLA)
        roots = [
            bot.say(ISLA, place, f"How do I calibrate the {word_of(attack.values[0])}?")
            for attack in attacks("documents")
        ]
        yield bot.slack.page_url, place, roots


def test_nothing_in_a_quoted_attack_comes_to_life_in_the_page(page, asked):
    address, place, roots = asked
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    fetched = []
    page.on("request", lambda request: fetched.append(urlsplit(request.url).hostname))
    page.goto(f"{address}#as={ISLA}&channel={place}")
    expect(page.get_by_test_id("message-log")).to_be_visible()
    for root in roots:
        page.goto(f"{address}#as={ISLA}&channel={place}&thread={root}")
        thread = page.get_by_test_id("thread-log")
        expect(thread.get_by_test_id("message").last).to_contain_text("Helpful", timeout=20_000)
        assert dangers(thread) == []
    assert dialogs == []
    assert set(fetched) <= {"127.0.0.1", "localhost"}


def dangers(thread):
    """Elements of the bot's messages that run, fetch, mention or lead elsewhere."""
    said = thread.locator("[data-testid=message]").last
    found = said.locator(".mention, script, iframe, form, object").evaluate_all(
        "nodes => nodes.map(n => n.outerHTML)"
    )
    for tag, href, src, action, srcdoc, *handlers in said.locator("*").evaluate_all(EVERY):
        leads = [href for href in (href, src, action) if href and not _may_lead(href)]
        found += [f"<{tag.lower()}> {leads} {handlers} {srcdoc}"] * bool(leads or handlers or srcdoc)
    return found


def _may_lead(address):
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc
    return inside or (parts.scheme in ("http", "https", "mailto") and parts.hostname in {*ALLOWED, None})
