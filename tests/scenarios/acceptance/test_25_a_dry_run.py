"""25: a dry run on three accounts says what the real run then sends, to whom and when; it posts nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.cli import main
from playbooks.situation import Setting
from store.tables import OutboxMessage, PlaybookRun

SIMULATE = ["playbooks", "simulate", "onboarding", "--until", "2026-04-20", "--json"]
ACCOUNTS = {"Petal & Post": "Tom", "Corner Crust": "Tom", "Fresh Fields Market": "Priya"}


def test_a_dry_run_on_three_accounts_is_what_the_real_run_sends_and_posts_nothing(story, capsys):
    core = SimpleNamespace(
        database=story.bot.database,
        workspace_id=story.services.workspace_id,
        clock=story.services.clock,
        playbook_setting=Setting(),
    )
    planned = {}
    for name in ACCOUNTS:
        with pytest.raises(SystemExit):
            main([*SIMULATE, "--account", name], lambda: core)
        lines = json.loads(capsys.readouterr().out)
        planned[name] = [
            (f"{datetime.fromisoformat(one['at']):%d %b %H:%M}", one["step"], one["to"])
            for one in lines
            if one["kind"] in {"message", "nudge"}
        ]
    assert story.rows(OutboxMessage) == []
    assert story.rows(PlaybookRun) == []
    for name, csm in ACCOUNTS.items():
        story.tell(f"""
            {csm}: /cs play start onboarding @{name}
            {csm} presses Start for {name}
        """)
    story.wait(timedelta(days=47))
    for name in ACCOUNTS:
        run = story.run(name, "onboarding")
        sent = [
            row for row in story.sent("playbook_message", "playbook_nudge") if row.payload["run_id"] == run.id
        ]
        real = [
            (f"{row.sent_at:%d %b %H:%M}", row.payload["step_key"], row.payload["contact_name"])
            for row in sent
        ]
        assert sorted(real) == sorted(planned[name]), name
