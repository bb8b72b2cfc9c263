"""Never to the wrong person: who may read what, where. Each case is a promise."""

from __future__ import annotations

import pytest

import knowledge.types
from store import access
from store.access import account_in_question, map_channel, place_of, readable_audiences
from store.people import resolve_person, visible_account_ids
from store.tables import Account

P, C, I = "public", "customer", "internal"  # noqa: E741 - reads as a table below
NORD, BOLT, PROS = "account:nord", "account:bolt", "account:pros"
EAST = {"U0MIA", "U0OMAR"}

CASES = [
    # who, where, who else is there, may read
    pytest.param("U0OMAR", "dm", None, {P, C, I, NORD, PROS}, id="csm in a DM"),
    pytest.param("U0MIA", "dm", None, {P, C, I, NORD, PROS}, id="manager in a DM"),
    pytest.param("U0LENA", "dm", None, {P, C, I, BOLT}, id="csm of another team in a DM"),
    pytest.param("U0DANA", "dm", None, {P, C, I, NORD, BOLT, PROS, "account:free"}, id="admin in a DM"),
    pytest.param("U0OMAR", "C0NORD", None, {P, C, NORD}, id="csm in the customer's channel"),
    pytest.param("U0OMAR", "C0NORD", EAST, {P, C, NORD}, id="csm in the customer's channel with staff only"),
    pytest.param("U0LENA", "C0NORD", None, {P, C}, id="csm of another team in the customer's channel"),
    pytest.param("U0DANA", "C0NORD", None, {P, C, NORD}, id="admin in the customer's channel"),
    pytest.param("U0OMAR", "C0PROS", None, {P}, id="csm in a prospect's channel"),
    pytest.param("U0OMAR", "C0TEAM", EAST, {P, C, I, NORD, PROS}, id="csm among their team"),
    pytest.param("U0OMAR", "C0TEAM", {*EAST, "U0LENA"}, {P, C, I}, id="csm among two teams"),
    pytest.param("U0DANA", "C0TEAM", {"U0DANA", "U0LENA"}, {P, C, I, BOLT}, id="admin beside a csm"),
    pytest.param("U0OMAR", "C0TEAM", {*EAST, "U0NOBODY"}, {P}, id="csm in a channel with one unknown person"),
    pytest.param("U0OMAR", "C0TEAM", {*EAST, "U0ANA"}, {P}, id="csm in an unmapped channel with a contact"),
    pytest.param("U0OMAR", "C0TEAM", None, {P}, id="csm in a channel of unknown members"),
    pytest.param("U0OMAR", "C0TEAM", set(), {P}, id="csm in a channel said to be empty"),
    pytest.param("U0ANA", "dm", None, {P, C, NORD}, id="customer in a DM"),
    pytest.param("U0BEN", "dm", None, {P, C, NORD}, id="customer known by e-mail in a DM"),
    pytest.param("U0ANA", "C0NORD", None, {P, C, NORD}, id="customer in their channel"),
    pytest.param("U0CARA", "C0NORD", None, {P, C}, id="customer in another customer's channel"),
    pytest.param("U0ANA", "C0TEAM", None, {P}, id="customer in an unmapped channel"),
    pytest.param("U0ANA", "C0TEAM", EAST, {P, C, NORD} & {P, C, I, NORD, PROS}, id="customer among staff"),
    pytest.param("U0ZOE", "dm", None, {P, C, NORD, BOLT}, id="contact of two customers in a DM"),
    pytest.param("U0ZOE", "C0NORD", None, {P, C, NORD}, id="contact of two customers in one's channel"),
    pytest.param("U0PIET", "dm", None, {P}, id="prospect in a DM"),
    pytest.param("U0PIET", "C0PROS", None, {P}, id="prospect in their channel"),
    pytest.param("U0PIET", "C0NORD", None, {P}, id="prospect in a customer's channel"),
    pytest.param("U0ANA", "C0PROS", None, {P}, id="customer in a prospect's channel"),
    pytest.param("U0GONE", "dm", None, {P}, id="contact who left"),
    pytest.param("U0GONE", "C0NORD", None, {P}, id="contact who left in the customer's channel"),
    pytest.param("U0NOBODY", "dm", None, {P}, id="unknown person in a DM"),
    pytest.param("U0NOBODY", "C0NORD", None, {P}, id="unknown person in a customer's channel"),
    pytest.param("U0NEVERSEEN", "C0TEAM", EAST, {P}, id="never met, among staff"),
]


@pytest.mark.parametrize(("who", "where", "members", "expected"), CASES)
def test_understand_capabilities_readable_is_what_the_person_and_everyone_in_the_place_may_read(
    database, company, who, where, members, expected
):
    with database.reading() as session:
        person = resolve_person(session, company.workspace_id, who)
        place = place_of(session, company.workspace_id, where, is_dm=where == "dm", members=members)
        visible = visible_account_ids(session, company.workspace_id, person)

    readable = readable_audiences(person, place, visible)

    keys = {f"account:{account_id}": f"account:{key}" for key, account_id in company.accounts.items()}
    assert {keys.get(audience, audience) for audience in readable} == expected


@pytest.mark.parametrize(
    ("who", "where", "expected"),
    [
        ("U0ANA", "dm", "nord"),
        ("U0CARA", "C0NORD", "nord"),
        ("U0OMAR", "C0NORD", "nord"),
        ("U0OMAR", "dm", None),
        ("U0ZOE", "dm", None),
        ("U0NOBODY", "C0NORD", "nord"),
    ],
)
def test_a_question_is_about_the_channels_account_else_the_askers(database, company, who, where, expected):
    with database.reading() as session:
        person = resolve_person(session, company.workspace_id, who)
        place = place_of(session, company.workspace_id, where, is_dm=where == "dm")

    account = account_in_question(person, place)
    assert (account and account.key) == expected


def test_a_channel_is_tied_to_its_account_when_the_bot_first_sees_it(database, company, clock):
    with database.transaction() as session:
        account = map_channel(session, company.workspace_id, "C0BOLT", "#ext-bolt", clock.now())
        assert account.key == "bolt"

    with database.reading() as session:
        assert place_of(session, company.workspace_id, "C0BOLT").account.key == "bolt"


def test_a_later_channel_of_the_same_name_is_not_the_accounts(database, company, clock):
    with database.transaction() as session:
        assert map_channel(session, company.workspace_id, "C0IMPOSTOR", "ext-nordwind", clock.now()) is None


def test_a_channel_name_that_two_accounts_claim_belongs_to_neither(database, company, clock):
    with database.transaction() as session:
        free = session.get(Account, company.accounts["free"])
        free.slack_channel_name = "ext-bolt"
        session.add(free)
        session.flush()

        assert map_channel(session, company.workspace_id, "C0BOLT", "ext-bolt", clock.now()) is None


def test_store_and_knowledge_name_the_audiences_alike():
    ours = (access.PUBLIC, access.CUSTOMER, access.INTERNAL, access.account_audience("x"))
    theirs = knowledge.types
    assert ours == (theirs.PUBLIC, theirs.CUSTOMER, theirs.INTERNAL, theirs.account_audience("x"))
