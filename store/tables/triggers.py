"""What the triggers of playbooks have seen of each account, so that a change is noticed once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, select

from store.columns import id_field, moment_field, workspace_field
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


def state_of(session: Session, wanted: TriggerState) -> TriggerState | None:
    """What is known of a trigger and an account; None if it is looked at for the first time, and then noted."""
    if insert_new(session, wanted):
        return None
    statement = select(TriggerState).where(
        TriggerState.workspace_id == wanted.workspace_id,
        TriggerState.playbook == wanted.playbook,
        TriggerState.trigger == wanted.trigger,
        TriggerState.account_id == wanted.account_id,
    )
    return session.exec(statement).one()
