"""Every chat model keeps these promises, the double included. The real clients talk to a server on loopback."""

from __future__ import annotations

import time
from importlib.util import find_spec

import pytest

from knowledge.adapters.chat_models import ChatModelChoice, LangChainChatModel
from knowledge.adapters.memory import ScriptedChatModel
from knowledge.chat import Message, Usage, estimated
from knowledge.errors import ChatModelFailed, ChatModelUnusable
from tests.scripted_chat import READ, WRITTEN, Breaks, Fails, Garbage, Says, ScriptedChat, Stalls

MESSAGES = [Message("system", "Answer shortly."), Message("user", "How long do refunds take?")]
TEXT = "Refunds take 14 days. [1]\nWrite to billing. [2]"
PROVIDERS = ["openai", "anthropic", "ollama"]


def model_at(server, provider, timeout=5.0):
    choice = ChatModelChoice(f"{provider}:scripted", server.base_url(provider), "secret", timeout)
    return LangChainChatModel(choice)


@pytest.fixture(params=["double", *PROVIDERS])
def answering(request):
    if request.param == "double":
        yield ScriptedChatModel(TEXT)
        return
    with ScriptedChat(Says(TEXT)) as server:
        yield model_at(server, request.param)


def test_the_pieces_make_the_text(answering):
    assert "".join(piece.text for piece in answering.stream(MESSAGES)) == TEXT


def test_it_streams(answering):
    assert sum(bool(piece.text) for piece in answering.stream(MESSAGES)) > 2


def test_tokens_are_counted(answering):
    counted = [piece.usage for piece in answering.stream(MESSAGES) if piece.usage]
    total = sum(counted, Usage())
    assert total.read > 0
    assert total.written > 0


def test_it_has_a_name(answering):
    assert answering.name


def test_it_answers_twice(answering):
    first, second = ("".join(p.text for p in answering.stream(MESSAGES)) for _ in range(2))
    assert first == second == TEXT


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_providers_own_count_is_told(provider):
    with ScriptedChat(Says(TEXT)) as server:
        usage = sum((p.usage for p in model_at(server, provider).stream(MESSAGES) if p.usage), Usage())
    assert usage == Usage(READ, WRITTEN)


@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_tokens_that_nobody_counts_are_estimated(provider):
    with ScriptedChat(Says(TEXT, counts_tokens=False)) as server:
        usage = [p.usage for p in model_at(server, provider).stream(MESSAGES) if p.usage]
    assert sum(usage, Usage()) == estimated(MESSAGES, TEXT)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_both_messages_and_the_model_arrive(provider):
    with ScriptedChat(Says(TEXT)) as server:
        list(model_at(server, provider).stream(MESSAGES))
        [(_, _, body)] = server.requests
        assert "Answer shortly." in server.prompts[0]
        assert "How long do refunds take?" in server.prompts[0]
    assert body["model"] == "scripted"
    assert body["stream"] is True


@pytest.mark.parametrize(
    ("status", "headers", "kind", "retry_after"),
    [
        (401, {}, ChatModelUnusable, None),
        (403, {}, ChatModelUnusable, None),
        (404, {}, ChatModelUnusable, None),
        (400, {}, ChatModelFailed, None),
        (429, {}, ChatModelFailed, 1.0),
        (500, {}, ChatModelFailed, 1.0),
        (529, {}, ChatModelFailed, 1.0),
    ],
    ids=["wrong key", "forbidden", "unknown model", "bad request", "rate limit", "fault", "overloaded"],
)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_failure_says_whether_to_try_again(provider, status, headers, kind, retry_after):
    with ScriptedChat(Fails(status, headers)) as server:
        with pytest.raises(ChatModelFailed) as raised:
            list(model_at(server, provider).stream(MESSAGES))
        assert len(server.requests) == 1  # the client does not try again by itself
    assert type(raised.value) is kind
    assert raised.value.retry_after == retry_after


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_the_wait_that_a_provider_asks_for_is_told(provider):
    with ScriptedChat(Fails(429, {"retry-after": "7"})) as server, pytest.raises(ChatModelFailed) as raised:
        list(model_at(server, provider).stream(MESSAGES))
    assert raised.value.retry_after == 7.0


@pytest.mark.parametrize("provider", PROVIDERS)
def test_silence_ends_at_the_time_out(provider):
    with ScriptedChat(Stalls("Refunds")) as server:
        started = time.monotonic()
        with pytest.raises(ChatModelFailed):
            list(model_at(server, provider, timeout=0.3).stream(MESSAGES))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_broken_stream_is_a_failure(provider):
    with ScriptedChat(Breaks("Refunds take")) as server, pytest.raises(ChatModelFailed):
        list(model_at(server, provider).stream(MESSAGES))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_garbage_is_a_failure_or_nothing(provider):
    with ScriptedChat(Garbage()) as server:
        try:
            text = "".join(p.text for p in model_at(server, provider).stream(MESSAGES))
        except ChatModelFailed:
            return
    assert text == ""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nobody_there_is_a_failure(provider):
    model = LangChainChatModel(
        ChatModelChoice(f"{provider}:scripted", "http://127.0.0.1:9/v1", "secret", 1.0)
    )
    with pytest.raises(ChatModelFailed):
        list(model.stream(MESSAGES))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gpt-4o-mini", "openai:MODEL"),
        ("openai:", "openai:MODEL"),
        ("nobody:model", "anthropic:MODEL"),
        ("openai:gpt-4o-mini", "OPENAI_API_KEY"),
        ("anthropic:claude", "ANTHROPIC_API_KEY"),
        ("google_genai:gemini", "pip install '.[google]'"),
    ],
    ids=["no provider", "no model", "unknown provider", "no key", "no key either", "no package"],
)
def test_what_is_missing_is_said_with_its_remedy(name, says):
    if "pip install" in says and find_spec("langchain_google_genai"):
        pytest.skip("the package is installed here")
    with pytest.raises(ChatModelUnusable, match=says.replace("[", r"\[").replace(".", r"\.")):
        list(LangChainChatModel(ChatModelChoice(name)).stream(MESSAGES))
