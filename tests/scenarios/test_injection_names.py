"""People and companies with names that attack, who write what attacks: seen by staff, in digests and exports.

One company is renamed in everything that is known of it, asks, rates, asks for a person and answers a playbook; then
its CSM and the manager look at it everywhere. The attacks are in tests/data/injections/names.yaml.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from sqlmodel import select

from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.reports import digest_as
from bot.services import NoHeadlines
from bot.start import MANIFEST
from store.clock import FixedClock
from store.tables import Account, Contact, RunStep
from tests.bot_fixtures import COMMUNITY, GRACE, MIRA, TEAM, TOM, TUESDAY, BotUnderTest, InProcess, texts_of
from tests.harmlessness import faults, is_formula
from tests.local_slack import element_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DATA = Path(__file__).parents[1] / "data" / "injections" / "names.yaml"
ATTACKS = [
    pytest.param(one["text"], id=one["id"]) for one in yaml.safe_load(DATA.read_text(encoding="utf-8"))
]
HERE = frozenset({"127.0.0.1", "localhost"})  # links into the workspace itself


@contextmanager
def company_named(name, sample_folder, folder):
    """The product where Petal & Post, and Mira who works there, are called that."""
    shutil.copytree(sample_folder, folder)
    clock = LocalClock(folder / "slack", FixedClock(TUESDAY))
    people = sample.directory()
    users = tuple(replace(one, real_name=name) if one.id == MIRA else one for one in people.users)
    config = AppConfig.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
    directory = replace(people, users=users)
    with LocalWorkspace(folder / "slack", clock, directory=directory, config=config) as slack:
        running = BotUnderTest(folder, slack, clock)
        rename(running, name)
        try:
            slack._delivery.transport = InProcess(running.app)
            yield running
        finally:
            running.close()


def rename(running, name):
    with running.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == "petal-post")).one()
        contact = session.exec(select(Contact).where(Contact.email == "mira@petalpost.example")).one()
        account.name = account.goal = contact.name = contact.title = name
        session.add_all([account, contact])


def live_through(bot, words):
    """Mira asks, rates, wants a person and answers a check-in, always in these words."""
    place = bot.dm(MIRA)
    root = bot.say(MIRA, place, f"Can the vans fly to the moon and back? {words}")
    refusal = bot.seen(MIRA, place, root).messages[-1]
    bot.press(MIRA, refusal, "talk_to_person")
    answer = answer_to(bot, place, "How do I export my data?")
    bot.rate(MIRA, answer, "down")
    bot.submit(MIRA, bot.modal(MIRA), reason="wrong", comment=words)
    bot.say(MIRA, COMMUNITY, f"<@{bot.services.bot_user_id}> {words}?")
    preview = bot.command(TOM, bot.dm(TOM), "play start onboarding @petal")[-1]
    bot.press(TOM, preview, "play_start")
    play_on(bot, days=2)
    question = bot.seen(MIRA, place).messages[-1]
    bot.say(MIRA, place, words, thread_ts=question["ts"])
    play_on(bot, days=8)


def answer_to(bot, place, question):
    root = bot.say(MIRA, place, question)
    return bot.seen(MIRA, place, root).messages[-1]


def play_on(bot, days):
    clock, runner = bot.services.clock, bot.services.runner
    goal = clock.now() + timedelta(days=days)
    while (due := runner.next_due()) is not None and due <= goal:
        clock.advance(max(due - clock.now(), timedelta(0)))
        runner.fire_due()
        bot.settle()
    clock.advance(goal - clock.now())


def looked_at(bot):
    """Everything that staff get to see of it, and what Mira sees."""
    told = bot.dm(TOM)
    shown = [
        bot.command(TOM, told, words) for words in ("account @petal", "tasks", "play list", "play status")
    ]
    for user in (TOM, GRACE):
        digest = bot.command(user, TEAM, "digest 30d")
        shown += [digest, figures_of(bot, user, digest[-1]), sections_of(bot, user, digest[-1])]
    shown += [home(bot, user) for user in (TOM, MIRA, GRACE)]
    for user, place in ((TOM, told), (MIRA, bot.dm(MIRA)), (MIRA, COMMUNITY), (TOM, TEAM)):
        shown.append(said_by_bot(bot, user, place))
    return shown


def home(bot, user):
    bot.page(user).do("open", tab="home")
    bot.wait_for_event()
    bot.settle()
    return bot.page(user).do("open", tab="home")["home"]


def sections_of(bot, user, digest):
    """The sections of a digest."""
    keys = [block["accessory"]["action_id"] for block in digest["blocks"] if "accessory" in block]
    shown = []
    for key in keys:
        if key.startswith("digest_section_"):
            bot.press(user, digest, key)
            shown.append(bot.modal(user))
    assert shown
    return shown


def figures_of(bot, user, digest):
    """The rows behind the figures of a digest."""
    _, menu = element_of(digest, "digest_rows_any")
    found = []
    for option in menu["options"]:
        bot.press(user, digest, "digest_rows_any", option=option["value"])
        found.append(bot.modal(user))
    return found


def said_by_bot(bot, user, place):
    me = bot.services.bot_user_id
    roots = bot.seen(user, place).messages
    threads = [bot.seen(user, place, root["ts"]).messages for root in roots]
    return [one for one in [*roots, *(said for thread in threads for said in thread)] if one["user"] == me]


@pytest.mark.parametrize("name", ATTACKS)
def test_a_name_or_a_word_of_a_customer_does_nothing_anywhere(
    name,
    _sample_folder,  # noqa: PT019 - the fixture's value is wanted
    tmp_path,
):
    with company_named(name, _sample_folder, tmp_path / "data") as bot:
        live_through(bot, name)
        shown = looked_at(bot)
        [step] = bot.rows(select(RunStep).where(RunStep.key == "O1"))
        assert step.answered_at is not None
        assert faults(shown, hosts=HERE | {"attacker.example"}, mentions={MIRA, TOM}) == []
        assert "$1,092" not in "".join(texts_of(one) for one in said_by_bot(bot, MIRA, bot.dm(MIRA)))
        assert_exports_are_harmless(bot)


def assert_exports_are_harmless(bot):
    core = SimpleNamespace(
        clock=bot.services.clock,
        database=bot.database,
        workspace_id=bot.workspace_id,
        headlines=NoHeadlines,
    )
    table = list(csv.reader(io.StringIO(digest_as(core, "30d", "csv"))))
    assert [cell for row in table for cell in row if is_formula(cell)] == []
    assert len({len(row) for row in table}) == 1
    json.loads(digest_as(core, "30d", "json"))
    page = BeautifulSoup(digest_as(core, "30d", "html"), "html.parser")
    assert (
        page.select("script, img, iframe, a:not([href^='#']), form, object, link, base, meta[http-equiv]")
        == []
    )
    assert [tag for tag in page.find_all() if any(key.startswith("on") for key in tag.attrs)] == []
    text = digest_as(core, "30d", "text")
    assert [sign for sign in text if not sign.isprintable() and sign != "\n"] == []
