"""Life of documents: vectors apart, dates, old passages, schedules, verified answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOVE = """
INSERT INTO vectors (workspace_id, model, text_hash, embedding, created_at)
SELECT workspace_id, embedding_model, {text_hash}, embedding, created_at FROM {table}
WHERE embedding IS NOT NULL AND embedding_model IS NOT NULL AND {text_hash} <> ''
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    """The way back is a backup taken before. Embeddings move to a table of their own; none is made anew."""
    op.create_table(
        "retired_passages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("document_uri", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("heading_path", sa.JSON(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_retired_passages_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retired_passages")),
    )
    with op.batch_alter_table("retired_passages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retired_passages_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retired_passages_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_retired_passages_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "vectors",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_vectors_workspace_id")),
        sa.PrimaryKeyConstraint("workspace_id", "model", "text_hash", name=op.f("pk_vectors")),
    )
    op.create_table(
        "verified_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approver_name", sa.String(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("source_link", sa.String(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_verified_answers_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verified_answers")),
    )
    with op.batch_alter_table("verified_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verified_answers_workspace_id"), ["workspace_id"], unique=False)

    op.execute(_MOVE.format(table="passages", text_hash="text_hash"))
    op.execute(_MOVE.format(table="documents", text_hash="card_hash"))

    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("persona", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("effective_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("effective_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("link", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_documents_card_hash"), ["card_hash"], unique=False)
        batch_op.drop_column("embedding")
        batch_op.drop_column("embedding_model")

    with op.batch_alter_table("passages", schema=None) as batch_op:
        batch_op.drop_column("embedding")
        batch_op.drop_column("embedding_model")

    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sync_every", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("error", sa.String(), nullable=True))
