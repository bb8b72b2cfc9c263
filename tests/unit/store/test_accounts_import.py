"""Accounts from CSV: bad rows are named, good rows are kept."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from store.accounts_import import Segments, import_csv
from store.csv_columns import NOUNS
from store.errors import ImportFailed
from store.tables import Account, Contact, StaffMember, Subscription, UsageFact

ACCOUNTS = "account_id,name,arr,channel\nnord,Nordwind,48000,#ext-nord\nbolt,Bolt & Co,5000,\n"


@pytest.fixture
def load(database, workspace, clock):
    def run(noun, source, segments=None):
        return import_csv(database, workspace.id, noun, source, now=clock.now(), segments=segments)

    return run


@pytest.fixture
def rows(database):
    def read(model):
        with database.reading() as session:
            return session.exec(select(model)).all()

    return read


def counts(report):
    return report.added, report.updated, report.unchanged, len(report.failed)


def test_every_column_of_every_noun_arrives(load, rows):
    load(
        "accounts",
        "account_id,name,aliases,domain,segment,stage,plan,seats,arr,currency,health,csm_sentiment,goal,timezone,"
        "language,csm_email,channel\n"
        'nord,Nordwind GmbH,"NW; Nord wind ",nord.example,ent,Renewal,Pro,120,48000.50,eur,71,Yellow,'
        '"Fewer tickets, faster",Europe/Berlin,de,Omar@Guide.example,#Ext-Nord\n',
    )
    load(
        "contacts",
        "account_id,email,name,title,persona,timezone,status\n"
        "nord,Ana@Nord.example,Ana Ruiz,Head of Ops,champion,Europe/Madrid,active\n",
    )
    load(
        "subscriptions",
        "subscription_id,account_id,plan,started_on,renews_on,period,auto_renews,notice_days,arr,currency,status\n"
        "s1,nord,Pro,2025-06-01,2026-06-01,annual,yes,60,48000,EUR,active\n",
    )
    load(
        "staff",
        "email,name,role,team,manager_email,timezone\n"
        "Omar@Guide.example,Omar,manager,East,mia@guide.example,Europe/Paris\n",
    )
    load(
        "usage",
        "account_id,kind,value,note,observed_on\nnord,seats_used,88,88 of 120 seats are used,2026-02-28\n",
    )

    account = rows(Account)[0]
    assert (account.key, account.name, account.aliases, account.domain) == (
        "nord",
        "Nordwind GmbH",
        ["NW", "Nord wind"],
        "nord.example",
    )
    assert (account.segment, account.stage, account.plan, account.seats) == ("ENT", "renewal", "Pro", 120)
    assert (account.arr_minor, account.currency, account.health) == (4_800_050, "EUR", 71)
    assert (account.csm_sentiment, account.goal, account.language) == (
        "yellow",
        "Fewer tickets, faster",
        "de",
    )
    assert (account.timezone, account.csm_email) == ("Europe/Berlin", "omar@guide.example")
    assert (account.slack_channel_id, account.slack_channel_name) == (None, "ext-nord")
    contact = rows(Contact)[0]
    assert (contact.account_id, contact.email, contact.persona) == (
        account.id,
        "ana@nord.example",
        "champion",
    )
    term = rows(Subscription)[0]
    assert (term.renews_on, term.auto_renews, term.notice_days) == (date(2026, 6, 1), True, 60)
    staff = rows(StaffMember)[0]
    assert (staff.email, staff.role, staff.team) == ("omar@guide.example", "manager", "East")
    fact = rows(UsageFact)[0]
    assert (fact.kind, fact.value, fact.observed_on) == ("seats_used", "88", date(2026, 2, 28))


def test_importing_again_updates_and_says_what_changed(load, rows):
    assert counts(load("accounts", ACCOUNTS)) == (2, 0, 0, 0)
    assert counts(load("accounts", ACCOUNTS)) == (0, 0, 2, 0)
    assert counts(load("accounts", ACCOUNTS.replace("5000", "7000"))) == (0, 1, 1, 0)
    assert {a.key: a.arr_minor for a in rows(Account)} == {"nord": 4_800_000, "bolt": 700_000}


def test_a_missing_column_leaves_what_is_stored_and_an_empty_cell_empties_it(load, rows):
    load("accounts", "account_id,name,plan,goal\nnord,Nordwind,Pro,Speed\n")
    load("accounts", "account_id,name,plan\nnord,Nordwind,\n")

    assert [(a.plan, a.goal) for a in rows(Account)] == [(None, "Speed")]


BAD_CELLS = [
    ("accounts", "account_id,name,seats", "a,A,1.5", "seats: '1.5' is no whole number"),
    ("accounts", "account_id,name,seats", "a,A,99999999999", "seats: .* no whole number"),
    ("accounts", "account_id,name,seats", "a,A,²", "seats: .* no whole number"),
    ("accounts", "account_id,name,arr", "a,A,$48k", r"arr: .* like 48000 or 48000\.50"),
    ("accounts", "account_id,name,arr", 'a,A,"48,000"', "without currency sign and separators"),
    ("accounts", "account_id,name,health", "a,A,101", "health: '101' is above 100"),
    ("accounts", "account_id,name,segment", "a,A,SBM", "Did you mean SMB"),
    ("accounts", "account_id,name,timezone", "a,A,Europe/Berln", "Did you mean Europe/Berlin"),
    ("accounts", "account_id,name,timezone", "a,A,../../etc/passwd", "is no time zone"),
    ("accounts", "account_id,name,timezone", "a,A,qqqq", "Write it like Europe/Berlin"),
    ("accounts", "account_id,name,language", "a,A,German", "no language code"),
    ("accounts", "account_id,name,currency", "a,A,€", "three letters"),
    ("accounts", "account_id,name,channel", "a,A,two words", "is no channel"),
    ("accounts", "account_id,name", "a,", "name is empty. Fill it in"),
    ("accounts", "account_id,name", "a,A,surplus", "3 cells and the header 2"),
    ("accounts", "account_id,name", "a", "1 cells and the header 2"),
    ("staff", "email,name,role", "a@b.example,A,boss", "role: 'boss' is not one of csm, manager, admin"),
    ("staff", "email,name", "not an address,A", "email: .* is no e-mail address"),
    (
        "usage",
        "account_id,kind,value,observed_on",
        "nord,x,1,3/1/2026",
        "no ISO date. Write it like 2026-03-31",
    ),
    ("usage", "account_id,kind,value,observed_on", "nord,x,1,46082", "no ISO date"),
    ("usage", "account_id,kind,value,observed_on", "nord,x,1,2026-02-30", "a day that no calendar has"),
    (
        "usage",
        "account_id,kind,value,observed_on",
        "nrod,x,1,2026-02-28",
        "no account 'nrod'. Did you mean 'nord'",
    ),
    (
        "subscriptions",
        "subscription_id,account_id,started_on,renews_on",
        "s,nord,2026-06-01,2026-06-01",
        "is not after started_on",
    ),
    (
        "subscriptions",
        "subscription_id,account_id,started_on,renews_on,auto_renews",
        "s,nord,2026-06-01,2027-06-01,maybe",
        "neither yes nor no",
    ),
]


@pytest.mark.parametrize(("noun", "header", "row", "reason"), BAD_CELLS, ids=[case[2] for case in BAD_CELLS])
def test_a_bad_row_is_reported_with_its_line_and_the_remedy(
    sqlite_database, clock, noun, header, row, reason
):
    from store.tables.workspaces import cli_workspace

    with sqlite_database.transaction() as session:
        workspace_id = cli_workspace(session, clock.now()).id
    import_csv(sqlite_database, workspace_id, "accounts", ACCOUNTS, now=clock.now())

    report = import_csv(sqlite_database, workspace_id, noun, f"{header}\n{row}\n", now=clock.now())

    assert counts(report) == (0, 0, 0, 1)
    assert report.failed[0].line == 2
    assert re.search(reason, report.failed[0].reason)


def test_the_rest_is_kept_and_lines_are_those_of_the_file(load, rows):
    report = load(
        "accounts",
        'account_id,name,goal\nnord,Nordwind,"first line\nsecond line\nthird"\n\nbad,,x\nbolt,Bolt,y\nbolt,Bolt,z\n',
    )

    assert counts(report) == (2, 0, 0, 2)
    assert [(row.line, row.reason) for row in report.failed] == [
        (6, "name is empty. Fill it in."),
        (8, "The row repeats line 7. Remove one of them."),
    ]
    assert {a.key: a.goal for a in rows(Account)} == {"nord": "first line\nsecond line\nthird", "bolt": "y"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\ufeffaccount_id,name\nnord,Nordwind\n", id="byte order mark"),
        pytest.param("account_id;name\r\nnord;Nordwind\r\n", id="semicolons and Windows lines"),
        pytest.param("account_id\tname\nnord\tNordwind", id="tabs, no last newline"),
        pytest.param(" Account ID , Name \n nord , Nordwind \n", id="spaces and capitals"),
        pytest.param('\n\n"account_id","name"\n"nord","Nordwind"\n', id="quotation marks and leading lines"),
    ],
)
def test_files_from_spreadsheets_are_read(load, rows, tmp_path, content):
    path = tmp_path / "accounts.csv"
    path.write_bytes(content.encode())

    assert counts(load("accounts", path)) == (1, 0, 0, 0)
    assert [(a.key, a.name) for a in rows(Account)] == [("nord", "Nordwind")]


@pytest.mark.parametrize(
    ("noun", "content", "reason"),
    [
        ("accounts", b"account_id,nmae\n", r"column 'nmae' that is not known\. Did you mean 'name'\?"),
        (
            "accounts",
            b"account_id,name,xyz\n",
            r"column 'xyz' that is not known\. Columns are: account_id, name",
        ),
        ("accounts", b"account_id,plan\n", "lacks the column name. Add it; nothing was imported"),
        ("accounts", b"account_id,name,name\n", "'name' twice"),
        ("accounts", b"", "is empty. Its first line names the columns"),
        ("accounts", b"\n \n,,\n", "is empty"),
        ("accounts", b'account_id,name\na,"open', "no CSV: .* quotation mark"),
        ("accounts", "account_id,name\na,Müller\n".encode("latin-1"), "no text in UTF-8"),
        ("accounts", b"PK\x03\x04\x00\x00", "no text in UTF-8"),
        (
            "acounts",
            b"account_id,name\n",
            r"'acounts' is nothing that can be imported\. Did you mean 'accounts'\?",
        ),
    ],
)
def test_a_file_that_cannot_be_read_stops_before_anything(load, rows, tmp_path, noun, content, reason):
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    with pytest.raises(ImportFailed, match=reason):
        load(noun, path)

    assert rows(Account) == []


def test_a_file_that_is_not_there_is_named(load, tmp_path):
    with pytest.raises(ImportFailed, match=r"gone\.csv cannot be read: No such file"):
        load("accounts", tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("arr", "segment"),
    [("11999.99", "SMB"), ("12000", "MM"), ("99999.99", "MM"), ("100000", "ENT"), ("0", "SMB"), ("", "MM")],
)
def test_customer_segmentation_a_missing_segment_follows_from_revenue(load, rows, arr, segment):
    load("accounts", f"account_id,name,arr,segment\na,A,{arr},\n")

    assert [a.segment for a in rows(Account)] == [segment]


def test_thresholds_of_segments_are_settings(load, rows):
    load("accounts", "account_id,name,arr\na,A,500\n", Segments(smb_below=100, ent_from=400))

    assert [a.segment for a in rows(Account)] == ["ENT"]


def test_a_channel_that_the_bot_has_resolved_stays_resolved_until_its_name_changes(database, load, rows):
    load("accounts", ACCOUNTS)
    with database.transaction() as session:
        nord = session.exec(select(Account).where(Account.key == "nord")).one()
        nord.slack_channel_id = "C0NORD"
        session.add(nord)

    assert counts(load("accounts", ACCOUNTS)) == (0, 0, 2, 0)
    assert {a.key: a.slack_channel_id for a in rows(Account)}["nord"] == "C0NORD"

    load("accounts", ACCOUNTS.replace("#ext-nord", "#ext-new"))
    assert {a.key: a.slack_channel_id for a in rows(Account)}["nord"] is None


@pytest.mark.parametrize("channel", ["#ext-nord", "C012AB3CD45"])
def test_a_channel_belongs_to_one_account(load, channel):
    report = load("accounts", f"account_id,name,channel\nnord,Nordwind,{channel}\nbolt,Bolt,{channel}\n")

    assert [(row.line, row.reason) for row in report.failed] == [
        (3, "channel: it is the channel of account 'nord' already. A channel belongs to one account.")
    ]


def test_accounts_of_another_workspace_cannot_be_referred_to(database, load, clock):
    load("accounts", ACCOUNTS)
    from store.tables import Workspace

    with database.transaction() as session:
        session.add(Workspace(id="other", created_at=clock.now()))
    report = import_csv(
        database,
        "other",
        "contacts",
        "account_id,email,name\nnord,a@b.example,A\n",
        now=clock.now(),
    )

    assert counts(report) == (0, 0, 0, 1)


def test_people_are_matched_by_address_in_any_case(load, rows):
    load("staff", "email,name,role\nOmar@Guide.example,Omar,csm\n")

    assert counts(load("staff", "email,name,role\nomar@guide.EXAMPLE,Omar,admin\n")) == (0, 1, 0, 0)
    assert [(s.email, s.role) for s in rows(StaffMember)] == [("omar@guide.example", "admin")]


@given(st.dictionaries(st.sampled_from(list("abcdefgh")), st.text(min_size=1).map(str.strip).filter(bool)))
def test_any_name_survives_the_way_through_a_spreadsheet(names):
    import csv
    import io

    from store.accounts_import import _open

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["account_id", "name"])
    writer.writerows(names.items())

    _, rows = _open("accounts", NOUNS["accounts"], out.getvalue())

    assert {key: name for _, (key, name) in rows} == names


@pytest.mark.parametrize("noun", NOUNS)
def test_the_page_about_accounts_lists_every_column(noun):
    page = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text()
    section = page.split(f"\n## {noun}\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| (yes)? *\|", section, re.MULTILINE)

    assert listed == [(name, "yes" if c.required else "") for name, c in NOUNS[noun].columns.items()]
