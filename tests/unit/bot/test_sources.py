"""Source buttons: the passage as it was cited, for those who may read it where they are."""

import html
from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot.citing import freshness
from store.tables import Account, Citation, Document, Opening, Passage
from tests.bot_fixtures import HARBOUR, ISLA, MIRA, OWEN, PRIYA, texts_of


@pytest.fixture
def answer(bot):
    """An answer with sources in the customer's channel."""
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    return bot.seen(ISLA, HARBOUR, ts).messages[-1]


def first_citation(bot):
    return bot.rows(select(Citation).order_by(Citation.n))[0]


def change_document(bot, **fields):
    with bot.database.transaction() as session:
        document = session.get_one(Document, session.exec(select(Citation)).first().document_id)
        for name, value in fields.items():
            setattr(document, name, value)
        session.add(document)


def opened(bot, answer, user=ISLA):
    bot.page(user)
    assert "error" not in bot.press(user, answer, "open_source_1")
    return bot.modal(user)


def test_a_source_opens_as_the_passage_that_was_cited_with_the_quote_marked(bot, answer):
    citation = first_citation(bot)
    modal = opened(bot, answer)
    shown = texts_of(modal)
    assert citation.title in shown
    assert "> " in shown
    assert citation.quote.split("\n")[0][:20].strip("*-# ") in html.unescape(shown).replace("*", "")
    assert "has changed" not in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        pytest.param({"content_hash": "another"}, "has been edited since", id="edited"),
        pytest.param({"audience": "internal"}, "not open to everybody here", id="made internal"),
    ],
)
def test_a_document_that_is_not_what_it_was_says_so(bot, answer, fields, sentence):
    change_document(bot, **fields)
    assert sentence in texts_of(opened(bot, answer))


def test_a_passage_that_is_no_longer_said_is_shown_as_it_was(bot, answer):
    change_document(bot, content_hash="another")
    with bot.database.transaction() as session:
        session.delete(session.get_one(Passage, first_citation(bot).passage_id))
    assert "has changed since" in texts_of(opened(bot, answer))


def test_a_source_outlives_its_document(bot, answer):
    with bot.database.transaction() as session:
        for citation in session.exec(select(Citation)).all():
            citation.document_id = None
            session.add(citation)
    assert "no longer in the help centre" in texts_of(opened(bot, answer, OWEN))


def test_an_article_that_was_edited_elsewhere_still_says_what_was_cited(bot, answer):
    change_document(bot, content_hash="another")
    modal = texts_of(opened(bot, answer))
    assert "edited since" in modal
    assert "still stands in it" in modal


@pytest.mark.parametrize(
    ("reviewed_on", "note"),
    [
        pytest.param(date(2026, 2, 1), "reviewed 1 month ago", id="fresh"),
        pytest.param(date(2024, 2, 1), "reviewed 2 years ago, may be out of date", id="stale"),
    ],
)
def test_a_source_says_when_it_was_reviewed_and_whether_that_is_too_long_ago(bot, answer, reviewed_on, note):
    change_document(bot, reviewed_on=reviewed_on)
    shown = texts_of(opened(bot, answer))
    assert note in shown
    assert ("out of date" in shown) is ("out of date" in note)


def test_a_stale_source_is_marked_beside_the_answer(bot, answer):
    with bot.database.transaction() as session:
        for document in session.exec(select(Document)).all():
            document.reviewed_on = date(2024, 2, 1)
            session.add(document)
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    assert "may be out of date" in texts_of(bot.seen(ISLA, HARBOUR, ts).messages[-1])


def test_a_verified_answer_says_who_approved_it():
    document = Document(meta={"approved_by": "Priya Raman", "approved_at": "2026-03-02T10:00:00+00:00"})
    assert freshness(document, date(2026, 3, 3)) == "approved by Priya Raman on 2 March 2026"
    document.meta = {"approved_by": "somebody", "approved_at": "long ago"}  # an article's own front matter
    assert freshness(document, date(2026, 3, 3)) == ""


def test_a_source_that_is_gone_says_so(bot, answer):
    with bot.database.transaction() as session:
        for citation in session.exec(select(Citation)).all():
            session.delete(citation)
    assert "no longer find" in texts_of(opened(bot, answer))


def asked(bot, user, channel, text):
    ts = bot.say(user, channel, f"<@{bot.services.bot_user_id}> {text}")
    return bot.seen(user, channel, ts).messages[-1]


def test_an_answer_of_the_readers_own_plan_says_so_and_not_how_we_see_the_account(bot):
    shown = texts_of(asked(bot, ISLA, HARBOUR, "How do I create an API key?"))
    assert "Answered for your plan: Growth" in shown
    assert "renewal" not in shown
    assert "champion" not in shown


def test_an_answer_of_another_plan_says_for_whom_it_is(bot):
    root = bot.say(MIRA, bot.dm(MIRA), "How do I create an API key?")
    shown = texts_of(bot.seen(MIRA, bot.dm(MIRA), root).messages[-1])
    assert "This is for the Growth and Enterprise plans; you are on Starter." in shown
    assert "Answered for your plan" not in shown


@pytest.mark.parametrize("text", ["hello", "How do I export my data?"])
def test_what_is_true_on_every_plan_names_none(bot, text):
    assert "your plan" not in texts_of(asked(bot, ISLA, HARBOUR, text))


def test_content_engagement_an_article_that_a_customer_opened_is_noted_once_a_day(bot, answer):
    opened(bot, answer)
    opened(bot, answer)
    bot.settle()
    (row,) = bot.rows(select(Opening))
    citation = first_citation(bot)
    assert (row.slack_user_id, row.uri, row.title) == (ISLA, citation.uri, citation.title)
    assert row.account_id == bot.rows(select(Account).where(Account.key == "harbour-bakery"))[0].id
    bot.slack.advance(timedelta(days=1))
    opened(bot, answer)
    bot.settle()
    assert len(bot.rows(select(Opening))) == 2


@pytest.mark.parametrize("why", ["our own people opened it", "they may not read it"])
def test_what_is_no_customers_reading_is_not_noted(bot, answer, why):
    if why == "they may not read it":
        change_document(bot, audience="internal")
    opened(bot, answer, PRIYA if why == "our own people opened it" else ISLA)
    bot.settle()
    assert bot.rows(select(Opening)) == []
