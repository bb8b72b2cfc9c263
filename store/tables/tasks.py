"""Work for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, bindparam, func
from sqlmodel import Field, Session, SQLModel, col, or_, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.remembering import remembered
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection


class Task(SQLModel, table=True):
    """Something that a member of staff has to do, from a playbook or a customer's wish for a person."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # makes it once: run:step:n, or handover:answer id
    kind: str = "playbook"  # playbook | handover | approval
    account_id: str | None = Field(default=None, foreign_key="accounts.id", index=True)
    run_id: str | None = Field(default=None, foreign_key="playbook_runs.id", index=True)
    owner_email: str | None = Field(default=None, index=True)
    title: str
    body: str = ""
    priority: str = "normal"  # low | normal | high
    state: str = Field(default="open", index=True)  # open | done | cancelled
    due_at: datetime | None = moment_field(nullable=True, index=True)
    link: dict[str, Any] = json_field()  # where it came from: channel, ts, answer id ...
    created_at: datetime = moment_field()
    done_at: datetime | None = moment_field(nullable=True)
    snoozed_until: datetime | None = moment_field(nullable=True)  # till then it is not shown as open work
    snoozes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


def open_task(session: Session, task: Task) -> bool:
    """Write a task down; False if one with its key is there already."""
    return insert_new(session, task)


def find_task(session: Session, workspace_id: str, task_id: str) -> Task | None:
    """A task of this workspace."""
    task = session.get(Task, task_id)
    return task if task is not None and task.workspace_id == workspace_id else None


def task_of_key(session: Session, workspace_id: str, key: str) -> Task | None:
    """The task with this key."""
    return session.exec(select(Task).where(Task.workspace_id == workspace_id, Task.key == key)).first()


def open_tasks(
    session: Session,
    workspace_id: str,
    *,
    owner_email: str | None = None,
    account_ids: Collection[str] | None = None,
    owner_emails: Collection[str] = (),
    awake_at: datetime | None = None,
) -> list[Task]:
    """Open tasks, the one due longest first and those without a date last.

    Args:
        session: a session.
        workspace_id: the workspace.
        owner_email: only this person's.
        account_ids: only those of these accounts; with `owner_email`, those of either.
        owner_emails: those of these people too, for whom the owner stands in.
        awake_at: without those that are snoozed at this moment.
    """
    whose = []
    if owner_email is not None:
        owners = {owner_email.lower(), *map(str.lower, owner_emails)}
        whose.append(func.lower(Task.owner_email).in_(sorted(owners)))
    if account_ids is not None:
        whose.append(col(Task.account_id).in_(sorted(account_ids)))
    statement = select(Task).where(Task.workspace_id == workspace_id, Task.state == "open")
    if whose:
        statement = statement.where(or_(*whose))
    if awake_at is not None:
        asleep = col(Task.snoozed_until)
        statement = statement.where(or_(asleep.is_(None), asleep <= awake_at))
    in_order = statement.order_by(
        col(Task.due_at).is_(None), col(Task.due_at), col(Task.created_at), col(Task.id)
    )
    return list(session.exec(in_order).all())


def urgent_elsewhere(session: Session, account_id: str, run_id: str | None) -> int:
    """How many urgent tasks of an account are open that something else than this run made."""
    found = session.exec(_URGENT, params={"account_id": account_id, "run_id": run_id or ""})
    return found.one()


_URGENT = remembered(
    select(func.count()).where(
        Task.account_id == bindparam("account_id"),
        Task.state == "open",
        Task.priority == "high",
        func.coalesce(Task.run_id, "none") != bindparam("run_id"),
    )
)


def open_in_thread(
    session: Session, workspace_id: str, kind: str, *, channel_id: str, thread_ts: str
) -> list[Task]:
    """The open tasks of a kind that came from a thread, oldest first."""
    link = col(Task.link)
    statement = select(Task).where(
        Task.workspace_id == workspace_id,
        Task.state == "open",
        Task.kind == kind,
        link["channel"].as_string() == channel_id,
        link["ts"].as_string() == thread_ts,
    )
    return list(session.exec(statement.order_by(col(Task.created_at), col(Task.id))).all())


def reword_task(session: Session, workspace_id: str, key: str, *, title: str, body: str) -> str:
    """Give the task with this key other words while it is open; its id."""
    task = session.exec(select(Task).where(Task.workspace_id == workspace_id, Task.key == key)).one()
    if task.state == "open":
        task.title, task.body = title, body
        session.add(task)
        session.flush()
    return task.id


def end_task(session: Session, workspace_id: str, key: str, *, state: str, now: datetime) -> None:
    """Close the task with this key, if it is there and open; `state` is done or cancelled."""
    task = task_of_key(session, workspace_id, key)
    if task is not None and task.state == "open":
        task.state, task.done_at = state, now
        session.add(task)
        session.flush()


def tasks_of_run(session: Session, run_id: str) -> list[Task]:
    """The tasks that a playbook's run made, oldest first."""
    statement = select(Task).where(Task.run_id == run_id)
    return list(session.exec(statement.order_by(col(Task.created_at), col(Task.key))).all())


def close_task(session: Session, task_id: str, now: datetime) -> bool:
    """Mark a task as done; False if it was not open any more."""
    task = session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
    if task.state != "open":
        return False
    task.state, task.done_at = "done", now
    session.add(task)
    session.flush()
    return True


def snooze_task(session: Session, task_id: str, until: datetime) -> bool:
    """Let an open task rest until then; False if it is not open any more."""
    task = session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
    if task.state != "open":
        return False
    task.snoozed_until, task.snoozes = until, task.snoozes + 1
    session.add(task)
    session.flush()
    return True


def give_task(session: Session, task_id: str, owner_email: str) -> bool:
    """Make an open task somebody else's; False if it is not open any more."""
    task = session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
    if task.state != "open":
        return False
    task.owner_email, task.snoozed_until = owner_email, None
    session.add(task)
    session.flush()
    return True
