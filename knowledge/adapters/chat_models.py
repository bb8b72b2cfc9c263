"""Chat models by LangChain: OpenAI and what speaks its language, Anthropic, Google, Ollama.

A provider's package is imported only where a model of its is configured.
"""

from __future__ import annotations

import importlib.util
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.chat import Piece, Usage, estimated
from knowledge.errors import ChatModelFailed, ChatModelUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk

    from knowledge.chat import Message

log = logging.getLogger(__name__)

MAX_TOKENS = 1500  # of one answer
_WAIT = 1.0  # seconds before a second try, where the provider does not say
_NO_KEY = "none"  # OpenAI's client insists on one; a server of one's own may not


@dataclass(frozen=True)
class Provider:
    """What a provider needs.

    Attributes:
        package: its LangChain package, as pip knows it.
        extra: of ours that installs it.
        key: the environment variable of its key; None: it needs none.
        limit: its word for the longest answer.
    """

    package: str
    extra: str
    key: str | None
    limit: str = "max_tokens"


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider("langchain-openai", "openai", "OPENAI_API_KEY"),
    "anthropic": Provider("langchain-anthropic", "anthropic", "ANTHROPIC_API_KEY"),
    "google_genai": Provider("langchain-google-genai", "google", "GOOGLE_API_KEY", "max_output_tokens"),
    "ollama": Provider("langchain-ollama", "ollama", None, "num_predict"),
}


@dataclass(frozen=True)
class ChatModelChoice:
    """Which chat model, and how it is reached.

    Attributes:
        name: `provider:model`.
        base_url: of a server that speaks the provider's language; None: the provider's own.
        api_key: None where none is set.
        timeout: seconds of silence after which a call is given up.
        temperature: None: the provider's default.
    """

    name: str
    base_url: str | None = None
    api_key: str | None = None
    timeout: float = 20.0
    temperature: float | None = None

    @property
    def provider_name(self) -> str:
        """The part before the colon."""
        return self.name.partition(":")[0]

    def provider(self) -> Provider:
        """What the provider needs.

        Raises:
            ChatModelUnusable: the name is not `provider:model` of a provider that we know.
        """
        provider, _, model = self.name.partition(":")
        if provider not in PROVIDERS or not model.strip():
            known = ", ".join(f"{name}:MODEL" for name in PROVIDERS)
            raise ChatModelUnusable(
                f"GUIDEPOST_CHAT_MODEL is {self.name!r}. Write provider and model, one of {known}."
            )
        return PROVIDERS[provider]


def check(choice: ChatModelChoice) -> None:
    """Whether the model could be called, without calling it.

    Raises:
        ChatModelUnusable: the name is wrong, the package is missing, or the key is; the text names the remedy.
    """
    provider = choice.provider()
    if importlib.util.find_spec(provider.package.replace("-", "_")) is None:
        raise ChatModelUnusable(
            f"{choice.name} needs the package {provider.package}. "
            f"Install it with: .venv/bin/pip install '.[{provider.extra}]'"
        )
    if provider.key and not choice.api_key and not choice.base_url:
        raise ChatModelUnusable(f"{choice.name} needs a key. Set {provider.key} in .env.")


class LangChainChatModel:
    """Any chat model that LangChain's `init_chat_model` can make.

    Args:
        choice: which one.
    """

    def __init__(self, choice: ChatModelChoice) -> None:
        self._choice = choice
        self._model: BaseChatModel | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Provider, model and server."""
        return self._choice.name + (f"@{self._choice.base_url}" if self._choice.base_url else "")

    def load(self) -> None:
        """Make the client; what is wrong is logged now and said when it is asked."""
        try:
            self._ready()
        except ChatModelFailed as failure:
            log.error("%s Answers are quotes meanwhile.", failure)  # noqa: TRY400 - the sentence says it all

    def stream(self, messages: Sequence[Message]) -> Iterator[Piece]:
        """The answer in pieces as they come.

        Raises:
            ChatModelFailed, ChatModelUnusable: see there.
        """
        model = self._ready()
        written, counted = "", False
        try:
            for chunk in model.stream([(_ROLES[one.role], one.text) for one in messages]):
                for piece in _pieces(chunk):
                    written, counted = written + piece.text, counted or piece.usage is not None
                    yield piece
        except Exception as error:
            raise failure(error, self._choice) from error
        if not counted:
            yield Piece(usage=estimated(messages, written))

    def _ready(self) -> BaseChatModel:
        with self._lock:
            if self._model is None:
                check(self._choice)
                self._model = _made(self._choice)
            return self._model


_ROLES = {"system": "system", "user": "human"}


def _made(choice: ChatModelChoice) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider = choice.provider()
    options: dict[str, Any] = {provider.limit: MAX_TOKENS}
    if choice.base_url:
        options["base_url"] = choice.base_url
    if choice.temperature is not None:
        options["temperature"] = choice.temperature
    if choice.provider_name == "ollama":  # it has neither keys nor retries of its own
        options["client_kwargs"] = {"timeout": choice.timeout}
    else:
        options |= {"timeout": choice.timeout, "max_retries": 0, "api_key": choice.api_key or _NO_KEY}
    try:
        model: BaseChatModel = init_chat_model(choice.name, **options)
    except Exception as error:
        raise ChatModelUnusable(f"{choice.name} cannot be used: {_first_line(error)}") from error
    return model


def _pieces(chunk: BaseMessageChunk) -> Iterator[Piece]:
    if chunk.text:
        yield Piece(str(chunk.text))
    usage = getattr(chunk, "usage_metadata", None) or {}
    if usage.get("input_tokens") or usage.get("output_tokens"):
        yield Piece(usage=Usage(int(usage["input_tokens"]), int(usage["output_tokens"])))


def failure(error: BaseException, choice: ChatModelChoice) -> ChatModelFailed:
    """What went wrong, as a sentence; whether it is worth another try."""
    if isinstance(error, ChatModelFailed):
        return error
    status = _status_of(error)
    if status in {401, 403}:
        key = choice.provider().key or "the server's access rules"
        return ChatModelUnusable(f"{choice.name} refused the key ({status}). Check {key}.")
    if status == 404:
        return ChatModelUnusable(f"{choice.name} is not known there (404). Check GUIDEPOST_CHAT_MODEL.")
    if status == 429:
        return ChatModelFailed(f"{choice.name} asks to wait (429).", _retry_after(error))
    if status is not None and status >= 500:
        return ChatModelFailed(f"{choice.name} had a fault of its own ({status}).", _retry_after(error))
    return ChatModelFailed(f"{choice.name} did not answer: {type(error).__name__}: {_first_line(error)}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or at.__context__


def _status_of(error: BaseException) -> int | None:
    for one in _chain(error):
        for name in ("status_code", "code"):
            status = getattr(one, name, None)
            if isinstance(status, int) and 400 <= status < 600:
                return status
    return None


def _retry_after(error: BaseException) -> float:
    for one in _chain(error):
        headers = getattr(getattr(one, "response", None), "headers", None) or {}
        try:
            return max(0.0, float(headers["retry-after"]))
        except (KeyError, ValueError):
            continue
    return _WAIT


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0][:200]
