"""The form of `/cs log`; on a running local workspace."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from bot.blocks import log_form as blocks
from bot.listeners.log_form import problems
from store.tables import Activity, Happening
from tests.block_checks import check_view
from tests.bot_fixtures import PRIYA, TEAM, texts_of

TODAY = date(2026, 3, 3)
GOOD = {blocks.KIND: "call", blocks.DAY: "2026-03-02", blocks.WORDS: "They plan a second depot."}


def test_a_call_is_filled_in_once_and_shown_with_the_others(bot):
    [seen] = bot.command(PRIYA, TEAM, "log @Harbour")
    bot.press(PRIYA, seen, blocks.OPEN, settle=False)
    form = bot.modal(PRIYA)
    refused = bot.submit(PRIYA, form, **GOOD | {blocks.DAY: "2026-03-04"})
    assert "still to come" in refused["errors"][blocks.DAY]
    long = "They plan a second depot. " + "x" * 1500
    bot.submit(PRIYA, form, **GOOD | {blocks.WORDS: long})
    [row] = bot.rows(select(Activity))
    assert (row.kind, row.text, row.by_name) == ("call", long, "Priya Raman")
    assert row.happened_on == date(2026, 3, 2)
    told = texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])
    assert "Call noted." in told
    assert "They plan a second depot." in told


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        pytest.param({blocks.WORDS: "  "}, blocks.WORDS, id="no words"),
        pytest.param({blocks.KIND: "dinner"}, blocks.KIND, id="no such kind"),
        pytest.param({blocks.DAY: ""}, blocks.DAY, id="no day"),
        pytest.param({blocks.DAY: "2026-03-04"}, blocks.DAY, id="a day to come"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_at_its_field(changed, wrong):
    assert list(problems(GOOD | changed, TODAY)) == [wrong]


def test_what_is_right_has_no_problems():
    assert problems(GOOD, TODAY) == {}


@pytest.mark.parametrize(
    "name", ["Acme", "<!channel> " + "x" * 300], ids=["a name", "a long and hostile one"]
)
def test_the_form_is_one_that_slack_takes(name):
    check_view(blocks.log_modal(name, TODAY, {"channel_id": "C1"}))


def test_a_sign_of_growth_in_the_form_is_told_to_playbooks(bot):
    [seen] = bot.command(PRIYA, TEAM, "log @Harbour")
    bot.press(PRIYA, seen, blocks.OPEN, settle=False)
    form = bot.modal(PRIYA)
    named = GOOD | {blocks.SIGN: "department"}
    refused = bot.submit(PRIYA, form, **named)
    assert "Name it" in refused["errors"][blocks.WHICH]
    bot.submit(PRIYA, form, **named | {blocks.WHICH: "Finance"})
    assert "A new department noted" in texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])
    assert "department.new" in [one.name for one in bot.rows(select(Happening))]
