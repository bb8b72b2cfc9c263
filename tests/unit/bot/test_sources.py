"""Source buttons: the passage as it was cited, for those who may read it where they are."""

import html

import pytest
from sqlmodel import select

from store.tables import Citation, Document
from tests.bot_fixtures import HARBOUR, ISLA, OWEN, texts_of


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
        pytest.param({"content_hash": "another"}, "has changed since", id="changed"),
        pytest.param({"audience": "internal"}, "not open to everybody here", id="made internal"),
    ],
)
def test_a_document_that_is_not_what_it_was_says_so(bot, answer, fields, sentence):
    change_document(bot, **fields)
    assert sentence in texts_of(opened(bot, answer))


def test_a_source_outlives_its_document(bot, answer):
    with bot.database.transaction() as session:
        for citation in session.exec(select(Citation)).all():
            citation.document_id = None
            session.add(citation)
    assert "has been removed" in texts_of(opened(bot, answer, OWEN))


def test_a_source_that_is_gone_says_so(bot, answer):
    with bot.database.transaction() as session:
        for citation in session.exec(select(Citation)).all():
            session.delete(citation)
    assert "no longer find" in texts_of(opened(bot, answer))


def test_an_answer_names_the_plan_it_is_true_for_and_not_how_we_see_the_account(bot, answer):
    assert "Growth plan" in texts_of(answer)
    assert "renewal" not in texts_of(answer)


def test_a_greeting_is_true_on_every_plan(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> hello")
    assert "Answered for" not in texts_of(bot.seen(ISLA, HARBOUR, ts).messages[-1])
