"""Whatever a provider does, the question is answered: with quotes. Real clients against a server on loopback."""

from __future__ import annotations

import time

import pytest

from knowledge.adapters.chat_models import ChatModelChoice, LangChainChatModel
from knowledge.adapters.memory import OverlapReranker
from knowledge.answering import Answerer
from knowledge.calling import ChatDesk, Limits
from knowledge.gates import Gates
from knowledge.grounding import GroundingCheck
from knowledge.types import Asker, Question
from knowledge.writing import Writer
from store.tables import writing
from tests.scripted_chat import READ, WRITTEN, Babbles, Breaks, Fails, Garbage, Says, ScriptedChat, Stalls

PROVIDERS = ["openai", "anthropic", "ollama"]
GATES = Gates(intercept=-1.0, cosine=4.0, card=0.0, passage=0.1, unknown=-6.0, unsaid=-6.0)
QUOTED = "A refund of an annual plan is possible within 14 days. [1]"
WRITTEN_WELL = "Your annual plan can be refunded, which is possible within 14 days. [1]"

FAILURES = {
    "time-out before the first word": [Stalls()],
    "time-out in the middle": [Stalls("A refund of an annual plan is")],
    "drips for ever": [Says(WRITTEN_WELL * 40, piece=2, pause=0.2)],
    "refusal in words": [Says("I'm sorry, but I cannot help with that request.")],
    "refusal by the provider": [Says("", refuses=True)],
    "wrong key": [Fails(401)],
    "no such model": [Fails(404)],
    "bad request": [Fails(400)],
    "rate limit, too long a wait": [Fails(429, {"retry-after": "60"})],
    "rate limit twice": [Fails(429, {"retry-after": "0"}), Fails(429, {"retry-after": "0"})],
    "fault twice": [Fails(500), Fails(503)],
    "broken stream": [Breaks("A refund of an annual plan is possible within 14 days. [1]\nIt")],
    "garbage": [Garbage()],
    "garbage in JSON": [Garbage(b'{"unexpected": true}')],
    "empty": [Says("")],
    "endless": [Babbles()],
    "a wrong citation": [Says("A refund of an annual plan is possible within 14 days. [4]")],
    "no citation": [Says("A refund of an annual plan is possible within 14 days.")],
    "a lie": [Says("A refund of an annual plan is possible within 90 days. [1]")],
    "a lie about a price": [Says("A refund of an annual plan costs $25. [1]")],
    "an invented link": [Says("A refund of an annual plan: https://evil.example/refund [1]")],
    "a mention of everybody": [Says("<!channel> A refund of an annual plan is possible within 41 days. [1]")],
    "the prompt": [Says("You answer customers' questions about a product, in their chat. [1]")],
}


@pytest.fixture
def ask(base):
    base.write(refund="# Refunds\n\nA refund of an annual plan is possible within 14 days.\n")
    base.ingest.sync(base.source, audience="public")

    def ask(server, provider, seconds=5.0, question="Is a refund of my annual plan possible?"):
        choice = ChatModelChoice(f"{provider}:scripted", server.base_url(provider), "secret", seconds)
        model = LangChainChatModel(choice)
        model.load()  # as the product does when it starts: importing a client takes seconds
        desk = ChatDesk(
            model,
            base.database,
            workspace_id=base.workspace_id,
            clock=base.clock,
            limits=Limits(seconds=seconds),
        )
        writer = Writer(desk, GroundingCheck(OverlapReranker()))
        answerer = Answerer(base.retriever(), OverlapReranker(), GATES, writer)
        return answerer.answer(Question(question, Asker()))

    return ask


def spent(base):
    with base.database.reading() as session:
        return writing.spent(session, base.workspace_id, base.clock.now().date())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_good_answer_is_shown_and_counted(ask, base, provider):
    with ScriptedChat(Says(WRITTEN_WELL)) as server:
        answered = ask(server, provider)
    assert (answered.status, answered.answer) == ("answered", WRITTEN_WELL)
    assert spent(base).tokens == READ + WRITTEN
    assert (spent(base).calls, spent(base).failures) == (1, 0)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_quotes_answer_whatever_fails(ask, base, provider, failure):
    started = time.monotonic()
    with ScriptedChat(*FAILURES[failure]) as server:
        answered = ask(server, provider, seconds=0.6 if "time-out" in failure or "drips" in failure else 4.0)
    assert (answered.status, answered.answer) == ("answered", QUOTED)
    assert spent(base).failures >= 1
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "failure", [Fails(429, {"retry-after": "0.1"}), Fails(500), Fails(529)], ids=lambda f: f.status
)
def test_a_second_try_helps_where_the_provider_was_only_busy(ask, provider, failure):
    with ScriptedChat(failure, Says(WRITTEN_WELL)) as server:
        answered = ask(server, provider, seconds=10.0)
        assert len(server.requests) == 2
    assert answered.answer == WRITTEN_WELL


def test_the_answer_does_not_wait_longer_than_it_may(ask):
    with ScriptedChat(Stalls("A refund")) as server:
        started = time.monotonic()
        ask(server, "openai", seconds=0.5)
        assert time.monotonic() - started < 3


def test_nothing_of_the_customer_leaves_but_question_and_passages(ask):
    with ScriptedChat(Says(WRITTEN_WELL)) as server:
        ask(server, "openai")
        [(_, headers, body)] = server.requests
    assert set(body) <= {
        "model",
        "messages",
        "stream",
        "max_completion_tokens",
        "max_tokens",
        "stream_options",
    }
    assert "annual plan possible" in body["messages"][1]["content"]
    assert {name.lower(): value for name, value in headers.items()}["authorization"] == "Bearer secret"
