"""The tables of class sets: sets, scripts, awards, their trail, samples for double marking."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "class_sets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("course", sa.String(100), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("created", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_class_sets"),
    )
    op.create_index("ix_class_sets_owner", "class_sets", ["owner"])
    op.create_table(
        "scripts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("class_set_id", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("student", sa.Text, nullable=False),
        sa.Column("participant", sa.String(50), nullable=False),
        sa.Column("question", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("repeats", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("feedback", sa.JSON),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("mark", sa.Integer),
        sa.Column("max_mark", sa.Integer),
        sa.Column("range_low", sa.Integer),
        sa.Column("range_high", sa.Integer),
        sa.ForeignKeyConstraint(
            ["class_set_id"], ["class_sets.id"], name="fk_scripts_class_set_id_class_sets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scripts"),
        sa.UniqueConstraint("class_set_id", "place", name="uq_scripts_class_set_id"),
    )
    op.create_table(
        "awards",
        sa.Column("script_id", sa.Integer, nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("mark", sa.Integer),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("marker", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("updated", moment, nullable=False),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name="fk_awards_script_id_scripts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("script_id", "role", name="pk_awards"),
    )
    op.create_table(
        "award_trail",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("script_id", sa.Integer, nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("marker", sa.String(255), nullable=False),
        sa.Column("mark", sa.Integer),
        sa.Column("suggested", sa.Integer),
        sa.Column("suggested_low", sa.Integer),
        sa.Column("suggested_high", sa.Integer),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("happened", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["script_id"], ["scripts.id"], name="fk_award_trail_script_id_scripts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_award_trail"),
    )
    op.create_index("ix_award_trail_script_id", "award_trail", ["script_id"])
    op.create_table(
        "marking_samples",
        sa.Column("class_set_id", sa.Integer, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("scripts", sa.JSON, nullable=False),
        sa.Column("drawn", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["class_set_id"], ["class_sets.id"], name="fk_marking_samples_class_set_id_class_sets", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_set_id", name="pk_marking_samples"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("marking_samples", "award_trail", "awards", "scripts", "class_sets"):
        op.drop_table(table)
