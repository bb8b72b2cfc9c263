"""`/cs admin`: what is missing with its remedy, and roles that admins give."""

import pytest
from sqlmodel import select

from bot.blocks.admin import role_given, roles_speech
from store.tables import SlackUser, StaffMember, Workspace
from tests.bot_fixtures import GRACE, ISLA, NOOR, PRIYA, TEAM, TOM, texts_of
from tests.local_slack import client_of


@pytest.fixture(autouse=True)
def bound(bot):
    """The workspace knows which Slack organisation is ours, as it does once the bot has connected."""
    team = client_of(bot.slack).auth_test()["team_id"]
    with bot.database.transaction() as session:
        workspace = session.get_one(Workspace, bot.workspace_id)
        workspace.slack_team_id = team
        session.add(workspace)


def says(bot, text, user=NOOR):
    [message] = bot.command(user, TEAM, text)
    assert message["text"]
    return texts_of(message)


def role(bot, user):
    rows = bot.rows(select(StaffMember).where(StaffMember.slack_user_id == user))
    return rows[0].role if rows else None


def test_it_says_what_is_there_and_what_to_do_about_the_rest(bot):
    text = says(bot, "admin")
    assert "Knowledge:" in text
    assert "Staff: 5" in text
    assert "want your attention" in text or "Everything is set up" in text


@pytest.mark.parametrize("user", [GRACE, PRIYA])
def test_it_is_for_admins(bot, user):
    assert "is for admins" in says(bot, "admin", user)
    assert "is for admins" in says(bot, f"admin role <@{TOM}> admin", user)
    assert role(bot, TOM) == "csm"


def test_an_admin_makes_a_csm_a_manager_who_may_then_do_what_managers_do(bot):
    assert "sees the accounts of the teams" in says(bot, f"admin role <@{TOM}> manager")
    assert role(bot, TOM) == "manager"
    assert "already" in says(bot, f"admin role <@{TOM}|tom> Manager")


def test_a_role_is_taken_away_again(bot):
    assert "is not of the team" in says(bot, f"admin role <@{TOM}> none")
    assert role(bot, TOM) is None
    assert "is for customer success managers" in says(bot, "tasks", TOM)


def test_a_new_colleague_gets_a_role_without_a_file(bot):
    says(bot, f"admin role <@{TOM}> none")
    says(bot, f"admin role <@{TOM}> csm")
    [row] = bot.rows(select(StaffMember).where(StaffMember.slack_user_id == TOM))
    assert (row.role, row.email) == ("csm", "tom.lindqvist@fernway.example")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(f"admin role <@{TOM}> king", "Who gets which role?", id="no such role"),
        pytest.param("admin role tom csm", "Who gets which role?", id="no mention"),
        pytest.param(f"admin role <@{NOOR}> csm", "Nobody changes their own role", id="oneself"),
        pytest.param("admin role <@U0WILL> csm", "your own Slack organisation", id="somebody else's"),
    ],
)
def test_what_cannot_be_given_is_said_with_the_remedy(bot, words, sentence):
    before = {row.email: row.role for row in bot.rows(select(StaffMember))}
    assert sentence in says(bot, words)
    assert {row.email: row.role for row in bot.rows(select(StaffMember))} == before


def test_without_an_address_there_is_no_role(bot):
    bot.services.directory.meet(TOM)
    with bot.database.transaction() as session:
        for row in session.exec(select(SlackUser).where(SlackUser.slack_user_id == TOM)).all():
            row.email, row.updated_at = (
                None,
                bot.services.wall.now(),
            )  # fresh, so that Slack is not asked again
            session.add(row)
    assert "e-mail address" in says(bot, f"admin role <@{TOM}> manager")


def test_the_roles_are_listed(bot):
    text = says(bot, "admin roles")
    assert "Priya Raman · csm" in text
    assert "Noor Haddad · admin" in text
    assert ISLA not in text


def test_no_members_and_an_admin_of_the_settings_are_said_so():
    assert "Nobody has a role" in roles_speech([], "How.").text
    assert "GUIDEPOST_ADMINS" in role_given("Noor", "csm", "admin", "admin").text
