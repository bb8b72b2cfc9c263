"""A copy of some accounts in memory, where anything may be tried without a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, event, insert, select, update
from sqlmodel import SQLModel, col
from sqlmodel import select as rows_of

from store.database import Database
from store.remembering import Memory, RememberingSession
from store.tables import (
    Account,
    Contact,
    OutboxMessage,
    PlaybookRun,
    RunStep,
    StaffMember,
    Task,
    Timer,
    UsageFact,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine
    from sqlmodel import Session

WHOLE = frozenset({"staff", "playbook_definitions"})  # everything of the workspace
LEFT_OUT = frozenset(
    {"outbox", "inbound_events", "answers"}
)  # what was said, and what is to be said for real
MANY = 500  # rows written at once


def copy_in_memory(database: Database, workspace_id: str, account_ids: Collection[str]) -> Database:
    """A database of its own with these accounts: their people, contracts, facts, runs, tasks and timers.

    Accounts where the same people are known under the same address come along, since what they are asked
    there counts too. Nothing that waits to be posted is copied. Close it after use.
    """
    copy = empty()
    with database.reading() as source, copy.transaction() as target:
        for table, condition in _wanted(source, workspace_id, account_ids):
            found = [
                dict(row) for row in source.connection().execute(select(table).where(condition)).mappings()
            ]
            for n in range(0, len(found), MANY):
                target.connection().execute(insert(table), found[n : n + MANY])
    return copy


def empty() -> Database:
    """A database in memory with every table; what is named in it need not be there."""
    copy = Copy("sqlite://")
    event.listen(copy.engine, "connect", _unchecked)
    with copy.engine.connect() as connection:
        SQLModel.metadata.create_all(connection, checkfirst=False)
        connection.commit()
    return copy


class Copy(Database):
    """A database in memory, for one thread, that remembers what was read as long as it is so."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._memory = Memory(self.engine)

    def _session(self, bind: Engine | Connection) -> Session:
        return RememberingSession(bind, expire_on_commit=False, memory=self._memory)


def _unchecked(connection: Any, _record: Any) -> None:
    """Rows may name what was not copied; within a transaction SQLite takes no notice of this."""
    connection.execute("PRAGMA foreign_keys=OFF")


def _wanted(
    session: Session, workspace_id: str, account_ids: Collection[str]
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Tables, and which of their rows belong to the accounts: told by the columns that a table has."""
    chosen = _with_the_same_people(session, workspace_id, account_ids)
    runs = session.exec(rows_of(PlaybookRun.id).where(col(PlaybookRun.account_id).in_(chosen))).all()
    users = _slack_users(session, workspace_id, chosen)
    for table in SQLModel.metadata.sorted_tables:
        column = table.columns
        if table.name in LEFT_OUT:
            continue
        if table.name == "workspaces":
            yield table, column.id.in_([workspace_id])
        elif table.name == "accounts":
            yield table, column.id.in_(chosen)
        elif table.name in WHOLE:
            yield table, column.workspace_id == workspace_id
        elif "account_id" in column:
            yield table, column.account_id.in_(chosen)
        elif "run_id" in column:
            yield table, column.run_id.in_(runs)
        elif "slack_user_id" in column:
            yield table, (column.workspace_id == workspace_id) & column.slack_user_id.in_(users)


def _with_the_same_people(session: Session, workspace_id: str, account_ids: Collection[str]) -> list[str]:
    addresses = rows_of(Contact.email).where(col(Contact.account_id).in_(sorted(account_ids)))
    same = rows_of(Contact.account_id).where(
        Contact.workspace_id == workspace_id, col(Contact.email).in_(addresses)
    )
    known = rows_of(Account.id).where(
        Account.workspace_id == workspace_id,
        col(Account.id).in_(sorted(account_ids)) | col(Account.id).in_(same),
    )
    return sorted(session.exec(known).all())


def _slack_users(session: Session, workspace_id: str, account_ids: list[str]) -> list[str]:
    contacts = rows_of(Contact.slack_user_id).where(col(Contact.account_id).in_(account_ids))
    staff = rows_of(StaffMember.slack_user_id).where(StaffMember.workspace_id == workspace_id)
    return sorted({user for query in (contacts, staff) for user in session.exec(query).all() if user})


def name_everybody(session: Session) -> None:
    """Contacts without a Slack id get their own id as one, so that everybody can answer."""
    unnamed = update(Contact).where(col(Contact.slack_user_id).is_(None))
    session.exec(unnamed.values(slack_user_id=Contact.id))


def take_out(session: Session) -> list[OutboxMessage]:
    """What waits in the outbox, in its order; it counts as said from now on."""
    found = session.exec(_WAITING).all()
    if found:
        session.exec(update(OutboxMessage).where(col(OutboxMessage.state) == "pending").values(state="sent"))
    return list(found)


_WAITING = (
    rows_of(OutboxMessage)
    .where(OutboxMessage.state == "pending")
    .order_by(col(OutboxMessage.created_at), col(OutboxMessage.key))
)


def due_timers(session: Session, now: datetime) -> list[tuple[Timer, str]]:
    """The timers that are due, each with its account's id."""
    return list(session.exec(_DUE, params={"now": now}).all())


_DUE = (
    rows_of(Timer, PlaybookRun.account_id)
    .join(PlaybookRun, col(PlaybookRun.id) == col(Timer.run_id))
    .where(Timer.state == "waiting", col(Timer.due_at) <= bindparam("now"))
)


def move_timers(session: Session, moved: Mapping[str, datetime]) -> None:
    """Let timers be due later, by their ids."""
    rows = [{"timer": timer_id, "due": due_at} for timer_id, due_at in moved.items()]
    session.connection().execute(_MOVE, rows)


_MOVE = update(Timer).where(col(Timer.id) == bindparam("timer")).values(due_at=bindparam("due"))


def put_off_since(session: Session, moment: datetime) -> list[RunStep]:
    """Steps that were changed since a moment and wait for something."""
    return list(session.exec(_PUT_OFF, params={"moment": moment}).all())


_PUT_OFF = (
    rows_of(RunStep)
    .where(RunStep.updated_at >= bindparam("moment"), col(RunStep.note).startswith("waits: "))
    .order_by(col(RunStep.key))
)


def made_since(session: Session, moment: datetime) -> list[Task]:
    """Tasks that were made since a moment, oldest first."""
    return list(session.exec(_MADE, params={"moment": moment}).all())


_MADE = (
    rows_of(Task).where(Task.created_at >= bindparam("moment")).order_by(col(Task.created_at), col(Task.key))
)


def all_runs(session: Session) -> list[PlaybookRun]:
    """Every run of the copy, oldest first."""
    return list(
        session.exec(rows_of(PlaybookRun).order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all()
    )


def change(session: Session, table: type[SQLModel], row_id: str, **values: Any) -> None:
    """Change a row of the copy, as the world would."""
    row = session.get_one(table, row_id)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)


def contacts_with(session: Session, email: str) -> list[Contact]:
    """Everybody with that address."""
    return list(session.exec(rows_of(Contact).where(Contact.email == email)).all())


def name_of(session: Session, account_id: str) -> str:
    """An account's name."""
    return session.get_one(Account, account_id).name


def facts_noted(session: Session, kinds: Collection[str]) -> list[UsageFact]:
    """Facts of these kinds, oldest first."""
    noted = rows_of(UsageFact).where(col(UsageFact.kind).in_(sorted(kinds)))
    return list(session.exec(noted.order_by(col(UsageFact.created_at), col(UsageFact.id))).all())
