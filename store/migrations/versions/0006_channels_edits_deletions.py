"""How the bot behaves in channels; edited and deleted questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup taken before."""
    op.create_table(
        "channel_policies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_channel_policies_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_policies")),
        sa.UniqueConstraint(
            "workspace_id", "channel_id", name=op.f("uq_channel_policies_workspace_id_channel_id")
        ),
    )
    with op.batch_alter_table("channel_policies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_policies_workspace_id"), ["workspace_id"], unique=False)

    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("readings", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edited_ts", sa.String(), nullable=True))
