"""What happened, triggers, published versions, the story of steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup taken before."""
    op.create_table(
        "happenings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_happenings_account_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_happenings_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_happenings")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_happenings_workspace_id_key")),
    )
    with op.batch_alter_table("happenings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_happenings_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_happenings_handled_at"), ["handled_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_happenings_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "trigger_states",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("armed", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_trigger_states_account_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_trigger_states_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trigger_states")),
        sa.UniqueConstraint(
            "workspace_id",
            "playbook",
            "trigger",
            "account_id",
            name=op.f("uq_trigger_states_workspace_id_playbook_trigger_account_id"),
        ),
    )
    with op.batch_alter_table("trigger_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trigger_states_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trigger_states_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "step_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["playbook_runs.id"], name=op.f("fk_step_events_run_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_step_events_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_events")),
    )
    with op.batch_alter_table("step_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_events_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_step_events_workspace_id"), ["workspace_id"], unique=False)

    with op.batch_alter_table("playbook_definitions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("published_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("run_steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("survey", sa.String(), nullable=True))
