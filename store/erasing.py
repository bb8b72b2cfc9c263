"""Forgets a person: what they wrote and who they were goes, what was counted stays.

Rows are kept and emptied, so that figures and foreign keys hold; where a row needs a name it has `erased:` and a
salted hash. First what is known to be theirs is emptied; then every other text of the workspace is gone through,
table by table, for their names, ids and words, so that a table that is added later is covered too. One
transaction: killed in the middle, nothing has happened; done again, nothing is left to do.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, String, Table, delete, select, update
from sqlmodel import SQLModel

from store.personal import Subject, subject
from store.tables import sources
from store.tables.erasures import Erasure, find_erasure, hash_of, request_erasure
from store.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlmodel import Session

ERASED = "[erased]"
NAME = "Erased person"
PREFIX = 24  # characters of somebody's words that tell them, also where they were cut
BATCH = 500
# Of the company's own making, or without words: nobody's personal data.
LEFT_ALONE = frozenset({
    "workspaces", "sources", "vectors", "index_generations", "chat_usage", "erasures", "playbook_definitions", "staff",
    "timers", "trigger_states", "subscriptions", "accounts", "contacts", "slack_users",
})  # fmt: skip
KNOWLEDGE = frozenset(
    {"documents", "passages", "retired_passages", "citations"}
)  # articles, and what they say
EMPTIED = frozenset({"messages", "answers", "feedback"})  # where theirs are gone, and others asked the same
LEARNED = frozenset({"verified_answers", "written_texts"})
# Of a stored event or message of theirs these say what it was, and nothing about them.
STRUCTURE = frozenset({
    "view", "run_id", "playbook", "step_key", "account_id", "ask_type", "answer_id", "task_id", "surface", "kind",
    "action_id", "callback_id", "event_key",
})  # fmt: skip


@dataclass
class Report:
    """What was emptied or changed, rows by table."""

    counts: dict[str, int] = field(default_factory=dict)
    run_ids: frozenset[str] = frozenset()  # of their accounts: somebody else has to be asked now
    again: bool = False  # it had been done before

    def add(self, table: str, rows: int) -> None:
        """Note that many rows."""
        if rows:
            self.counts[table] = self.counts.get(table, 0) + rows


def erase_person(
    session: Session, workspace_id: str, name: str, *, requested_by: str, now: datetime
) -> Report:
    """Forget the person with this Slack id or e-mail address.

    Raises:
        NotFound: nothing is stored under that name.
        StoreError: they are one of our own staff.
    """
    wanted = name.strip().strip("<@>").split("|")[0]
    before = find_erasure(session, workspace_id, wanted)
    if before is not None and before.done_at is not None:
        return Report(dict(before.counts), again=True)
    who = subject(session, workspace_id, wanted)
    report = Report(run_ids=who.run_ids)
    eraser = _Eraser(
        session, workspace_id, who, f"erased:{hash_of(workspace_id, min(who.emails | who.slack_ids))}"
    )
    _empty(eraser, report, now)
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in LEFT_ALONE and "workspace_id" in table.columns:
            report.add(table.name, eraser.go_through(table))
    _withdraw_learned(eraser, now)
    for one in sorted(who.slack_ids | who.emails):
        request_erasure(
            session,
            Erasure(
                workspace_id=workspace_id,
                subject_hash=hash_of(workspace_id, one),
                requested_by=requested_by,
                requested_at=now,
                done_at=now,
                counts=report.counts,
            ),
        )
    return report


def _empty(eraser: _Eraser, report: Report, now: datetime) -> None:
    """What is theirs: their rows stay, their words go."""
    who, tomb = eraser.who, eraser.tomb
    slack_ids, contact_ids = sorted(who.slack_ids), sorted(who.contact_ids)
    contacts, users, messages = _table("contacts"), _table("slack_users"), _table("messages")
    for contact_id in contact_ids:  # each its own name, as an account may have several rows of one person
        values = {
            "name": NAME, "email": f"{tomb}:{contact_id[:8]}", "title": None, "slack_user_id": None, "timezone": None,
            "status": "erased", "opted_out_at": now, "updated_at": now,
        }  # fmt: skip
        report.add(
            "contacts", eraser.run(update(contacts).where(contacts.c.id == contact_id).values(**values))
        )
    of_workspace = users.c.workspace_id == eraser.workspace_id
    report.add(
        "slack_users", eraser.run(delete(users).where(of_workspace, users.c.slack_user_id.in_(slack_ids)))
    )
    theirs = (messages.c.workspace_id == eraser.workspace_id) & messages.c.slack_user_id.in_(slack_ids)
    values = {"text": "", "embedding": None, "embedding_model": None}
    report.add("messages", eraser.run(update(messages).where(theirs).values(**values)))
    answers = _table("answers")
    asked = (answers.c.workspace_id == eraser.workspace_id) & answers.c.asked_by.in_(slack_ids)
    emptied: dict[str, Any] = {"text": "", "standalone_question": None, "closest": [], "readings": []}
    report.add("answers", eraser.run(update(answers).where(asked).values(**emptied)))
    feedback = _table("feedback")
    said = (feedback.c.workspace_id == eraser.workspace_id) & feedback.c.slack_user_id.in_(slack_ids)
    report.add("feedback", eraser.run(update(feedback).where(said).values(comment=None)))
    steps = _table("run_steps")
    mine = steps.c.contact_id.in_(contact_ids)
    report.add("run_steps", eraser.run(update(steps).where(mine).values(text=None, answer_text=None)))
    outbox = _table("outbox")
    waiting = (outbox.c.workspace_id == eraser.workspace_id) & outbox.c.slack_user_id.in_(slack_ids)
    eraser.run(update(outbox).where(waiting, outbox.c.state == "pending").values(state="cancelled"))


def _withdraw_learned(eraser: _Eraser, now: datetime) -> None:
    """Answers that were learned from their words leave the knowledge base with the next sync of them."""
    pairs = _table("verified_answers")
    held = (pairs.c.workspace_id == eraser.workspace_id) & pairs.c.withdrawn_at.is_(None)
    touched = held & (pairs.c.question.contains(ERASED) | pairs.c.answer.contains(ERASED))
    if eraser.run(update(pairs).where(touched).values(withdrawn_at=now)):
        sources.want_verified(eraser.session, eraser.workspace_id, now)


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


@dataclass
class _Eraser:
    """Goes through texts for one person."""

    session: Session
    workspace_id: str
    who: Subject
    tomb: str
    _may_quote: bool = True  # of the row that is gone through

    @cached_property
    def _learned_source(self) -> str | None:
        found = sources.find_source(self.session, self.workspace_id, sources.VERIFIED)
        return found.id if found else None

    @cached_property
    def _learned_documents(self) -> frozenset[str]:
        documents = _table("documents")
        statement = select(documents.c.id).where(documents.c.source_id == self._learned_source)
        return frozenset(self.session.connection().execute(statement).scalars())

    def run(self, statement: Any) -> int:
        """Carry a change out; how many rows it changed."""
        return int(self.session.connection().execute(statement).rowcount)

    def go_through(self, table: Table) -> int:
        """Every text of a table's rows; how many rows changed."""
        columns = [one for one in table.columns if _holds_text(one)]
        if not columns:
            return 0
        key = table.c.id
        rows = self.session.connection().execute(
            select(table).where(table.c.workspace_id == self.workspace_id).order_by(key)
        )
        found = [dict(one) for one in rows.mappings()]
        changed = [(row, values) for row in found if (values := self._changes(table, columns, row))]
        for row, values in changed:
            self.run(update(table).where(key == row[key.name]).values(**values))
            if "text_hash" in row:
                self._forget_vector(row["text_hash"])
        return len(changed)

    def _forget_vector(self, text_hash: str) -> None:
        vectors = _table("vectors")
        mine = vectors.c.workspace_id == self.workspace_id
        self.run(delete(vectors).where(mine, vectors.c.text_hash == text_hash))

    def _changes(self, table: Table, columns: list[Any], row: Mapping[str, Any]) -> dict[str, Any]:
        theirs = self._is_theirs(row)
        near = theirs or self._is_near(row)
        self._may_quote = self._may_hold_quotes(table.name, row, near)
        values = {}
        for column in columns:
            old = row[column.name]
            new = self._emptied(old) if theirs and isinstance(old, dict) else self.value(old, near)
            if new != old:
                values[column.name] = new
        return values

    def _may_hold_quotes(self, table: str, row: Mapping[str, Any], near: bool) -> bool:
        """Whether words that are also theirs may be taken for theirs: many people ask the same, articles too."""
        if table in KNOWLEDGE:
            learned = row.get("source_id") is not None and row.get("source_id") == self._learned_source
            return learned or row.get("document_id") in self._learned_documents
        return table in LEARNED or (near and table not in EMPTIED)

    def _is_near(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is about one of their accounts, so that a first name is theirs."""
        return (
            row.get("account_id") in self.who.account_ids
            or row.get("run_id") in self.who.run_ids
            or row.get("contact_id") in self.who.contact_ids
            or any(
                str(value.get("account_id")) in self.who.account_ids
                for value in row.values()
                if isinstance(value, dict)
            )
            or any(one.search(str(value)) for value in row.values() if value for one in self._ids)
        )

    def _is_theirs(self, row: Mapping[str, Any]) -> bool:
        """Whether it was said to them or by them."""
        payload = row.get("payload")
        by = payload.get("user_id") if isinstance(payload, dict) else None
        return row.get("slack_user_id") in self.who.slack_ids or by in self.who.slack_ids

    def _emptied(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A message or event of theirs: what it was stays, all words go."""
        return {
            name: self.value(value, near=True) if name in STRUCTURE else _without_words(value)
            for name, value in payload.items()
        }

    def value(self, value: Any, near: bool) -> Any:
        """A text, or what holds texts, without the person."""
        if isinstance(value, str):
            return self._text(value, near)
        if isinstance(value, list):
            return [self.value(one, near) for one in value]
        if isinstance(value, dict):
            theirs = (
                value.get("contact_id") in self.who.contact_ids and "state" in value
            )  # a step within a run
            return {
                self._text(name, near): (
                    "" if theirs and name in {"text", "answer_text"} and inner else self.value(inner, near)
                )
                for name, inner in value.items()
            }
        return value

    def _text(self, text: str, near: bool) -> str:
        if self._quotes(text):
            return ERASED
        for one in self._ids:
            text = one.sub(self.tomb, text)
        for name in self._names:
            text = name.sub(NAME, text)
        if near:
            for first in self._firsts:
                text = first.sub("they", text)
        return text

    def _quotes(self, text: str) -> bool:
        """Whether a text holds words of theirs, also cut or escaped."""
        if not self._may_quote or len(text) < len(ERASED):
            return False
        plain = _plain(text)
        return any(words in plain for words in self._words)

    @cached_property
    def _words(self) -> list[str]:
        return sorted({_plain(text)[:PREFIX] for text in self.who.texts})

    @cached_property
    def _ids(self) -> list[re.Pattern[str]]:
        ids = self.who.slack_ids | self.who.emails | self.who.dm_channels
        return [_whole(one) for one in sorted(ids, key=len, reverse=True)]

    @cached_property
    def _names(self) -> list[re.Pattern[str]]:
        return [_whole(one) for one in sorted(self.who.names, key=len, reverse=True)]

    @cached_property
    def _firsts(self) -> list[re.Pattern[str]]:
        return [re.compile(rf"(?<!\w){re.escape(one)}(?!\w)") for one in sorted(self.who.first_names)]


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(words)}(?![\w-])", re.IGNORECASE)


def _plain(text: str) -> str:
    """As people read it: without entities, hidden characters, and doubled spaces."""
    return " ".join(visible(html.unescape(text)).casefold().split())


def _holds_text(column: Any) -> bool:
    if column.foreign_keys or column.primary_key or column.name in {"workspace_id", "state", "kind"}:
        return False
    kind = getattr(column.type, "impl_instance", column.type)  # SQLModel wraps its strings
    return isinstance(kind, (JSON, String))


def _without_words(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    if isinstance(value, list):
        return [_without_words(one) for one in value]
    return {name: _without_words(one) for name, one in value.items()} if isinstance(value, dict) else value


def left_over(session: Session, workspace_id: str, secrets: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Where any of these texts still stands: table and column. For checking that nothing does."""
    plain = {_plain(one) for one in secrets}
    for table in SQLModel.metadata.sorted_tables:
        if "workspace_id" not in table.columns:
            continue
        rows = session.connection().execute(select(table).where(table.c.workspace_id == workspace_id))
        for row in rows.mappings():
            for name, value in row.items():
                held = _plain(str(value)) if value is not None else ""
                if any(one in held for one in plain):
                    yield table.name, name
