"""Customers who pay by the month hear once a quarter what they got; there is no renewal to talk about."""

from __future__ import annotations

from datetime import date

import pytest

from playbooks.errors import CannotStart
from playbooks.stand_ins import Script, Scripted
from store.tables import Subscription, accounts


@pytest.fixture
def monthly(shipped_world):
    """The small customer pays by the month."""
    with shipped_world.database.reading() as session:
        term = accounts.running_subscription(session, shipped_world.accounts["smb"])
    shipped_world.change((Subscription, term.id), period="monthly")
    return shipped_world


def course(world, answers):
    people = Script({step: Scripted(value) for step, value in answers.items()})
    return world.simulate(["recap"], "smb", people=people, until=date(2026, 4, 30))


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param({}, "No answer", id="silent"),
        pytest.param({"V1": "yes"}, "Going as they want", id="well"),
        pytest.param({"V1": "no"}, "Something to talk about", id="badly"),
    ],
)
def test_every_course_ends_as_it_was_answered(monthly, answers, outcome):
    found = course(monthly, answers)
    [message] = [line for line in found.lines if line.kind == "message"]
    assert "640 jobs" in message.text
    assert [line.text for line in found.lines if line.kind == "outcome"] == [outcome]


def test_a_yearly_contract_has_a_renewal_instead(shipped_world):
    with pytest.raises(CannotStart, match="does not pay by the month"):
        shipped_world.start("recap", "mm")


def test_a_monthly_contract_has_no_renewal(monthly):
    with pytest.raises(CannotStart, match="pays by the month"):
        monthly.start("renewal", "smb")
