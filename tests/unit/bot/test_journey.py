"""/cs journey: the map in words and as a picture, what to mend first with its threads, for those whose accounts they are."""

import io
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from PIL import Image
from sqlmodel import select

from bot.blocks.journey import journey_speech, line_modal
from bot.charts.journey import CARDS, WIDE, cards, in_words, picture
from bot.charts.journey_page import page
from bot.listeners.journey import Recipe
from store.clock import FixedClock
from store.insights.journey.requests import TITLES, Wanted
from store.insights.journey.values import JourneyMap
from store.insights.journey.words import map_parts
from store.insights.values import Period
from store.tables import Account, StaffMember
from tests.block_checks import check_speech, check_view
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, NOOR, PRIYA, TEAM, TOM, texts_of
from tests.local_slack import element_of
from tests.made_journey import Journey, meet, views_of_a_bakery

DIEGO = "U0DIEGO"


@pytest.fixture
def lived(bot):
    with bot.database.reading() as session:
        accounts = {one.key: one.id for one in session.exec(select(Account)).all()}
    meet(Journey(bot.database, bot.workspace_id, accounts, bot.services.clock.now()))
    return bot


def journey_of(bot, user, text="journey map", channel=TEAM):
    return bot.command(user, channel, text)[-1]


def test_the_map_comes_in_words_and_as_a_picture_with_words_for_it(lived):
    reply = journey_of(lived, PRIYA)
    shown = texts_of(reply)
    for part in (
        "Journey map: your accounts",
        "*Renewal*",
        "Question in their channel",
        "Opened an article",
        "Call",
    ):
        assert part in shown
    shared = [one for one in lived.seen(PRIYA, lived.dm(PRIYA)).messages if one.get("files")]
    [file] = shared[-1]["files"]
    assert file["name"] == "journey-map.png"
    assert "Renewal: " in file["alt_txt"]


def test_identify_areas_to_optimise_what_mending_would_change_most_comes_first_and_opens_its_threads(lived):
    reply = journey_of(lived, PRIYA, "journey audit")
    assert "1. Asked about: SSO setup" in texts_of(reply)
    lived.press(PRIYA, reply, "journey_rows_finding")
    modal = texts_of(lived.modal(PRIYA))
    assert "Not content: 6" in modal
    assert "Harbour Bakery" in modal


def test_a_line_of_the_map_opens_its_rows(lived):
    reply = journey_of(lived, PRIYA)
    _, menu = element_of(reply, "journey_rows_any")
    wanted = next(one for one in menu["options"] if "Question in their channel" in one["text"]["text"])
    lived.press(PRIYA, reply, "journey_rows_any", option=wanted["value"])
    modal = texts_of(lived.modal(PRIYA))
    assert "Touches: 7" in modal
    assert "How do I set up SSO" in modal


@pytest.mark.parametrize(
    ("user", "text", "sentence"),
    [
        pytest.param(TOM, "journey map", "Nobody was met", id="another CSM's accounts"),
        pytest.param(DIEGO, "journey map team", "Question in their channel", id="the team's, where one asks for it"),
        pytest.param(GRACE, "journey map", "your teams' accounts", id="a manager's teams"),
        pytest.param(NOOR, "journey path", "all accounts", id="an admin's everything"),
        pytest.param(PRIYA, "journey versions 90d segment MM", "Onboarding", id="versions"),
        pytest.param(PRIYA, "journey market", "By industry", id="the market"),
        pytest.param(PRIYA, "journey map persona nobody", "is no persona", id="a persona that there is not"),
        pytest.param(PRIYA, "journey map segment XL", "is no segment", id="a segment that there is not"),
        pytest.param(PRIYA, "journey map 999d", "is longer than a year", id="too long a period"),
        pytest.param(PRIYA, "journey nonsense", "is no account, segment or CSM", id="nothing that there is"),

    ],
)  # fmt: skip
def test_everybody_gets_the_journey_of_their_accounts_or_a_sentence(lived, user, text, sentence):
    assert sentence in texts_of(journey_of(lived, user, text))


def test_in_a_customers_channel_nothing_of_the_journey_is_shown(lived):
    shown = texts_of(journey_of(lived, PRIYA, "journey map", HARBOUR))
    assert "The journey is for our own team" in shown
    assert "touches" not in shown


def test_a_customer_gets_no_journey(lived):
    assert "is for customer success managers" in texts_of(journey_of(lived, ISLA, "journey map", HARBOUR))


def test_a_shared_journey_opens_only_for_those_whose_accounts_they_are(lived):
    lived.command(GRACE, TEAM, "journey audit --share")
    shared = lived.seen(TOM, TEAM).messages[-1]
    assert "SSO setup" in texts_of(shared)
    lived.press(TOM, shared, "journey_rows_finding")
    assert "Not content" in texts_of(lived.modal(TOM))
    with lived.database.transaction() as session:
        tom = session.exec(select(StaffMember).where(StaffMember.slack_user_id == TOM)).one()
        tom.team = "Elsewhere"
        session.add(tom)
    lived.press(TOM, shared, "journey_rows_finding")
    assert "not yours" in texts_of(lived.modal(TOM))


# Without Slack: blocks, picture and page


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Every view of the same two months, with the rows behind its figures."""
    return views_of_a_bakery(tmp_path_factory.mktemp("journey"))


@pytest.mark.parametrize("name", TITLES)
def test_slack_takes_every_view_and_the_rows_of_each_line(views, name):
    found, rows = views
    view = found[name]
    check_speech(journey_speech(view, Recipe(Wanted(name), view.cut.now, PRIYA).packed(), pictured=True))
    for part in view.parts:
        for line in part.lines:
            check_view(line_modal(line, rows, lambda *_: None))


def test_a_recipe_comes_back_as_it_was_and_nothing_else_is_one():
    recipe = Recipe(Wanted("audit", "30d", "MM", "admin", "Ä" * 200), FixedClock().now(), PRIYA)
    packed = recipe.packed()
    assert len(packed) <= 240
    again = Recipe.unpacked(packed, "audit")
    assert (again.at, again.by, again.asked.segment, again.asked.scope) == (recipe.at, PRIYA, "MM", "Ä" * 80)
    for text in ("", "[]", "{}", "[1,2]", '["90d",null,null,"","x","U"]'):
        assert Recipe.unpacked(text, "map") is None


def test_the_picture_is_a_png_on_which_no_card_lies_on_another(views):
    journey = views[0]["map"].value
    image = Image.open(io.BytesIO(picture(journey)))
    assert image.format == "PNG"
    columns = {}
    for card in cards(journey):
        columns.setdefault(card.x, []).append(card)
        assert card.x + WIDE <= image.width
        assert card.y + card.height <= image.height
    for column in columns.values():
        assert len(column) <= CARDS
        assert all(above.y + above.height < below.y for above, below in pairwise(column))


def test_the_words_for_the_picture_fit_and_say_how_it_goes(views):
    words = in_words(views[0]["map"].value)
    assert len(words) <= 1900
    assert "Question in their channel (7 times, 1 account" in words


def test_the_page_needs_nothing_from_elsewhere_and_shows_words_as_words(views):
    found, rows = views
    made = page(list(found.values()), rows)
    for live in ("<img", "<script", "</script", "http://", "https://evil", "@import", "url("):
        assert live not in made.replace("&lt;img src=&quot;https://evil", "")
    assert "Harbour &amp; &lt;Bakery&gt;" in made
    assert made.count("<details>") > 12
    for name, title in TITLES.items():
        assert f'href="#{name}">{title}' in made
        assert f'<section id="{name}">' in made
    assert "prefers-color-scheme: dark" in made


def test_an_old_month_is_empty_and_says_what_to_ask_for(views):
    found, _ = views
    cut = found["map"].cut
    older = replace(cut, period=Period(cut.now - timedelta(days=400), cut.now - timedelta(days=370), "30d"))
    (part,) = map_parts(JourneyMap(older))
    assert "Ask for a longer period" in part.note
    assert "Nobody was met" in in_words(JourneyMap(older))
    assert Image.open(io.BytesIO(picture(JourneyMap(older)))).format == "PNG"
