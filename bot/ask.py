"""Questions from the command line: the same answers as in Slack, and no Slack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.asking import in_place
from knowledge.types import Asker, Question, Turn
from store import access, people
from store.errors import GuidepostError
from store.tables import conversations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.wiring import Core
    from knowledge.types import Answered

CHANNEL = "command-line"
HISTORY = 12


class BadBatch(GuidepostError):  # noqa: N818
    """A file of questions cannot be read."""


def asker_named(core: Core, name: str | None) -> Asker:
    """What a person may read when they are alone with the bot; nobody reads public text only."""
    if not name:
        return Asker()
    with core.database.reading() as session:
        person = people.person_named(session, core.workspace_id, name, core.settings.admins)
        return in_place(session, core.workspace_id, person, access.DM).asker


def answer_one(core: Core, text: str, as_user: str | None, thread: str | None) -> dict[str, Any]:
    """Answer a question as JSON; with a thread, earlier questions of it are its history."""
    asker = asker_named(core, as_user)
    history = _history(core, thread) if thread else ()
    answered = core.answerer(serving=False).answer(Question(text, asker, history))
    if thread:
        _remember(core, thread, as_user or "nobody", text, answered.answer)
    return as_json(answered)


def answer_batch(core: Core, file: Path, as_user: str | None) -> Iterator[dict[str, Any]]:
    """Answer a file of questions, one JSON object a line with `_id` and `text`.

    Raises:
        BadBatch: a line is not such an object; the text names it.
    """
    questions = list(_read_batch(file))
    asker = asker_named(core, as_user)
    answerer = core.answerer(serving=False)
    for identifier, text in questions:
        yield {"_id": identifier, **as_json(answerer.answer(Question(text, asker)))}


def as_json(answered: Answered) -> dict[str, Any]:
    """An answer as programs read it."""
    return {
        "status": answered.status,
        "answer": answered.answer,
        "sentences": [{"text": s.text, "citations": list(s.citations)} for s in answered.sentences],
        "citations": [
            {"n": c.n, "title": c.title, "uri": c.uri, "passage_id": c.passage_id, "quote": c.quote}
            for c in answered.citations
        ],
        "confidence": round(answered.confidence, 4),
        "timings_ms": {stage: round(ms, 1) for stage, ms in answered.timings_ms.items()},
    }


def _read_batch(file: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadBatch(f"{file} cannot be read: {error}. Give a text file of JSON lines.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            identifier, text = str(row["_id"]), row["text"]
            if not isinstance(text, str):
                raise TypeError(text)  # noqa: TRY301 - told like the other mistakes
        except (ValueError, KeyError, TypeError) as error:
            raise BadBatch(
                f'{file}, line {number}: expected {{"_id": "...", "text": "..."}}, found {line[:80]!r}.'
            ) from error
        yield identifier, text


def _history(core: Core, thread: str) -> tuple[Turn, ...]:
    with core.database.reading() as session:
        conversation = conversations.find_conversation(
            session, workspace_id=core.workspace_id, channel_id=CHANNEL, thread_ts=thread
        )
        if conversation is None:
            return ()
        earlier = conversations.earlier_messages(session, conversation.id, before_ts="~", limit=HISTORY)
    return tuple(Turn("bot" if m.author == "bot" else "person", m.text) for m in earlier)


def _remember(core: Core, thread: str, user: str, question: str, answer: str) -> None:
    now = core.clock.now()
    with core.database.transaction() as session:
        conversation = conversations.open_conversation(
            session,
            workspace_id=core.workspace_id,
            channel_id=CHANNEL,
            thread_ts=thread,
            surface="cli",
            opened_by=user,
            account_id=None,
            now=now,
        )
        for order, (author, who, text) in enumerate((("person", user, question), ("bot", "bot", answer))):
            conversations.record_message(
                session,
                conversation,
                ts=f"{now.timestamp():.6f}:{order}:{thread}",
                author=author,
                slack_user_id=who,
                text=text,
                now=now,
            )
