"""Goes through every text of a workspace for one person: their names, their ids, and words of theirs.

What was said to them or by them loses its words; what others wrote loses the person. Words that others wrote too are
taken for theirs only near their accounts and ids.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, String, Table, delete, select, update
from sqlmodel import SQLModel

from store.tables import sources
from store.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session

    from store.personal import Subject

ERASED = "[erased]"
NAME = "Erased person"
PREFIX = 24  # characters of somebody's words that tell them, also where they were cut
KNOWLEDGE = frozenset(
    {"documents", "passages", "retired_passages", "citations"}
)  # articles, and what they say
EMPTIED = frozenset({"messages", "answers", "feedback"})  # where theirs are gone, and others asked the same
LEARNED = frozenset({"verified_answers", "written_texts", "knowledge_gaps", "feedback_loops"})
# Of a stored event or message of theirs these say what it was, and nothing about them.
STRUCTURE = frozenset({
    "view", "run_id", "playbook", "step_key", "account_id", "ask_type", "answer_id", "task_id", "surface", "kind",
    "action_id", "callback_id", "event_key",
})  # fmt: skip


def table_of(name: str) -> Table:
    """The table of that name."""
    return SQLModel.metadata.tables[name]


@dataclass
class Eraser:
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
        documents = table_of("documents")
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
        vectors = table_of("vectors")
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
        held = plain(text)
        return any(words in held for words in self._words)

    @cached_property
    def _words(self) -> list[str]:
        return sorted({plain(text)[:PREFIX] for text in self.who.texts})

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


def plain(text: str) -> str:
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
