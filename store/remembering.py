"""Sessions that remember what they read until one of the tables that it came from is written.

Only for a database that nobody else writes and one thread uses: the copy in memory in which a simulation plays.
Only statements that say so are remembered: those whose rows nobody changes who reads by them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Engine, Executable

    S = TypeVar("S", bound=Executable)

MOST = 5_000  # answers that are kept; then it begins anew
_OPTION = "guidepost_remembered"
_WRITES = re.compile(r"(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) (\w+)")
_ONLY_READS = ("SELECT", "BEGIN", "PRAGMA")


def remembered(statement: S) -> S:
    """The statement, as one whose answers may be remembered."""
    return statement.execution_options(**{_OPTION: True})


@dataclass(frozen=True)
class Answer:
    """Rows that were read, to be taken as from a result."""

    rows: tuple[Any, ...]

    def all(self) -> list[Any]:
        """Every row."""
        return list(self.rows)

    def first(self) -> Any:
        """The first row; None if there is none."""
        return self.rows[0] if self.rows else None

    def one(self) -> Any:
        """The only row."""
        (row,) = self.rows
        return row


@dataclass
class Memory:
    """What was read from a database, and how often each of its tables was written."""

    engine: Engine
    _written: Counter[str] = field(default_factory=Counter)
    _read_from: dict[Any, tuple[str, ...]] = field(default_factory=dict)  # tables by statement
    _answers: dict[Any, tuple[int, Answer]] = field(default_factory=dict)
    _unsaved: bool = False

    def __post_init__(self) -> None:
        """Hear of what is written, and whether it is kept."""
        event.listen(self.engine, "before_cursor_execute", self._hear)
        event.listen(self.engine, "commit", self._kept)
        event.listen(self.engine, "rollback", self._undone)

    def answer(self, statement: Any, params: Mapping[str, Any], ask: Callable[[], Any]) -> Answer:
        """What the statement gives, asked anew only if it has to be."""
        key = (statement, *(tuple(one) if isinstance(one, list) else one for one in params.values()))
        stamp = sum(self._written[table] for table in self._tables_of(statement))
        known = self._answers.get(key)
        if known is None or known[0] != stamp:
            if len(self._answers) >= MOST:
                self.forget()
            known = self._answers[key] = (stamp, Answer(tuple(ask().all())))
        return known[1]

    def forget(self) -> None:
        """Ask for everything anew."""
        self._answers.clear()

    def _tables_of(self, statement: Any) -> tuple[str, ...]:
        if statement not in self._read_from:
            words = set(re.findall(r"\w+", str(statement)))
            self._read_from[statement] = tuple(words & set(SQLModel.metadata.tables))
        return self._read_from[statement]

    def _hear(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith(_ONLY_READS):
            return
        self._unsaved = True
        found = _WRITES.match(statement)
        if found:
            self._written[found[1]] += 1
        else:
            self.forget()

    def _kept(self, _connection: Any) -> None:
        self._unsaved = False

    def _undone(self, _connection: Any) -> None:
        """What was read since the first write may never have been so."""
        if self._unsaved:
            self.forget()
        self._unsaved = False


class RememberingSession(Session):
    """A session that asks its memory first."""

    def __init__(self, *args: Any, memory: Memory, **more: Any) -> None:
        super().__init__(*args, **more)
        self.memory = memory

    def exec(self, statement: Any, *, params: Any = None, **more: Any) -> Any:
        """The statement's result; what is still to be written is written first, as ever."""
        if not (isinstance(params, dict) and statement.get_execution_options().get(_OPTION)):
            return super().exec(statement, params=params, **more)
        self.flush()
        return self.memory.answer(
            statement, params, lambda: super(RememberingSession, self).exec(statement, params=params, **more)
        )


@event.listens_for(RememberingSession, "after_rollback")
def _forget(session: RememberingSession) -> None:
    """A transaction that failed empties the rows that it read."""
    session.memory.forget()
