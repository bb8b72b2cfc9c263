"""The journey in words: waits as people say them, tones with their word, and no rate where there is too little."""

import pytest

from store.insights.journey.mapping import journey_map
from store.insights.journey.path_words import days_words
from store.insights.journey.requests import view_of
from store.insights.journey.words import TONES, cell_line, minutes_words
from store.insights.metrics import UNKNOWN, middle
from tests.made_journey import Journey


@pytest.fixture
def journey(sqlite_database, clock):
    from store.tables import Account, workspaces

    with sqlite_database.transaction() as session:
        workspace_id = workspaces.local_workspace(session, clock.now()).id
        rows = [
            Account(workspace_id=workspace_id, key=key, name=name, created_at=clock.now(), updated_at=clock.now())
            for key, name in (("nord", "Nord\x1b[31mwind"), ("bolt", "Bolt"))
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
    return Journey(sqlite_database, workspace_id, {one.key: one.id for one in rows}, clock.now())


def parts(journey, name):
    with journey.database.reading() as session:
        return {one.heading: one for one in view_of(session, journey.workspace_id, name, journey.cut()).parts}


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "under a minute"),
        (12.4, "12 min"),
        (60, "1 h"),
        (90, "1.5 h"),
        (540, "1 working day"),
        (1350, "2.5 working days"),
    ],
)
def test_waits_are_said_in_the_unit_that_fits(minutes, words):
    assert minutes_words(minutes) == words


def test_a_median_of_days_says_of_how_many_and_nothing_is_not_zero():
    assert days_words(middle([1.2])) == "1 day (median of 1)"
    assert days_words(middle([0.5, 0.5])) == "0.5 days (median of 2)"
    assert days_words(UNKNOWN) == "not known"


@pytest.mark.parametrize(
    ("answered", "asked", "tone"),
    [(1, 4, "thin"), (9, 10, "green"), (7, 10, "yellow"), (1, 20, "red")],
)
def test_a_touchpoint_has_the_tone_of_its_share_and_of_how_sure_it_is(journey, answered, asked, tone):
    for n in range(asked):
        journey.ask(status="answered" if n < answered else "refused")
    with journey.database.reading() as session:
        (cell,) = journey_map(session, journey.workspace_id, journey.cut()).cells
    line = cell_line(cell)
    assert line.tone == tone
    assert tone in TONES
    assert (" %" in line.text) is (asked >= 5)


def test_who_was_won_without_a_touch_stands_in_one_line_and_names_cannot_steer_a_terminal(journey):
    for key in ("nord", "bolt"):
        journey.term(key, started=9, renews=-300)
    ways = parts(journey, "path")["Their ways"]
    assert [line.text for line in ways.lines] == ["2 accounts: nothing on record before: Bolt, Nord [31mwind"]


def test_versions_of_one_playbook_and_empty_views_say_so(journey):
    assert "No run of all accounts began" in parts(journey, "versions")["No playbook began"].note
    assert "became a customer" in parts(journey, "path")["Nobody was won"].note
    assert "No touchpoint has an answer" in parts(journey, "audit")["Nothing to check"].note
    journey.run("nord")
    assert parts(journey, "versions")["Onboarding"].note == "Only one version ran in this period."


def test_industries_that_are_missing_are_counted(journey):
    assert (
        parts(journey, "market")["By industry"].note == "2 customers without `industry` in the accounts file."
    )
