"""Asking a chat model within limits: of time, of length, of money. What it has said before is not asked again."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from knowledge.chat import Usage, estimated
from knowledge.errors import ChatModelFailed
from store.tables import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from knowledge.chat import Message, Piece
    from knowledge.ports import ChatModel
    from store.clock import Clock
    from store.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What a chat model may use up.

    Attributes:
        seconds: of one question, a second try included.
        characters: of one answer; more is babble.
        tokens_a_day: of a workspace, read and written; 0: no limit.
        cost_a_day: of a workspace, in the currency of the prices; 0: no limit.
        price_read: of a million tokens that it reads.
        price_written: of a million tokens that it writes.
        keep: how long what it wrote is used again; 0: never.
    """

    seconds: float = 20.0
    characters: int = 6000
    tokens_a_day: int = 0
    cost_a_day: float = 0.0
    price_read: float = 0.0
    price_written: float = 0.0
    keep: timedelta = timedelta(days=7)

    def cost_micros(self, usage: Usage) -> int:
        """What a call cost, in millionths of the currency."""
        return round(usage.read * self.price_read + usage.written * self.price_written)


@dataclass(frozen=True)
class Reply:
    """What a chat model said; `key` names exactly what it was asked."""

    text: str
    key: str
    remembered: bool = False


class ChatDesk:
    """The one way to a chat model.

    Args:
        model: the chat model.
        database: counts tokens and keeps what was written.
        workspace_id: whose.
        clock: tells the day.
        limits: see there.
        pause: waits some seconds.
    """

    def __init__(
        self,
        model: ChatModel,
        database: Database,
        *,
        workspace_id: str,
        clock: Clock,
        limits: Limits | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model = model
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock
        self._limits = limits or Limits()
        self._pause = pause

    def load(self) -> None:
        """Bring the model's client into memory."""
        self._model.load()

    def ask(self, messages: Sequence[Message]) -> Reply | None:
        """What the model says; None where it fails or today's budget is spent. Never raises for the model's sake."""
        key = self._key(messages)
        kept = self._kept(key)
        if kept is not None:
            self._count(remembered=1)
            return Reply(kept, key, remembered=True)
        if self._is_spent():
            log.warning("today's budget for the chat model is spent; answering with quotes")
            return None
        try:
            return Reply(self._within_time(messages), key)
        except ChatModelFailed as failure:
            log.warning("answering without the chat model: %s", failure)
            return None

    def keep(self, reply: Reply) -> None:
        """Remember a reply that turned out well."""
        if reply.remembered or not self._limits.keep:
            return
        with self._database.transaction() as session:
            writing.keep_written(
                session,
                workspace_id=self._workspace_id,
                key=reply.key,
                text=reply.text,
                now=self._clock.now(),
                keep=self._limits.keep,
            )

    def disappointed(self) -> None:
        """Note that what it wrote could not be used."""
        self._count(failures=1)

    def _key(self, messages: Sequence[Message]) -> str:
        parts = (self._model.name, *(part for one in messages for part in (one.role, one.text)))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def _kept(self, key: str) -> str | None:
        with self._database.reading() as session:
            return writing.written_text(session, self._workspace_id, key, self._clock.now())

    def _is_spent(self) -> bool:
        with self._database.reading() as session:
            today = writing.spent(session, self._workspace_id, self._clock.now().date())
        limits = self._limits
        return (0 < limits.tokens_a_day <= today.tokens) or (
            0 < limits.cost_a_day * 1_000_000 <= today.cost_micros
        )

    def _within_time(self, messages: Sequence[Message]) -> str:
        """What it says; a second try where the provider says when, and the time allows it."""
        deadline = time.monotonic() + self._limits.seconds
        try:
            return self._call(messages, deadline)
        except ChatModelFailed as failure:
            wait = failure.retry_after
            if wait is None or time.monotonic() + wait >= deadline:
                raise
            log.info("trying again in %.1f s: %s", wait, failure)
            self._pause(wait)
        return self._call(messages, deadline)

    def _call(self, messages: Sequence[Message], deadline: float) -> str:
        listener = _Listener(self._model, messages)
        try:
            text = listener.hear(deadline, self._limits.characters)
        except ChatModelFailed:
            self._count(calls=1, failures=1, usage=listener.usage)
            raise
        self._count(calls=1, usage=listener.usage)
        return text

    def _count(self, *, usage: Usage | None = None, **numbers: int) -> None:
        usage = usage or Usage()
        with self._database.transaction() as session:
            writing.count(
                session,
                workspace_id=self._workspace_id,
                day=self._clock.now().date(),
                model=self._model.name,
                tokens_read=usage.read,
                tokens_written=usage.written,
                cost_micros=self._limits.cost_micros(usage),
                **numbers,
            )


class _Listener:
    """Hears a model in a thread of its own, so that one that falls silent holds nobody up."""

    def __init__(self, model: ChatModel, messages: Sequence[Message]) -> None:
        self._model = model
        self._messages = messages
        self._pieces: queue.SimpleQueue[Piece | Exception | None] = queue.SimpleQueue()
        self._enough = threading.Event()
        self._counted: Usage | None = None
        self._text = ""

    @property
    def usage(self) -> Usage:
        """What it has cost; estimated where it broke off before it was said."""
        return self._counted or estimated(self._messages, self._text)

    def hear(self, deadline: float, characters: int) -> str:
        """The whole text.

        Raises:
            ChatModelFailed: it failed, is too slow, or does not end.
        """
        threading.Thread(target=self._listen, name="chat-model", daemon=True).start()
        try:
            while (piece := self._next(deadline)) is not None:
                self._text += piece.text
                if piece.usage is not None:
                    self._counted = (self._counted or Usage()) + piece.usage
                if len(self._text) > characters:
                    raise ChatModelFailed(f"{self._model.name} wrote more than {characters} characters.")
        finally:
            self._enough.set()
        return self._text

    def _next(self, deadline: float) -> Piece | None:
        try:
            piece = self._pieces.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise ChatModelFailed(f"{self._model.name} did not finish in time.") from None
        if isinstance(piece, ChatModelFailed):
            raise piece
        if isinstance(piece, Exception):
            raise ChatModelFailed(f"{self._model.name} failed: {piece!r}") from piece
        return piece

    def _listen(self) -> None:
        try:
            for piece in self._model.stream(self._messages):
                self._pieces.put(piece)
                if self._enough.is_set():
                    return
            self._pieces.put(None)
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker hears of it
            self._pieces.put(error)
