"""People choose how often they are asked, and playbooks keep to it."""

import itertools

import pytest

from playbooks.workdays import Calendar
from store.tables import workspaces


def days_asked(world):
    """The days on which the account's people were asked something by the bot's own beginning, by person."""
    found = {}
    for row in world.messages():
        found.setdefault(row.slack_user_id, []).append(row.created_at.date())
    return found


@pytest.mark.parametrize(("cadence", "apart"), [("usual", 5), ("fewer", 10), ("monthly", 21)])
def test_constant_interaction_two_check_ins_of_a_person_are_as_far_apart_as_they_chose(world, cadence, apart):
    with world.database.transaction() as session:
        for slack_id in world.contacts:
            workspaces.set_cadence(session, world.workspace_id, slack_id, cadence, world.clock.now())
    world.start("onboarding", "smb")
    world.until(2026, 8, 1, 12)
    calendar = Calendar("Europe/London")
    asked = days_asked(world)
    assert max(map(len, asked.values())) > 1
    for days in asked.values():
        for before, after in itertools.pairwise(days):
            assert after >= calendar.add(before, apart), (cadence, days)
