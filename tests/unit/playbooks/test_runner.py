"""The runner on a real store: one transaction a transition, everything once."""

from __future__ import annotations


def test_a_run_goes_from_start_to_outcome(world):
    run = world.start("onboarding", "smb")
    assert world.said() == [("O1", "UADA_SMB")]
    world.reply(run, "O1", "UADA_SMB", "team_live")
    world.until(2026, 3, 9, 12)
    world.reply(run, "O2", "UADA_SMB", "blocked")
    assert [t.title for t in world.tasks()] == [
        "Book the kickoff with Smb Works",
        "Unblock Smb Works: offer Ada a session",
    ]
    world.until(2026, 3, 16, 12)
    world.reply(run, "O3_not_yet", "UBEN_SMB", "book")
    world.until(2026, 4, 1, 12)
    world.reply(run, "O4", "UADA_SMB", "yes")
    overview = world.runner.run_overview(run)
    assert (overview.state, overview.outcome) == ("finished", "adopted")
    assert [s for s, _ in world.said()] == ["O1", "O2", "O3_not_yet", "O4"]
