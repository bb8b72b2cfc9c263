"""One question a stream."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of questions that share a stream the oldest keeps it. The way back is a backup taken before."""
    messages = sa.table(
        "messages",
        *(sa.column(name) for name in ("id", "workspace_id", "channel_id", "stream_ts", "created_at")),
    )
    order = sa.func.row_number().over(
        partition_by=(messages.c.workspace_id, messages.c.channel_id, messages.c.stream_ts),
        order_by=(messages.c.created_at, messages.c.id),
    )
    ranked = (
        sa.select(messages.c.id, order.label("place")).where(messages.c.stream_ts.is_not(None)).subquery()
    )
    later = sa.select(ranked.c.id).where(ranked.c.place > 1)
    op.execute(messages.update().where(messages.c.id.in_(later)).values(stream_ts=None))
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_stream", ["workspace_id", "channel_id", "stream_ts"], unique=True)
