"""Chat models, what they cost and have written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup taken before."""
    op.create_table(
        "chat_usage",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("remembered", sa.Integer(), nullable=False),
        sa.Column("tokens_read", sa.BigInteger(), nullable=False),
        sa.Column("tokens_written", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_chat_usage_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_usage")),
        sa.UniqueConstraint(
            "workspace_id", "day", "model", name=op.f("uq_chat_usage_workspace_id_day_model")
        ),
    )
    with op.batch_alter_table("chat_usage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_usage_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "written_texts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_written_texts_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_texts")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_written_texts_workspace_id_key")),
    )
    with op.batch_alter_table("written_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_written_texts_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_written_texts_workspace_id"), ["workspace_id"], unique=False)
