"""`guidepost journey`: every view in every format, and a sentence where there is no such thing."""

import io
import json
from html import unescape
from types import SimpleNamespace

import pytest
from PIL import Image
from sqlmodel import SQLModel, select

from bot.cli import main
from bot.journeys import FORMATS, journey_as, objection_label
from store.clock import FixedClock
from store.database import Database
from store.errors import StoreError
from store.insights.journey.requests import TITLES, Wanted, wanted
from store.tables import Account, AccountChange, workspaces
from tests.made_journey import Journey


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """What the command stands on: a database with one customer's month, and a clock."""
    database, clock = Database(f"sqlite:///{tmp_path_factory.mktemp('cli')}/journey.db"), FixedClock()
    SQLModel.metadata.create_all(database.engine)
    with database.transaction() as session:
        workspace_id = workspaces.local_workspace(session, clock.now()).id
        account = Account(workspace_id=workspace_id, key="nord", name="Nordwind", stage="decision", industry="Food",
                          created_at=clock.now(), updated_at=clock.now())  # fmt: skip
        session.add(account)
        session.flush()
    journey = Journey(database, workspace_id, {"nord": account.id}, clock.now())
    for n in range(5):
        journey.ask("nord", days=20 + n, status="refused", text="Is it too expensive?")
    journey.move("nord", "adoption", days=3)
    journey.run("nord", days=2)
    yield SimpleNamespace(database=database, workspace_id=workspace_id, clock=clock)
    database.close()


@pytest.fixture
def guidepost(core, capfdbinary):
    """Run the command; returns what it printed."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["journey", *arguments], opens=lambda: core)
        out, err = capfdbinary.readouterr()
        return SimpleNamespace(code=ended.value.code, out=out, err=err.decode())

    return run


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.parametrize("form", [one for one in FORMATS if one != "png"])
def test_every_view_comes_in_every_format(core, view, form):
    made = journey_as(core, Wanted(view), form).decode()
    if form == "json":
        assert json.loads(made)[view]["cut"]["period"]["label"] == "90d"
    else:
        assert TITLES[view] in made
    assert ("Nordwind" in made) or form != "html"


def test_json_holds_each_figure_with_the_ids_of_its_rows(guidepost, core):
    printed = guidepost("map", "--json")
    (cell,) = [
        one for one in json.loads(printed.out)["map"]["cells"] if one["touchpoint"]["kind"] == "question"
    ]
    assert cell["volume"]["value"] == len(cell["volume"]["rows"]) == 5
    assert (cell["response"]["value"], cell["response"]["whole"]["value"]) == (0, 5)
    assert printed.code == 0


@pytest.mark.parametrize("view", TITLES)
def test_json_says_the_same_as_the_page_in_words_with_the_threads_behind_them(core, view):
    printed = json.loads(journey_as(core, Wanted(view), "json"))[view]
    shown = unescape(journey_as(core, Wanted(view), "html").decode())
    assert printed["title"] in shown
    for part in printed["words"]:
        assert part["heading"] in shown
        assert all(line["title"] in shown for line in part["lines"])
    examples = [
        row["id"] for part in printed["words"] for line in part["lines"] for rows in line["examples"].values()
        for row in rows
    ]  # fmt: skip
    assert bool(examples) == any(part["lines"] for part in printed["words"])


def test_a_page_and_json_can_be_asked_for_at_once(guidepost, tmp_path):
    file = tmp_path / "map.html"
    printed = guidepost("--html", str(file), "--json", "--period", "30d")
    assert json.loads(printed.out)["map"]["cut"]["period"]["label"] == "30d"
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert f"Saved {file}" in printed.err


def test_the_map_is_drawn_to_standard_output(guidepost):
    assert Image.open(io.BytesIO(guidepost("map", "--format", "png").out)).format == "PNG"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], "is no view of the journey"),
        (["map", "--format", "pdf"], "is no format of the journey"),
        (["path", "--format", "png"], "Only the map is drawn"),
        (["map", "--period", "soon"], "is no period"),
        (["map", "--segment", "XL"], "is no segment"),
        (["map", "--persona", "king"], "is no persona"),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, list) else None,
)
def test_what_there_is_not_gets_a_sentence(guidepost, arguments, sentence):
    printed = guidepost(*arguments)
    assert printed.code == 1
    assert sentence in printed.err


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("", Wanted()),
        ("audit", Wanted("audit")),
        ("map 30d segment MM persona admin", Wanted("map", "30d", "MM", "admin")),
        ("Persona end_user path quarter", Wanted("map", "quarter", None, "end_user", "path")),
        ("path Nordwind GmbH 365d", Wanted("path", "365d", None, None, "Nordwind GmbH")),
        ("segment", Wanted(scope="segment")),
    ],
)
def test_words_say_what_is_wanted_in_any_order(words, asked):
    assert wanted(words) == asked


def test_an_objection_is_told_by_its_label_and_other_words_by_none():
    assert objection_label("It is far too expensive") == "Too expensive"
    assert objection_label("Thank you") is None


def test_no_format_is_refused_before_anything_is_read(core):
    with pytest.raises(StoreError, match="Choose one of"):
        journey_as(core, Wanted(), "xml")


def test_moves_of_the_period_are_on_the_map(core):
    with core.database.reading() as session:
        assert len(session.exec(select(AccountChange)).all()) == 1
    assert "Decision to adoption: 1 account" in journey_as(core, Wanted(), "text").decode()
