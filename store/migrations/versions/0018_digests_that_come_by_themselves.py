"""Digests that come by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup taken before."""
    op.create_table(
        "digest_schedules",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_digest_schedules_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_schedules")),
        sa.UniqueConstraint(
            "workspace_id",
            "channel_id",
            "every",
            "scope",
            name=op.f("uq_digest_schedules_workspace_id_channel_id_every_scope"),
        ),
    )
    with op.batch_alter_table("digest_schedules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_schedules_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_schedules_workspace_id"), ["workspace_id"], unique=False)
