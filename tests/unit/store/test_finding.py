"""What `@x` means."""

from __future__ import annotations

import pytest

from store.finding import find_account


def keys(database, company, text, among=("nord", "bolt", "pros", "free")):
    ids = [company.accounts[key] for key in among]
    with database.reading() as session:
        match = find_account(session, company.workspace_id, text, ids)
    return [account.key for account in match.accounts], match.certain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("@nord", ["nord"], id="key"),
        pytest.param("NORDWIND gmbh", ["nord"], id="name in any case"),
        pytest.param("  @Nordwind   GmbH ", ["nord"], id="name with spaces"),
        pytest.param("nw", ["nord"], id="alias"),
        pytest.param("<#C0NORD|ext-nordwind>", ["nord"], id="channel as Slack escapes it"),
        pytest.param("<#C0NORD>", ["nord"], id="channel without its name"),
        pytest.param("#ext-bolt", ["bolt"], id="channel name"),
        pytest.param("<@U0ANA>", ["nord"], id="contact as Slack escapes it"),
        pytest.param("<@U0ANA|ana>", ["nord"], id="contact with a name"),
        pytest.param("ben@nord.example", ["nord"], id="contact's address"),
        pytest.param(
            "<mailto:ben@nord.example|ben@nord.example>", ["nord"], id="address as Slack escapes it"
        ),
        pytest.param("@Cara Diaz", ["bolt"], id="contact's name"),
        pytest.param("prosp", ["pros"], id="beginning of a name"),
        pytest.param("agents", ["free"], id="beginning of a later word"),
    ],
)
def test_a_name_means_one_account(database, company, text, expected):
    assert keys(database, company, text) == (expected, True)


def test_a_contact_of_two_accounts_leaves_a_choice(database, company):
    found, certain = keys(database, company, "zoe@consult.example")

    assert (sorted(found), certain) == (["bolt", "nord"], True)


def test_a_misspelt_name_is_offered_but_never_taken_for_certain(database, company):
    assert keys(database, company, "nordwnd gmbh") == (["nord"], False)


@pytest.mark.parametrize(
    "text", ["", "  ", "@", "#", "zzzzzz", "<#C0NOWHERE|x>", "<@U0NOBODY>", "'; DROP TABLE", "n"]
)
def test_what_means_nothing_finds_nothing(database, company, text):
    assert keys(database, company, text)[0] == []


@pytest.mark.parametrize("text", ["nord", "nordwnd", "<#C0NORD>", "<@U0ANA>", "ana@nord.example", "NW"])
def test_an_account_that_the_asker_does_not_see_is_never_named(database, company, text):
    assert keys(database, company, text, among=("bolt",))[0] == []


def test_only_a_single_certain_match_is_taken_without_asking(database, company):
    ids = list(company.accounts.values())
    with database.reading() as session:
        assert find_account(session, company.workspace_id, "nord", ids).account.key == "nord"
        assert find_account(session, company.workspace_id, "nordwnd gmbh", ids).account is None
        assert find_account(session, company.workspace_id, "zoe@consult.example", ids).account is None
        assert find_account(session, company.workspace_id, "nothing", ids).account is None
