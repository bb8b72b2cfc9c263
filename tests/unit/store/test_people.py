"""Who somebody is, and which accounts they see."""

from __future__ import annotations

import pytest
from sqlmodel import select

from store.people import link_by_email, owner_of, person_named, resolve_person, visible_accounts
from store.tables import Account, Contact, StaffMember
from store.tables.workspaces import opt_out, remember_user


def resolve(database, company, slack_user_id, first_admins=()):
    with database.reading() as session:
        return resolve_person(session, company.workspace_id, slack_user_id, first_admins)


@pytest.mark.parametrize(
    ("slack_user_id", "kind", "role", "account"),
    [
        pytest.param("U0DANA", "staff", "admin", None, id="admin by Slack id"),
        pytest.param("U0MIA", "staff", "manager", None, id="manager"),
        pytest.param("U0OMAR", "staff", "csm", None, id="csm"),
        pytest.param("U0ANA", "contact", "end_user", "nord", id="contact by Slack id"),
        pytest.param("U0BEN", "contact", "end_user", "nord", id="contact by e-mail"),
        pytest.param("U0ZOE", "contact", "end_user", None, id="contact of two accounts"),
        pytest.param("U0GONE", "unknown", "end_user", None, id="contact who left"),
        pytest.param("U0NOBODY", "unknown", "end_user", None, id="address nobody has"),
        pytest.param("U0NEVERSEEN", "unknown", "end_user", None, id="never met"),
    ],
)
def test_a_slack_user_is_somebody(database, company, slack_user_id, kind, role, account):
    person = resolve(database, company, slack_user_id)

    assert (person.kind, person.role) == (kind, role)
    assert (person.account and person.account.key) == account


def test_a_contact_of_two_accounts_belongs_to_both(database, company):
    assert {account.key for account in resolve(database, company, "U0ZOE").accounts} == {"nord", "bolt"}


@pytest.mark.parametrize(
    "first_admin", ["U0NEWSTAFF", " New@Guide.example "], ids=["by Slack id", "by e-mail"]
)
def test_the_first_admins_need_no_row(database, company, first_admin):
    person = resolve(database, company, "U0NEWSTAFF", [first_admin])

    assert (person.kind, person.role) == ("staff", "admin")


def test_an_address_given_by_another_organisation_makes_nobody_staff(database, company, clock):
    with database.transaction() as session:
        session.add(
            StaffMember(
                workspace_id=company.workspace_id,
                email="new@guide.example",
                name="New",
                role="admin",
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )

    assert resolve(database, company, "U0NEWSTAFF").role == "admin"
    assert resolve(database, company, "U0FAKE").kind == "unknown"
    assert resolve(database, company, "U0FAKE", ["new@guide.example"]).kind == "unknown"


def test_the_address_of_somebody_who_is_linked_cannot_be_used_by_another(database, company, clock):
    with database.transaction() as session:
        remember_user(session, company.workspace_id, "U0TWIN", clock.now(), email="ana@nord.example")

    assert resolve(database, company, "U0TWIN").kind == "unknown"


def test_a_bot_is_nobody(database, company, clock):
    with database.transaction() as session:
        remember_user(session, company.workspace_id, "U0OMAR", clock.now(), is_bot=True)

    assert resolve(database, company, "U0OMAR").kind == "unknown"


def test_zone_and_opt_out_come_from_what_slack_and_the_person_said(database, company, clock):
    with database.transaction() as session:
        remember_user(session, company.workspace_id, "U0ANA", clock.now(), timezone="Europe/Madrid")
        opt_out(session, company.workspace_id, "U0ANA", clock.now())

    person = resolve(database, company, "U0ANA")
    assert (person.timezone, person.opted_out) == ("Europe/Madrid", True)


@pytest.mark.parametrize(
    ("name", "kind", "role"),
    [
        ("U0ANA", "contact", "end_user"),
        ("<@U0ANA>", "contact", "end_user"),
        ("BEN@nord.example", "contact", "end_user"),
        ("omar@guide.example", "staff", "csm"),
        ("nobody@web.example", "unknown", "end_user"),
        ("gone@nord.example", "unknown", "end_user"),
        ("", "unknown", "end_user"),
    ],
)
def test_a_command_names_a_person_by_id_or_address(database, company, name, kind, role):
    with database.reading() as session:
        person = person_named(session, company.workspace_id, name)

    assert (person.kind, person.role) == (kind, role)


@pytest.mark.parametrize(
    ("slack_user_id", "expected"),
    [
        pytest.param("U0DANA", {"nord", "bolt", "pros", "free"}, id="admin sees all"),
        pytest.param("U0MIA", {"nord", "pros"}, id="manager sees the team's"),
        pytest.param("U0OMAR", {"nord", "pros"}, id="csm sees own"),
        pytest.param("U0LENA", {"bolt"}, id="csm of another team"),
        pytest.param("U0SOLO", set(), id="csm without team or accounts"),
        pytest.param("U0ANA", {"nord"}, id="contact sees own"),
        pytest.param("U0NOBODY", set(), id="unknown sees none"),
    ],
)
def test_everybody_sees_their_own_accounts(database, company, slack_user_id, expected):
    person = resolve(database, company, slack_user_id)
    with database.reading() as session:
        assert {a.key for a in visible_accounts(session, company.workspace_id, person)} == expected


def test_a_manager_sees_the_teams_of_those_who_report_to_them(database, company):
    with database.transaction() as session:
        lena = session.exec(select(StaffMember).where(StaffMember.email == "lena@guide.example")).one()
        lena.manager_email = "Mia@guide.example"
        session.add(lena)

    person = resolve(database, company, "U0MIA")
    with database.reading() as session:
        seen = {a.key for a in visible_accounts(session, company.workspace_id, person)}
    assert seen == {"nord", "pros", "bolt"}


def test_security_people_and_accounts_of_another_workspace_do_not_exist(database, company):
    with database.reading() as session:
        assert resolve_person(session, "another", "U0ANA").kind == "unknown"
        omar = resolve_person(session, company.workspace_id, "U0OMAR")
        assert visible_accounts(session, "another", omar) == []


def test_linking_writes_the_slack_id_once(database, company, clock):
    with database.transaction() as session:
        assert link_by_email(session, company.workspace_id, "U0BEN", clock.now())
        assert not link_by_email(session, company.workspace_id, "U0BEN", clock.now())

    with database.reading() as session:
        ben = session.exec(select(Contact).where(Contact.email == "ben@nord.example")).one()
    assert ben.slack_user_id == "U0BEN"


@pytest.mark.parametrize("slack_user_id", ["U0ZOE", "U0NOBODY", "U0NEVERSEEN", "U0GONE"])
def test_linking_leaves_doubtful_people_alone(database, company, clock, slack_user_id):
    with database.transaction() as session:
        assert not link_by_email(session, company.workspace_id, slack_user_id, clock.now())


@pytest.mark.parametrize(("key", "owner"), [("nord", "Omar"), ("free", None)])
def test_an_account_knows_its_owner(database, company, key, owner):
    with database.reading() as session:
        found = owner_of(session, session.get(Account, company.accounts[key]))
    assert (found and found.name) == owner


def test_roles_are_a_ladder(database, company):
    mia = resolve(database, company, "U0MIA")

    assert [mia.may_act_as(role) for role in ("end_user", "csm", "manager", "admin")] == [
        True,
        True,
        True,
        False,
    ]
