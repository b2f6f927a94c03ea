"""The tables of students' practice: learners, answers in progress, drafts, hint steps, flashcards, reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "learners",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
        sa.UniqueConstraint("subject", name="uq_learners_subject"),
    )
    op.create_table(
        "answers_in_progress",
        sa.Column("learner_id", sa.Integer, nullable=False),
        sa.Column("course", sa.String(100), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("updated", moment, nullable=False),
        sa.Column("exam_minutes", sa.Integer),
        sa.Column("exam_started", moment),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name="fk_answers_in_progress_learner_id_learners", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("learner_id", "course", "question", name="pk_answers_in_progress"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner_id", sa.Integer, nullable=False),
        sa.Column("course", sa.String(100), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("feedback", sa.JSON, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name="fk_drafts_learner_id_learners", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("learner_id", "course", "question", "number", name="uq_drafts_learner_id"),
    )
    op.create_table(
        "hint_steps",
        sa.Column("draft_id", sa.Integer, nullable=False),
        sa.Column("hint", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("climbed", moment, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_hint_steps_draft_id_drafts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", "hint", name="pk_hint_steps"),
    )
    op.create_table(
        "flashcards",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner_id", sa.Integer, nullable=False),
        sa.Column("course", sa.String(100), nullable=False),
        sa.Column("fact", sa.String(100), nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("due", moment, nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name="fk_flashcards_learner_id_learners", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_flashcards"),
        sa.UniqueConstraint("learner_id", "course", "fact", name="uq_flashcards_learner_id"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("flashcard_id", sa.Integer, nullable=False),
        sa.Column("rating", sa.Integer, nullable=False),
        sa.Column("reviewed", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["flashcard_id"], ["flashcards.id"], name="fk_reviews_flashcard_id_flashcards", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_flashcard_id", "reviews", ["flashcard_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("reviews", "flashcards", "hint_steps", "drafts", "answers_in_progress", "learners"):
        op.drop_table(table)
