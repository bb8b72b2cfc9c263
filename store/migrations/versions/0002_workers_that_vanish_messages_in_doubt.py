"""Workers that vanish, messages in doubt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup taken before."""
    with op.batch_alter_table("inbound_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vanished", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vanished", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
