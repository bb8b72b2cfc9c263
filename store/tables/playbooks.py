"""Playbook definitions, runs, their steps, and timers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, bindparam, func, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.remembering import remembered
from store.tables.accounts import Account, Contact
from store.upsert import insert_new, insert_or_change

if TYPE_CHECKING:
    from collections.abc import Collection


class PlaybookDefinition(SQLModel, table=True):
    """A published version of a playbook; runs are pinned to one."""

    __tablename__ = "playbook_definitions"
    __table_args__ = (UniqueConstraint("workspace_id", "name", "content_hash"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    name: str  # onboarding | renewal
    version: str
    content_hash: str
    body: dict[str, Any] = json_field()
    created_at: datetime = moment_field()
    published_at: datetime | None = moment_field(
        nullable=True
    )  # from when on runs begin with it, by themselves too
    published_by: str | None = None  # Slack user id, or e-mail
    retired_at: datetime | None = moment_field(nullable=True)


class PlaybookRun(SQLModel, table=True):
    """One account's way through a playbook."""

    __tablename__ = "playbook_runs"
    __table_args__ = (UniqueConstraint("workspace_id", "playbook", "account_id", "cycle"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    definition_id: str = Field(foreign_key="playbook_definitions.id")
    playbook: str
    account_id: str = Field(foreign_key="accounts.id", index=True)
    cycle: str  # what makes a second run of the same cycle impossible, e.g. the subscription's term
    state: str = Field(default="active", index=True)  # active | paused | finished | stopped
    snapshot: dict[str, Any] = json_field()  # the engine's Run value
    revision: int = 0  # grows with every saved transition
    started_by: str  # Slack user id
    outcome: str | None = None
    reason: str | None = None
    started_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(nullable=True)


class RunStep(SQLModel, table=True):
    """One step of a run as it happened."""

    __tablename__ = "run_steps"
    __table_args__ = (UniqueConstraint("run_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    run_id: str = Field(foreign_key="playbook_runs.id", index=True)
    key: str  # step id, and the audience and round where there are several: O2, O4.champion, O2#2
    step: str
    title: str = ""
    state: str  # planned | preview | awaiting_approval | approved | sent | answered | expired | skipped | held | done
    asks: bool = False  # whether it has a question
    survey: str | None = None  # nps | csat | ces | advocacy | offer, if it counts as one
    in_conversation: bool = False  # follows a person's answer, so that it is not the bot that begins
    contact_id: str | None = Field(default=None, foreign_key="contacts.id")
    text: str | None = None
    note: str | None = None  # why it was skipped or held
    answer: str | None = None
    answer_text: str | None = None  # the person's own words
    answered_by: str | None = None  # Slack user id
    due_at: datetime | None = moment_field(nullable=True)
    sent_at: datetime | None = moment_field(nullable=True)
    answered_at: datetime | None = moment_field(nullable=True)
    channel_id: str | None = None
    message_ts: str | None = None
    updated_at: datetime = moment_field()


class StepEvent(SQLModel, table=True):
    """One thing that became of a step, with the reason: why a message was sent, waited, or was left out."""

    __tablename__ = "step_events"

    id: str = id_field()
    workspace_id: str = workspace_field()
    run_id: str = Field(foreign_key="playbook_runs.id", index=True)
    key: str  # of the step
    state: str
    note: str | None = None
    due_at: datetime | None = moment_field(nullable=True)
    number: int  # in the order of the run
    at: datetime = moment_field()


class Timer(SQLModel, table=True):
    """A moment at which a run wants to hear from us. Fires once."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    run_id: str = Field(foreign_key="playbook_runs.id", index=True)
    key: str  # run id : timer name
    name: str
    due_at: datetime = moment_field(index=True)
    state: str = Field(default="waiting", index=True)  # waiting | fired | cancelled | failed
    late_policy: str = "send"  # send | skip | ask
    leased_until: datetime | None = moment_field(nullable=True)
    attempts: int = 0
    created_at: datetime = moment_field()
    fired_at: datetime | None = moment_field(nullable=True)


_KEPT = frozenset({"id", "workspace_id", "run_id", "key"})  # of a step, whatever becomes of it


def open_runs(session: Session, workspace_id: str, account_ids: Collection[str]) -> list[PlaybookRun]:
    """The runs of these accounts that have not ended, oldest first."""
    statement = select(PlaybookRun).where(
        PlaybookRun.workspace_id == workspace_id,
        col(PlaybookRun.account_id).in_(sorted(account_ids)),
        col(PlaybookRun.state).in_(["active", "paused"]),
    )
    return list(session.exec(statement.order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all())


def open_runs_of(session: Session, workspace_id: str, name: str) -> list[PlaybookRun]:
    """The runs of a playbook that have not ended, oldest first."""
    statement = select(PlaybookRun).where(
        PlaybookRun.workspace_id == workspace_id,
        PlaybookRun.playbook == name,
        col(PlaybookRun.state).in_(["active", "paused"]),
    )
    return list(session.exec(statement.order_by(col(PlaybookRun.started_at), col(PlaybookRun.id))).all())


def history_of(session: Session, run_id: str) -> list[StepEvent]:
    """What became of each step of a run, in its order."""
    statement = select(StepEvent).where(StepEvent.run_id == run_id)
    return list(session.exec(statement.order_by(col(StepEvent.number), col(StepEvent.id))).all())


def publish(
    session: Session,
    *,
    workspace_id: str,
    name: str,
    version: str,
    content_hash: str,
    body: dict[str, Any],
    now: datetime,
) -> PlaybookDefinition:
    """The stored version of these contents; written down if they are new. Published versions never change."""
    row = PlaybookDefinition(
        workspace_id=workspace_id,
        name=name,
        version=version,
        content_hash=content_hash,
        body=body,
        created_at=now,
    )
    insert_new(session, row)
    statement = select(PlaybookDefinition).where(
        PlaybookDefinition.workspace_id == workspace_id,
        PlaybookDefinition.name == name,
        PlaybookDefinition.content_hash == content_hash,
    )
    return session.exec(statement).one()


def mark_published(session: Session, row: PlaybookDefinition, *, by: str, now: datetime) -> None:
    """From now on runs of this playbook begin with this version; an earlier one is retired."""
    for other in published(session, row.workspace_id):
        if other.name == row.name and other.id != row.id:
            other.retired_at = now
            session.add(other)
    row.published_at, row.published_by, row.retired_at = now, by, None
    session.add(row)
    session.flush()


def retire(session: Session, workspace_id: str, name: str, now: datetime) -> bool:
    """No run of this playbook begins by itself any more; False if none did."""
    rows = [row for row in published(session, workspace_id) if row.name == name]
    for row in rows:
        row.retired_at = now
        session.add(row)
    session.flush()
    return bool(rows)


def published(session: Session, workspace_id: str) -> list[PlaybookDefinition]:
    """The versions that runs begin with, by name."""
    statement = select(PlaybookDefinition).where(
        PlaybookDefinition.workspace_id == workspace_id,
        col(PlaybookDefinition.published_at).is_not(None),
        col(PlaybookDefinition.retired_at).is_(None),
    )
    return list(session.exec(statement.order_by(PlaybookDefinition.name)).all())


def published_ids(session: Session, workspace_id: str) -> list[tuple[str, str]]:
    """Id and name of the versions that runs begin with, by name."""
    return list(session.exec(_PUBLISHED, params={"workspace_id": workspace_id}).all())


_PUBLISHED = remembered(
    select(PlaybookDefinition.id, PlaybookDefinition.name)
    .where(
        PlaybookDefinition.workspace_id == bindparam("workspace_id"),
        col(PlaybookDefinition.published_at).is_not(None),
        col(PlaybookDefinition.retired_at).is_(None),
    )
    .order_by(PlaybookDefinition.name)
)


def begin_run(session: Session, run: PlaybookRun, ended_before: datetime | None = None) -> PlaybookRun:
    """Write a run down, unless its account has one of that playbook in that cycle already.

    A stopped run does not count, nor one that ended before a moment, if one is given: the next one of its
    cycle gets a number.

    Returns:
        the run itself, or the one that is in its way.
    """
    wanted, n = run.cycle, 1
    while not insert_new(session, run):
        taken = _run_of_cycle(session, run)
        over = ended_before is not None and taken.ended_at is not None and taken.ended_at <= ended_before
        if taken.state != "stopped" and not over:
            return taken
        n += 1
        run.cycle = f"{wanted}#{n}"
    return session.get_one(PlaybookRun, run.id)


def _run_of_cycle(session: Session, run: PlaybookRun) -> PlaybookRun:
    return session.exec(
        select(PlaybookRun).where(
            PlaybookRun.workspace_id == run.workspace_id,
            PlaybookRun.playbook == run.playbook,
            PlaybookRun.account_id == run.account_id,
            PlaybookRun.cycle == run.cycle,
        )
    ).one()


def find_run(session: Session, run_id: str) -> PlaybookRun | None:
    """A run."""
    return session.get(PlaybookRun, run_id, populate_existing=True)


def lock_run(session: Session, run_id: str) -> tuple[PlaybookRun, Account] | None:
    """A run with its account, which is kept from other writers until the transaction ends; None if it is gone.

    An account's runs change one after another. The run is read when nobody else changes it any more.
    """
    account = session.exec(_LOCKED_ACCOUNT, params={"run_id": run_id}).first()
    run = find_run(session, run_id) if account is not None else None
    return (run, account) if run is not None and account is not None else None


def kinds_of_open_runs(session: Session, account_id: str, *, except_run: str | None) -> list[str]:
    """The kinds of an account's runs that have not ended, each once."""
    found = session.exec(_OPEN_KINDS, params={"account_id": account_id}).all()
    return sorted({kind or "other" for run_id, kind in found if run_id != except_run})


_LOCKED_ACCOUNT = (
    select(Account)
    .join(PlaybookRun, col(PlaybookRun.account_id) == col(Account.id))
    .where(PlaybookRun.id == bindparam("run_id"))
    .with_for_update(of=Account)
    .execution_options(populate_existing=True)
)
_OPEN_KINDS = remembered(
    select(PlaybookRun.id, col(PlaybookRun.snapshot)["kind"].as_string()).where(
        PlaybookRun.account_id == bindparam("account_id"),
        col(PlaybookRun.state).in_(["active", "paused"]),
    )
)


def find_definition(session: Session, definition_id: str) -> PlaybookDefinition:
    """The version that a run is pinned to."""
    return session.get_one(PlaybookDefinition, definition_id)


def runs_of(session: Session, account_id: str) -> list[PlaybookRun]:
    """Every run of an account, newest first."""
    statement = select(PlaybookRun).where(PlaybookRun.account_id == account_id)
    return list(
        session.exec(statement.order_by(col(PlaybookRun.started_at).desc(), col(PlaybookRun.id))).all()
    )


def ended_of(session: Session, account_id: str) -> dict[str, datetime]:
    """When a playbook of each name last ended for an account."""
    found = session.exec(_ENDED_OF, params={"account_id": account_id}).all()
    return {name: at for name, at in found if at is not None}


_ENDED_OF = remembered(
    select(PlaybookRun.playbook, func.max(PlaybookRun.ended_at))
    .where(PlaybookRun.account_id == bindparam("account_id"), col(PlaybookRun.ended_at).is_not(None))
    .group_by(col(PlaybookRun.playbook))
)


def save_run(
    session: Session,
    run_id: str,
    *,
    revision: int,
    snapshot: dict[str, Any],
    state: str,
    outcome: str | None,
    reason: str | None,
    ended_at: datetime | None,
) -> bool:
    """Save a transition of a run; False if somebody else saved one since `revision` was read."""
    values = {
        "snapshot": snapshot,
        "state": state,
        "outcome": outcome,
        "reason": reason,
        "ended_at": ended_at,
    }
    which = {"run": run_id, "known": revision}
    return session.exec(_SAVE_RUN, params=which | values | {"revision": revision + 1}).rowcount == 1


_SAVE_RUN = (
    update(PlaybookRun)
    .where(col(PlaybookRun.id) == bindparam("run"), col(PlaybookRun.revision) == bindparam("known"))
    .values(
        {name: bindparam(name) for name in ("revision", "snapshot", "state", "outcome", "reason", "ended_at")}
    )
    .execution_options(synchronize_session=False)
)


def save_step(session: Session, step: RunStep) -> None:
    """Write a step as it stands now; the row of its run and key is kept."""
    changed = tuple(name for name in RunStep.model_fields if name not in _KEPT)
    insert_or_change(session, step, ("run_id", "key"), changed)


def steps_of(session: Session, run_id: str) -> list[RunStep]:
    """The steps of a run in the order in which they are due."""
    statement = select(RunStep).where(RunStep.run_id == run_id)
    return list(session.exec(statement.order_by(col(RunStep.due_at), col(RunStep.key))).all())


def steps_that_wait(
    session: Session, workspace_id: str, account_ids: Collection[str]
) -> list[tuple[RunStep, PlaybookRun]]:
    """Messages of active runs that wait for somebody's word or are shown before they go out, the next one first."""
    statement = (
        select(RunStep, PlaybookRun)
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .where(
            RunStep.workspace_id == workspace_id,
            PlaybookRun.state == "active",
            col(PlaybookRun.account_id).in_(sorted(account_ids)),
            col(RunStep.state).in_(["preview", "awaiting_approval"]),
        )
    )
    return list(session.exec(statement.order_by(col(RunStep.due_at), col(RunStep.key))).all())


def find_step(session: Session, run_id: str, key: str) -> RunStep | None:
    """One step of a run."""
    return session.exec(select(RunStep).where(RunStep.run_id == run_id, RunStep.key == key)).first()


def step_in_thread(session: Session, workspace_id: str, channel_id: str, thread_ts: str) -> RunStep | None:
    """The step that a reply in a thread belongs to, None if no step's message begins the thread.

    Follow-up questions stand in the thread of the first: the newest that waits for the same person's answer,
    else the one that began the thread.
    """
    first = session.exec(
        select(RunStep).where(
            RunStep.workspace_id == workspace_id,
            RunStep.channel_id == channel_id,
            RunStep.message_ts == thread_ts,
        )
    ).first()
    if first is None:
        return None
    waiting = select(RunStep).where(
        RunStep.run_id == first.run_id,
        RunStep.contact_id == first.contact_id,
        RunStep.state == "sent",
        col(RunStep.asks).is_(True),
    )
    return session.exec(waiting.order_by(col(RunStep.sent_at).desc(), col(RunStep.key))).first() or first


def open_question_of(session: Session, workspace_id: str, contact_ids: Collection[str]) -> RunStep | None:
    """The question that a person has not answered yet; of several the newest."""
    statement = select(RunStep).where(
        RunStep.workspace_id == workspace_id,
        col(RunStep.contact_id).in_(sorted(contact_ids)),
        RunStep.state == "sent",
        col(RunStep.asks).is_(True),
    )
    return session.exec(statement.order_by(col(RunStep.sent_at).desc(), col(RunStep.key))).first()


def next_question(
    session: Session, workspace_id: str, *, account_ids: Collection[str], contact_id: str, after: datetime
) -> datetime | None:
    """When a running playbook asks a person next, or somebody of these accounts that it has not chosen yet."""
    statement = (
        select(func.min(RunStep.due_at))
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .where(
            RunStep.workspace_id == workspace_id,
            col(PlaybookRun.account_id).in_(sorted(account_ids)),
            PlaybookRun.state == "active",
            col(RunStep.state).in_(["planned", "preview", "awaiting_approval", "approved"]),
            col(RunStep.asks).is_(True),
            or_(col(RunStep.contact_id).is_(None), col(RunStep.contact_id) == contact_id),
            col(RunStep.due_at) > after,
        )
    )
    return session.exec(statement).first()


def sent_to(
    session: Session, workspace_id: str, emails: Collection[str], *, except_run: str | None
) -> list[tuple[str, RunStep]]:
    """What other runs sent to the people of these addresses (in lower case), at whichever account, oldest first."""
    whom = {"workspace_id": workspace_id, "emails": sorted(emails)}
    found = session.exec(_SENT_TO, params=whom).all()
    return [(email, step) for email, step in found if step.run_id != except_run]


_SENT_TO = remembered(
    select(func.lower(Contact.email), RunStep)
    .join(Contact, col(Contact.id) == col(RunStep.contact_id))
    .where(
        Contact.workspace_id == bindparam("workspace_id"),
        func.lower(Contact.email).in_(bindparam("emails", expanding=True)),
        col(RunStep.sent_at).is_not(None),
    )
    .order_by(col(RunStep.sent_at), col(RunStep.key))
)


def set_timer(
    session: Session,
    *,
    workspace_id: str,
    run_id: str,
    name: str,
    due_at: datetime,
    late_policy: str,
    now: datetime,
) -> None:
    """Set a run's timer of that name, or move it."""
    timer = Timer(
        workspace_id=workspace_id,
        run_id=run_id,
        key=f"{run_id}:{name}",
        name=name,
        due_at=due_at,
        state="waiting",
        late_policy=late_policy,
        created_at=now,
    )
    moved = ("due_at", "late_policy", "state", "leased_until", "attempts", "fired_at")
    insert_or_change(session, timer, ("workspace_id", "key"), moved)


def cancel_timers(session: Session, *, workspace_id: str, run_id: str, names: Collection[str]) -> None:
    """Those of these timers that are still waiting do not fire any more."""
    statement = (
        update(Timer)
        .where(
            col(Timer.workspace_id) == workspace_id,
            col(Timer.key).in_([f"{run_id}:{name}" for name in names]),
            col(Timer.state) == "waiting",
        )
        .values(state="cancelled")
    )
    session.exec(statement)


def claim_timers(
    session: Session,
    *,
    now: datetime,
    wall: datetime,
    lease: timedelta,
    limit: int,
    workspace_id: str | None = None,
) -> list[Timer]:
    """Take timers that are due, the one due longest first. What is due goes by `now`, leases by `wall`.

    A claim only keeps workers out of each other's way: that a timer fires once is decided by `fire_timer`.
    """
    free = or_(col(Timer.leased_until).is_(None), col(Timer.leased_until) <= wall)
    statement = select(Timer).where(Timer.state == "waiting", col(Timer.due_at) <= now, free)
    if workspace_id is not None:
        statement = statement.where(Timer.workspace_id == workspace_id)
    in_order = statement.order_by(col(Timer.due_at), col(Timer.created_at), col(Timer.key)).limit(limit)
    timers = list(session.exec(in_order.with_for_update(skip_locked=True)).all())
    for timer in timers:
        timer.leased_until = wall + lease
        timer.attempts += 1
        session.add(timer)
    return timers


def fire_timer(session: Session, timer_id: str, *, due_at: datetime, now: datetime) -> bool:
    """Mark a timer as fired; False if it has fired, was cancelled, or was moved from `due_at`."""
    return session.exec(_FIRE_TIMER, params={"timer": timer_id, "due": due_at, "now": now}).rowcount == 1


_FIRE_TIMER = (
    update(Timer)
    .where(
        col(Timer.id) == bindparam("timer"),
        col(Timer.state) == "waiting",
        col(Timer.due_at) == bindparam("due"),
    )
    .values(state="fired", fired_at=bindparam("now"), leased_until=None)
    .execution_options(synchronize_session=False)
)


def fail_timer(session: Session, timer_id: str) -> None:
    """Give a timer up that could not be handled, so that it does not come again."""
    session.exec(update(Timer).where(col(Timer.id) == timer_id).values(state="failed", leased_until=None))


def next_timer(session: Session, workspace_id: str | None = None) -> datetime | None:
    """When the next timer is due."""
    if workspace_id is None:
        return session.exec(_NEXT_TIMER, params={}).one()
    return session.exec(_NEXT_TIMER_OF, params={"workspace_id": workspace_id}).one()


_NEXT_TIMER = remembered(select(func.min(Timer.due_at)).where(Timer.state == "waiting"))
_NEXT_TIMER_OF = _NEXT_TIMER.where(Timer.workspace_id == bindparam("workspace_id"))


def timers_of(session: Session, run_id: str) -> list[Timer]:
    """The waiting timers of a run in the order in which they are due."""
    statement = select(Timer).where(Timer.run_id == run_id, Timer.state == "waiting")
    return list(session.exec(statement.order_by(col(Timer.due_at), col(Timer.key))).all())
