"""Themes in the digest: what they count, how they changed, whom they touch; and that every number can be opened."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from knowledge.themes import themes as find_themes
from store.insights.digest import digest
from store.insights.evidence import all_evidence, evidence_rows
from store.insights.render import render
from store.insights.scope import WHOLE_WORKSPACE, period_of
from store.insights.values import Scope
from store.insights.wording import theme_words
from store.tables.channels import PRIVATE, set_policy


def vector(topic, nudge=0):
    made = np.zeros(8, dtype="<f4")
    made[topic], made[7] = 1, 0.1 * nudge
    return (made / np.linalg.norm(made)).tobytes()


@pytest.fixture
def ask(life):
    def run(text, topic, *, model="m1", **more):
        return life.ask(text, embedding=vector(topic, len(text) % 3), model=model, **more)

    return run


@pytest.fixture
def make(database, company, clock):
    def run(scope=WHOLE_WORKSPACE, period="7d"):
        with database.reading() as session:
            period = period_of(period, clock.now())
            return digest(session, company.workspace_id, period, scope, clock.now(), find_themes=find_themes)

    return run


@pytest.fixture
def month(ask, life):
    """Exports are asked about by two accounts and more than before, passwords by one and as ever."""
    ask("How do I export contacts?", 0, status="refused")
    ask("export all contacts", 0, account="bolt", status="refused", days=2)
    bad = ask("Can I export the contacts as CSV?", 0, days=3)
    life.rate(bad, -1, who="U0CARA", account="bolt")
    ask("contacts export fails", 0, account="bolt", days=4)
    ask("export contacts", 0, days=20)
    for days in (1.5, 2.5, 3.5):
        ask("reset my password", 1, days=days)
    for days in range(8, 32, 2):
        ask("password reset link", 1, days=days)
    ask("invoice address", 2)
    ask("invoice currency", 2)
    ask("Long ago: export contacts", 0, days=36)


def test_a_theme_counts_its_questions_refusals_and_bad_ratings(month, make):
    exports, passwords = make().themes

    assert exports.name == "export contacts"
    assert [figure.value for figure in exports.figures] == [4, 1, 2, 1]
    assert exports.accounts == ("Bolt & Co", "Nordwind GmbH")
    assert exports.example == "How do I export contacts?"
    assert [figure.value for figure in passwords.figures] == [3, 12, 0, 0]
    assert passwords.accounts == ("Nordwind GmbH",)


def test_a_theme_is_compared_with_as_many_days_of_the_four_weeks_before(month, make):
    exports, passwords = make().themes

    assert (exports.usual, exports.movement) == (0.25, "rising")
    assert (passwords.usual, passwords.movement) == (3, None)
    assert theme_words(passwords).startswith("3 questions, usually 3, 1 account")
    assert theme_words(exports).startswith(
        "4 questions, rising (usually 0.25), 2 not found, 1 👎, 2 accounts"
    )


def test_what_nobody_asked_before_is_new_and_what_is_asked_less_falls(ask, make):
    for n in range(3):
        ask(f"dark mode {n}", 3)
        ask(f"webhooks {n}", 4)
    for n in range(40):
        ask(f"webhooks {n}", 4, days=8 + n / 2)

    moved = {theme.name.split(",")[0]: theme.movement for theme in make().themes}

    assert moved == {"dark mode": "new", "webhooks": "falling"}


def test_most_accounts_come_first_and_at_most_three_themes(ask, make):
    for topic in range(5):
        for n in range(3 + topic):
            ask(f"topic{'abcde'[topic]} question", topic, account="bolt" if topic == 0 and n else "nord")

    assert [theme.figure.value for theme in make().themes] == [3, 7, 6]


def test_two_questions_are_no_theme(ask, make):
    ask("How do I export?", 0)
    ask("Can I export?", 0)

    assert make().themes == ()


def test_without_vectors_there_are_no_themes(life, make):
    for _ in range(4):
        life.ask("How do I export?")

    assert make().themes == ()


def test_a_scope_sees_its_own_questions_only(month, ask, make, company):
    bolt = Scope("Bolt", frozenset({company.accounts["bolt"]}))
    assert make(bolt).themes == ()

    ask("export a list of contacts", 0, account="bolt", days=5)

    (theme,) = make(bolt).themes
    assert theme.accounts == ("Bolt & Co",)
    assert [figure.value for figure in theme.figures] == [3, 0, 1, 0]


def test_a_theme_is_quoted_without_names_and_never_from_a_confidential_channel(
    ask, life, make, database, company
):
    for n in range(3):
        ask(f"export contacts of ana{n}@nord.example", 0)
    quoted = make().themes[0].example
    with database.transaction() as session:
        set_policy(session, company.workspace_id, "C0NORD", PRIVATE, by="U0OMAR", now=life.now)

    assert quoted == "export contacts of [e-mail]"
    assert make().themes[0].example == ""


def test_every_number_of_a_theme_opens_its_rows(month, make, database, company):
    made = make()
    with database.reading() as session:
        for theme in made.themes:
            for figure in theme.figures:
                rows = evidence_rows(session, company.workspace_id, made.figure(figure.key))
                assert len(rows) == figure.value
        exports = evidence_rows(session, company.workspace_id, made.themes[0].figure)
    assert [row.text for row in exports] == [
        "How do I export contacts?",
        "export all contacts",
        "Can I export the contacts as CSV?",
        "contacts export fails",
    ]


def test_themes_are_the_same_when_the_digest_is_made_again(month, make):
    assert make() == make()


def test_every_format_shows_the_themes(month, make, database, company):
    made = make()
    with database.reading() as session:
        evidence = all_evidence(session, company.workspace_id, made)

    shown = json.loads(render(made, "json", evidence))["themes"]
    first = shown[0]
    assert (first["name"], first["asked"]["value"]) == ("export contacts", 4)
    assert len(first["refused"]["evidence"]) == 2
    lines = list(csv.DictReader(io.StringIO(render(made, "csv", evidence))))
    key = made.themes[0].figure.key
    assert sum(line["figure"] == key for line in lines) == 4
    assert "theme, export contacts: 4 questions, rising" in render(made, "text", evidence)
    assert "contacts export fails" in render(made, "html", evidence)
