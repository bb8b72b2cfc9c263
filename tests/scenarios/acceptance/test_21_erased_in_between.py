"""21: somebody is erased while a playbook asks them: nothing is left of them, and the run goes on."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.cli import main
from playbooks.situation import Setting
from store.tables import Contact, Erasure, OutboxMessage
from tests.bot_fixtures import ISLA


def test_who_is_erased_in_between_is_never_written_to_again_and_the_run_goes_on(story, capsys):
    story.tell("""
        Priya: /cs play start renewal @Harbour
        Priya presses Start for Harbour Bakery Group
        Isla: We are opening our bakery in Whitby, how do I plan it?
        -- 3 days
        Isla hears: how do you feel about the year
        Isla replies: we plan a bakery in Whitby and need more seats
    """)
    core = SimpleNamespace(
        database=story.bot.database,
        workspace_id=story.services.workspace_id,
        clock=story.services.clock,
        playbook_setting=Setting(),
    )
    with pytest.raises(SystemExit) as ended:
        main(["privacy", "erase", "isla@harbourbakery.example", "--yes"], lambda: core)
    assert ended.value.code in {0, None}
    assert "Whitby" not in capsys.readouterr().out
    heard = len(story.heard("Isla"))
    story.wait(timedelta(days=45))
    assert len(story.heard("Isla")) == heard
    assert {one.requested_by for one in story.rows(Erasure)} == {"command line"}
    assert [one.name for one in story.rows(Contact, Contact.slack_user_id == ISLA)] == []
    assert story.rows(OutboxMessage, OutboxMessage.slack_user_id == ISLA) == []
    assert story.run("Harbour Bakery Group", "renewal").state == "active"
    assert any(row.payload["contact_name"] != "Isla Brennan" for row in story.sent())
