"""The table of teachers' own standards."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "standards",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("course", sa.String(100), nullable=False),
        sa.Column("style", sa.String(100), nullable=False),
        sa.Column("shift", sa.Float, nullable=False),
        sa.Column("slope", sa.Float, nullable=False),
        sa.Column("scripts", sa.Integer, nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standards"),
    )
    op.create_index("ix_standards_owner", "standards", ["owner"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("standards")
