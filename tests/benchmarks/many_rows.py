"""A workspace with many questions and ratings, written straight into the tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import insert

from store.tables import Account, Answer, Conversation, Feedback, Message, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import SQLModel

    from store.database import Database

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
WORKSPACE, DAYS, ACCOUNTS, TOPICS, WIDTH = "many", 90, 200, 80, 384
ENDINGS = ("answered", "answered", "answered", "partial", "clarify", "refused", "error", "answered")
AT_ONCE = 5_000
QUESTIONS = ("How do I {0} the {1}?", "Where can I {0} a {1}?", "Can we {0} every {1} at once?")
VERBS = ("export", "import", "share", "delete", "rename", "archive", "merge", "print")
NOUNS = ("route", "invoice", "driver", "depot", "report", "vehicle", "order", "zone", "shift", "tariff")


def fill(database: Database, messages: int, *, with_vectors: bool = False) -> None:
    """Write so many messages, half of them questions with an answer, and a tenth as many pieces of feedback."""
    made = list(_questions(messages // 2, with_vectors=with_vectors))
    stamp = {"workspace_id": WORKSPACE, "created_at": NOW}
    _write(database, Workspace, [{"id": WORKSPACE, "name": "Many", "created_at": NOW}])
    accounts = [
        {
            **stamp,
            "id": f"a{n}",
            "key": f"a{n}",
            "name": f"Account {n}",
            "arr_minor": n * 100_00,
            "updated_at": NOW,
        }
        for n in range(ACCOUNTS)
    ]
    _write(database, Account, accounts)
    for model, key in (
        (Conversation, "conversation"),
        (Message, "question"),
        (Message, "reply"),
        (Answer, "answer"),
    ):
        _write(database, model, [one[key] for one in made])
    _write(database, Feedback, [_feedback(n, made) for n in range(messages // 10)])


def _questions(count: int, *, with_vectors: bool) -> Iterator[dict[str, dict[str, Any]]]:
    spread = np.random.default_rng(1)
    centres = spread.normal(size=(TOPICS, WIDTH))
    for n in range(count):
        at = NOW - timedelta(days=DAYS) * ((count - n) / (count + 1))
        topic = n * 7919 % TOPICS
        base = {"workspace_id": WORKSPACE, "created_at": at}
        said = {**base, "conversation_id": f"c{n}", "channel_id": f"C{n % ACCOUNTS}"}
        text = QUESTIONS[n % 3].format(VERBS[topic % 8], NOUNS[topic // 8])
        vector = _unit(centres[topic] + spread.normal(size=WIDTH) * 0.5) if with_vectors else None
        asked = {
            "author": "person",
            "is_question": True,
            "text": text,
            "embedding": vector,
            "embedding_model": "m",
        }
        yield {
            "conversation": {**base, "id": f"c{n}", "channel_id": f"C{n % ACCOUNTS}", "thread_ts": f"{n}.0",
                             "surface": "channel", "account_id": f"a{n % ACCOUNTS}", "opened_by": f"U{n % 900}"},
            "question": {**said, "id": f"q{n}", "ts": f"{n}.0", "slack_user_id": f"U{n % 900}", **asked},
            "reply": {**said, "id": f"r{n}", "ts": f"{n}.1", "author": "bot", "slack_user_id": "UBOT", "text": "So.",
                      "is_question": False, "embedding": None, "embedding_model": None},
            "answer": {**base, "id": f"w{n}", "question_id": f"q{n}", "conversation_id": f"c{n}",
                       "account_id": f"a{n % ACCOUNTS}", "asked_by": f"U{n % 900}",
                       "status": ENDINGS[n % len(ENDINGS)], "text": "So."},
        }  # fmt: skip


def _unit(vector: Any) -> bytes:
    return bytes((vector / np.linalg.norm(vector)).astype("<f4").tobytes())


def _feedback(n: int, made: list[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    answer = made[n * 5 % len(made)]["answer"]
    return {
        "id": f"f{n}", "workspace_id": WORKSPACE, "kind": "answer_rating", "subject": f"answer:{answer['id']}:{n}",
        "slack_user_id": answer["asked_by"], "account_id": answer["account_id"], "answer_id": answer["id"],
        "rating": -1 if n % 4 == 0 else 1, "comment": "Not what I meant" if n % 16 == 0 else None,
        "created_at": answer["created_at"], "updated_at": answer["created_at"],
    }  # fmt: skip


def _write(database: Database, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Rows with the defaults that the model gives."""
    with database.transaction() as session:
        for n in range(0, len(rows), AT_ONCE):
            full = [model(**row).model_dump() for row in rows[n : n + AT_ONCE]]
            session.connection().execute(insert(model), full)
