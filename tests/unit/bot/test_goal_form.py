"""The form of `/cs goals`; on a running local workspace."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.blocks import goal_form as blocks
from bot.listeners.goal_form import problems
from store.tables import Goal
from tests.bot_fixtures import ISLA, PRIYA, TEAM, TOM, texts_of


def test_a_goal_is_filled_in_and_shown_with_the_others(bot):
    [shown] = bot.command(PRIYA, TEAM, "goals @Harbour")
    bot.press(PRIYA, shown, blocks.OPEN, settle=False)
    form = bot.modal(PRIYA)
    refused = bot.submit(PRIYA, form, **{blocks.TITLE: "  "})
    assert refused["errors"] == {blocks.TITLE: "Write what they want to reach."}
    values = {
        blocks.TITLE: "Less planning",
        blocks.UNIT: "minutes a day",
        blocks.BASELINE: "95.5",
        blocks.TARGET: "35",
        blocks.DUE: "2026-06-01",
    }
    bot.submit(PRIYA, form, **values)
    [goal] = bot.rows(select(Goal))
    assert (goal.title, goal.unit, goal.baseline, goal.target) == (
        "Less planning",
        "minutes a day",
        95.5,
        35.0,
    )
    assert goal.due_on.isoformat() == "2026-06-01"
    told = texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])
    assert "Added “Less planning”" in told
    assert "95.5, target 35 minutes a day" in told


def test_only_what_is_to_be_reached_has_to_be_filled_in(bot):
    [shown] = bot.command(PRIYA, TEAM, "goals @Harbour")
    bot.press(PRIYA, shown, blocks.OPEN, settle=False)
    bot.submit(PRIYA, bot.modal(PRIYA), **{blocks.TITLE: "Everybody plans by themselves"})
    [goal] = bot.rows(select(Goal))
    assert (goal.baseline, goal.target, goal.due_on) == (None, None, None)


def test_whoever_does_not_see_the_account_gets_no_form(bot):
    [shown] = bot.command(TOM, TEAM, "goals @Petal & Post")
    assert "Goals of Petal" in texts_of(shown)
    refused = bot.command(ISLA, bot.dm(ISLA), "goals @Petal & Post")
    assert all(blocks.OPEN not in str(one) for one in refused)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({blocks.TITLE: "x", blocks.BASELINE: "many"}, blocks.BASELINE),
        ({blocks.TITLE: "x", blocks.TARGET: "1e9"}, blocks.TARGET),
        ({blocks.TITLE: "x", blocks.BASELINE: "5", blocks.TARGET: "5.0"}, blocks.TARGET),
        ({}, blocks.TITLE),
    ],
)
def test_what_is_wrong_with_a_form_is_said_at_its_field(values, wrong):
    assert list(problems(values)) == [wrong]
