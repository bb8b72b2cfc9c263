"""What an account was before stays known, and an opened article counts once a person, article and day."""

from datetime import timedelta

import pytest

from store.accounts_import import import_csv
from store.tables import Account, Opening
from store.tables.changes import SEGMENT, STAGE, changes_in, note_change
from store.tables.openings import note_opening


def test_an_import_notes_what_stage_and_segment_an_account_had_before(database, company, clock):
    head = "account_id,name,stage,segment\n"
    for row in ("nord,Nordwind GmbH,renewal,MM\n", "nord,Nordwind GmbH,renewal,ENT\n"):
        import_csv(database, company.workspace_id, "accounts", head + row, now=clock.now())
    with database.reading() as session:
        found = [(one.kind, one.before, one.after) for one in changes_in(session, company.workspace_id)]
    assert sorted(found) == [(SEGMENT, "MM", "ENT"), (STAGE, "adoption", "renewal")]


def test_importing_the_same_again_or_somebody_new_is_no_move(database, company, clock):
    rows = "account_id,name,stage\nnord,Nordwind GmbH,adoption\nnew,New Ltd,decision\n"
    import_csv(database, company.workspace_id, "accounts", rows, now=clock.now())
    with database.reading() as session:
        assert changes_in(session, company.workspace_id) == []


def test_an_industry_is_read_from_the_accounts_file(database, company, clock):
    rows = "account_id,name,industry\nnord,Nordwind GmbH,Logistics\n"
    import_csv(database, company.workspace_id, "accounts", rows, now=clock.now())
    with database.reading() as session:
        assert session.get(Account, company.accounts["nord"]).industry == "Logistics"


def test_no_move_is_noted_where_nothing_moved(database, company, clock):
    with database.transaction() as session:
        account = session.get(Account, company.accounts["nord"])
        note_change(session, account, STAGE, account.stage, clock.now())
        assert changes_in(session, company.workspace_id) == []


@pytest.mark.parametrize(
    ("who", "uri", "days", "is_new"),
    [
        pytest.param("U0ANA", "exports.md", 0, False, id="the same again"),
        pytest.param("U0BEN", "exports.md", 0, True, id="somebody else"),
        pytest.param("U0ANA", "sso.md", 0, True, id="another article"),
        pytest.param("U0ANA", "exports.md", 1, True, id="another day"),
    ],
)
def test_an_opened_article_counts_once_a_person_article_and_day(
    database, company, clock, who, uri, days, is_new
):
    def opened(user, article, after):
        at = clock.now() + timedelta(days=after)
        return Opening(
            workspace_id=company.workspace_id, account_id=company.accounts["nord"], slack_user_id=user, citation_id="c",
            uri=article, title=article, opened_on=at.date(), created_at=at,
        )  # fmt: skip

    with database.transaction() as session:
        assert note_opening(session, opened("U0ANA", "exports.md", 0))
        assert note_opening(session, opened(who, uri, days)) is is_new
