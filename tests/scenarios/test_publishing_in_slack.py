"""`/cs play publish|retire|migrate`: what begins by itself, and a run that goes on with another version."""

from __future__ import annotations

import pytest
from sqlmodel import select

from playbooks import loader
from store.tables import PlaybookDefinition, PlaybookRun
from tests.bot_fixtures import NOOR, PRIYA, texts_of
from tests.scenarios.test_playbooks_in_slack import Play

NAME = "onboarding"


@pytest.fixture
def play(bot):
    return Play(bot)


def published(play):
    rows = play.bot.rows(select(PlaybookDefinition))
    return [(row.name, row.version) for row in rows if row.published_at and not row.retired_at]


def test_only_a_manager_says_what_begins_by_itself(play):
    assert "Only a manager" in play.says(PRIYA, f"publish {NAME}")
    assert published(play) == []
    assert "is published and begins" in play.says(NOOR, f"publish {NAME}")
    assert [name for name, _ in published(play)] == [NAME]
    assert "begins by itself no more" in play.says(NOOR, f"retire {NAME}")
    assert "was not published" in play.says(NOOR, f"retire {NAME}")
    assert published(play) == []
    assert "There is no playbook “salsa”" in play.says(NOOR, "publish salsa")


def test_a_run_goes_on_with_the_newest_version_only_when_somebody_says_so(play):
    play.start(PRIYA, f"{NAME} @Fresh Fields")
    assert "has the newest version already" in play.says(PRIYA, "migrate @Fresh Fields")
    runner = play.bot.services.runner
    body = {**runner.definitions[NAME].body, "version": "9.9.9"}
    newer = loader.Definition(loader.parse(body), body, loader.fingerprint(body))
    runner.publish(newer, NOOR, play.bot.services.workspace_id)
    [said] = play.bot.command(PRIYA, play.bot.dm(PRIYA), "play migrate @Fresh Fields")
    assert "9.9.9" in texts_of(said)
    assert "Nothing was changed" in texts_of(said)
    [before] = play.bot.rows(select(PlaybookRun))
    play.bot.press(PRIYA, said, "play_steer_migrate")
    [after] = play.bot.rows(select(PlaybookRun))
    assert after.definition_id != before.definition_id
    assert "has the newest version already" in play.says(PRIYA, "migrate @Fresh Fields")
