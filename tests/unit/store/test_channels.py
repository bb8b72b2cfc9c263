"""What was decided for a channel: one row, the last word counts."""

import pytest
from sqlmodel import select

from store.tables import ChannelPolicy
from store.tables.channels import MENTION, POLICIES, policy_of, set_policy


def test_a_channel_without_a_decision_is_answered_where_it_is_mentioned(database, workspace):
    with database.reading() as session:
        assert policy_of(session, workspace.id, "C1") == MENTION


@pytest.mark.parametrize("policy", POLICIES)
def test_the_last_decision_counts(database, workspace, clock, policy):
    for chosen in ("every", policy):
        with database.transaction() as session:
            set_policy(session, workspace.id, "C1", chosen, by="U1", now=clock.now())
    with database.reading() as session:
        assert policy_of(session, workspace.id, "C1") == policy
        assert policy_of(session, workspace.id, "C2") == MENTION
        assert len(session.exec(select(ChannelPolicy)).all()) == 1


def test_an_unknown_policy_is_refused(database, workspace, clock):
    with database.transaction() as session, pytest.raises(ValueError, match="loud"):
        set_policy(session, workspace.id, "C1", "loud", by="U1", now=clock.now())
