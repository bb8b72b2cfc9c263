"""Answers in a chat model's words, in Slack: real Bolt, real clients, a scripted provider on loopback."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlmodel import select

from knowledge.adapters.chat_models import ChatModelChoice, LangChainChatModel
from knowledge.adapters.generations import in_memory
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.answering import Answerer
from knowledge.calling import ChatDesk, Limits
from knowledge.grounding import GroundingCheck
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from knowledge.writing import Writer
from store.tables import Answer, ChatUsage, Citation
from tests.bot_fixtures import HARBOUR, ISLA, NOOR, texts_of
from tests.scripted_chat import Fails, Says, ScriptedChat

QUESTION = "Can drivers work offline?"


@pytest.fixture
def with_model(bot):
    """Give the running bot a chat model that says what a script says."""
    servers = []

    def give(*acts, provider="openai", **limits):
        server = ScriptedChat(*acts)
        server.__enter__()
        servers.append(server)
        model = LangChainChatModel(
            ChatModelChoice(f"{provider}:scripted", server.base_url(provider), "key", 8.0)
        )
        model.load()
        desk = ChatDesk(
            model,
            bot.database,
            workspace_id=bot.workspace_id,
            clock=bot.services.clock,
            limits=Limits(seconds=8.0, **limits),
        )
        embedder, reranker = HashingEmbedder(), OverlapReranker()
        index = KnowledgeIndex(
            bot.database, workspace_id=bot.workspace_id, model=embedder.fingerprint, in_memory=in_memory
        )
        retriever = Retriever(bot.database, index, embedder, reranker)
        answerer = Answerer(retriever, reranker, writer=Writer(desk, GroundingCheck(reranker)))
        bot.services.answers = SimpleNamespace(ready=True, answer=answerer.answer, keep_up=lambda: None)
        return server

    yield give
    for server in servers:
        server.__exit__()


def ask(bot, text=QUESTION, user=ISLA, channel=HARBOUR):
    ts = bot.say(user, channel, f"<@{bot.services.bot_user_id}> {text}")
    return bot.seen(user, channel, ts).messages[-1]


def quoted_sentence(bot):
    """What the bot quotes without a model: the first sentence, and its citation mark."""
    ask(bot)
    answer = bot.rows(select(Answer))[-1]
    citation = bot.rows(select(Citation).where(Citation.answer_id == answer.id))[0]
    return citation.quote.splitlines()[0], answer.text


def said_by(passages, sentence):
    """The number under which a model finds the passage that holds a sentence."""
    found = re.findall(r'<passage number="(\d)"[^>]*>\n(.*?)\n</passage>', passages, re.DOTALL)
    return next(int(n) for n, text in found if sentence in text)


def test_a_written_answer_streams_with_its_sources(bot, with_model):
    sentence, quotes = quoted_sentence(bot)
    server = with_model(Says("NO ANSWER"))
    ask(bot)  # to see under which number the passage is sent
    n = said_by(server.prompts[0], sentence)
    reworded = f"In short: {sentence[0].lower()}{sentence[1:]}"
    with_model(Says(f"{reworded} [{n}]\nIt costs $99 a month. [{n}]"), keep=timedelta())
    message = ask(bot)
    text = texts_of(message)
    assert reworded in text
    assert "$99" not in text
    answer = bot.rows(select(Answer))[-1]
    assert answer.text != quotes
    cited = bot.rows(select(Citation).where(Citation.answer_id == answer.id))
    assert [one.n for one in cited] == [1]
    assert sentence in cited[0].passage_text


@pytest.mark.parametrize(
    "act", [Fails(401), Fails(500), Says("<!channel> everything is free! [1]")], ids=["key", "fault", "lie"]
)
def test_a_provider_in_trouble_is_not_seen_in_slack(bot, with_model, act):
    _, quotes = quoted_sentence(bot)
    with_model(act)
    message = ask(bot)
    assert bot.rows(select(Answer))[-1].text == quotes
    assert "<!channel>" not in texts_of(message)


def test_a_model_without_an_answer_makes_the_answer_doubtful(bot, with_model):
    with_model(Says("NO ANSWER"))
    assert "I am not sure" in texts_of(ask(bot))
    assert bot.rows(select(Answer))[-1].status == "partial"


def test_tokens_are_counted_for_the_admin(bot, with_model):
    with_model(Says("NO ANSWER"))
    ask(bot)
    ask(bot)
    (usage,) = bot.rows(select(ChatUsage))
    assert (usage.calls, usage.remembered, usage.model.split("@")[0]) == (1, 1, "openai:scripted")
    bot.page(NOOR)


def test_what_is_sent_holds_no_internal_text(bot, with_model):
    server = with_model(Says("NO ANSWER"))
    ask(bot, "What discount may you give me at renewal?")
    assert all(
        "discount-approval" not in prompt and "talk track" not in prompt.lower() for prompt in server.prompts
    )
