"""Gaps of knowledge and loops of feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The way back is a backup taken before."""
    op.create_table(
        "feedback_loops",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_words", sa.String(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_feedback_loops_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_loops")),
    )
    with op.batch_alter_table("feedback_loops", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_loops_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_loops_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_loops_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "knowledge_gaps",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_email", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("verified_id", sa.String(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["verified_id"], ["verified_answers.id"], name=op.f("fk_knowledge_gaps_verified_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_knowledge_gaps_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_gaps")),
    )
    with op.batch_alter_table("knowledge_gaps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_gaps_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_knowledge_gaps_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_knowledge_gaps_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "gap_questions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("gap_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("untold", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_gap_questions_account_id")),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_gap_questions_answer_id")),
        sa.ForeignKeyConstraint(["gap_id"], ["knowledge_gaps.id"], name=op.f("fk_gap_questions_gap_id")),
        sa.ForeignKeyConstraint(["question_id"], ["messages.id"], name=op.f("fk_gap_questions_question_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_gap_questions_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_questions")),
        sa.UniqueConstraint(
            "workspace_id", "question_id", name=op.f("uq_gap_questions_workspace_id_question_id")
        ),
    )
    with op.batch_alter_table("gap_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_questions_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_gap_questions_gap_id_asked_at", ["gap_id", "asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_gap_questions_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "feedback_loop_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("loop_id", sa.String(), nullable=False),
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("slack_user_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("untold", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_feedback_loop_items_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_feedback_loop_items_feedback_id")
        ),
        sa.ForeignKeyConstraint(
            ["loop_id"], ["feedback_loops.id"], name=op.f("fk_feedback_loop_items_loop_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_feedback_loop_items_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_loop_items")),
        sa.UniqueConstraint(
            "workspace_id", "feedback_id", name=op.f("uq_feedback_loop_items_workspace_id_feedback_id")
        ),
    )
    with op.batch_alter_table("feedback_loop_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_loop_items_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_loop_items_loop_id"), ["loop_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_feedback_loop_items_workspace_id"), ["workspace_id"], unique=False
        )
