"""Questions from the command line: the same answers as in Slack, and no Slack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.asking import in_place
from bot.citing import cited_document, freshness, standing_of
from knowledge.links import citation_uri
from knowledge.types import Asker, Question, Turn
from store import access, people
from store.errors import GuidepostError, NotFound
from store.tables import conversations, documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot.wiring import Core
    from knowledge.types import Answered, CitedPassage

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
    return as_json(core, answered)


def answer_batch(core: Core, file: Path, as_user: str | None) -> Iterator[dict[str, Any]]:
    """Answer a file of questions, one JSON object a line with `_id` and `text`.

    Raises:
        BadBatch: a line is not such an object; the text names it.
    """
    questions = list(_read_batch(file))
    asker = asker_named(core, as_user)
    answerer = core.answerer(serving=False)
    for identifier, text in questions:
        yield {"_id": identifier, **as_json(core, answerer.answer(Question(text, asker)))}


def as_json(core: Core, answered: Answered) -> dict[str, Any]:
    """An answer as programs read it."""
    return {
        "status": answered.status,
        "answer": answered.answer,
        "readings": list(answered.readings),
        "sentences": [{"text": s.text, "citations": list(s.citations)} for s in answered.sentences],
        "citations": _citations(core, answered.citations),
        "confidence": round(answered.confidence, 4),
        "timings_ms": {stage: round(ms, 1) for stage, ms in answered.timings_ms.items()},
    }


def _citations(core: Core, citations: Sequence[CitedPassage]) -> list[dict[str, Any]]:
    """What was cited, and how far it can be relied on; `passage_id` names the version that was cited."""
    today = core.clock.now().date()
    with core.database.reading() as session:
        return [
            {
                "n": cited.n,
                "title": cited.title,
                "uri": cited.uri,
                "passage_id": cited.passage_id,
                "quote": cited.quote,
                "standing": standing_of(session, cited),
                "note": freshness(cited_document(session, cited), today, core.settings.stale_after),
            }
            for cited in citations
        ]


def passage_as_cited(core: Core, passage_id: str, as_user: str | None) -> dict[str, Any]:
    """A passage in the version that has this id, and what became of it since.

    Raises:
        NotFound: there never was such a passage, its source was removed, or the person may not read it.
    """
    asker = asker_named(core, as_user)
    with core.database.reading() as session:
        found = documents.passage_version(session, core.workspace_id, passage_id)
    readers = {found.audience, found.document_audience or found.audience} if found else set()
    if found is None or not readers <= asker.audiences:
        raise NotFound(
            f"There is no passage {passage_id} that {as_user or 'everybody'} may read. "
            "Take passage_id from `guidepost ask --json`, and --as from who asked."
        )
    lost = "changed" if found.document_audience else "removed"
    return {
        "passage_id": found.passage_id,
        "title": found.title,
        "uri": citation_uri(found.document_uri, found.anchor, None),
        "heading_path": found.heading_path,
        "text": found.text,
        "standing": lost if found.retired_at else "current",
        "said_since": found.created_at.isoformat(),
        "said_until": found.retired_at.isoformat() if found.retired_at else None,
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
