"""19: a new version is published while twelve runs go on: they stay as they were; three are taken over by hand."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import yaml

from bot.cli import main
from playbooks import loader
from playbooks.situation import Setting
from store.tables import Account, PlaybookRun, RunStep

NEW = {
    "title": "A word in between",
    "when": "S+20d",
    "to": "admin",
    "message": "Hi {first}, half of the first weeks is over. {csm_first} is there for you.",
}


@pytest.fixture
def guidepost(story, capsys):
    """The command line; what it prints."""
    core = SimpleNamespace(
        database=story.bot.database,
        workspace_id=story.services.workspace_id,
        clock=story.services.clock,
        playbook_setting=Setting(),
    )

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["playbooks", *arguments], lambda: core)
        assert not ended.value.code, capsys.readouterr().err
        return capsys.readouterr().out

    return run


def test_a_new_version_leaves_runs_alone_and_three_are_taken_over_by_hand(story, guidepost, tmp_path):
    guidepost("publish", "onboarding")
    with story.bot.database.transaction() as session:
        for account in story.rows(Account):
            story.services.runner.start_in(
                session, "onboarding", account.id, "U0NOOR", story.services.workspace_id
            )
    story.wait(timedelta(days=1))
    runs = sorted(story.rows(PlaybookRun), key=lambda run: run.id)
    assert len(runs) == 12
    before = states(story)

    body = loader.find(story.services.runner.definitions, "onboarding").body
    body = body | {"version": "99.0.0", "steps": body["steps"] | {"O_between": NEW}}
    (tmp_path / "new.yaml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    assert "Runs that go on keep their version" in guidepost("publish", str(tmp_path / "new.yaml"))
    story.happens()
    assert states(story) == before

    for run in runs[:3]:
        assert "Nothing was changed" in guidepost("migrate", run.id)
    assert states(story) == before
    for run in runs[:3]:
        assert "O_between added" in guidepost("migrate", run.id, "--yes")
    with_it = {step.run_id for step in story.rows(RunStep, RunStep.step == "O_between")}
    assert with_it == {run.id for run in runs[:3]}
    after = {key: state for key, state in states(story).items() if key[1] != "O_between"}
    assert after == before


def states(story):
    return {(step.run_id, step.key): step.state for step in story.rows(RunStep)}
