"""What the triggers of playbooks have seen of each account, so that a change is noticed once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint, bindparam
from sqlmodel import Field, Session, SQLModel, select

from store.columns import id_field, moment_field, workspace_field
from store.remembering import remembered
from store.upsert import insert_new


class TriggerState(SQLModel, table=True):
    """How a condition of a trigger stood for an account when it was last looked at."""

    __tablename__ = "trigger_states"
    __table_args__ = (UniqueConstraint("workspace_id", "playbook", "trigger", "account_id"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    playbook: str
    trigger: str  # which of the playbook's triggers, by its contents
    account_id: str = Field(foreign_key="accounts.id", index=True)
    holds: bool
    since: datetime = moment_field()  # when it began to hold, or ceased to
    armed: bool = True  # whether it would count; after it counted it has to be over first
    counted_at: datetime | None = moment_field(nullable=True)


def state_of(session: Session, wanted: TriggerState) -> tuple[TriggerState, bool]:
    """How a trigger stands for an account, and whether it is looked at for the first time, as `wanted` says."""
    where = (wanted.workspace_id, wanted.playbook, wanted.trigger, wanted.account_id)
    known = find_state(session, *where)
    if known is not None:
        return known, False
    is_first = insert_new(session, wanted)
    found = find_state(session, *where)
    assert found is not None
    return found, is_first


def states_of(session: Session, account_id: str) -> list[TriggerState]:
    """How every trigger stood for an account when it was last looked at."""
    return list(session.exec(_STATES_OF, params={"account_id": account_id}).all())


_STATES_OF = remembered(select(TriggerState).where(TriggerState.account_id == bindparam("account_id")))


def find_state(
    session: Session, workspace_id: str, playbook: str, trigger: str, account_id: str
) -> TriggerState | None:
    """How a trigger stood for an account when it was last looked at."""
    where = {"workspace_id": workspace_id, "playbook": playbook, "trigger": trigger, "account_id": account_id}
    return session.exec(_STATE, params=where).first()


_STATE = select(TriggerState).where(
    TriggerState.workspace_id == bindparam("workspace_id"),
    TriggerState.playbook == bindparam("playbook"),
    TriggerState.trigger == bindparam("trigger"),
    TriggerState.account_id == bindparam("account_id"),
)
