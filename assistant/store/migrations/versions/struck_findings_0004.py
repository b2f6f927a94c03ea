"""The table of findings that a teacher has struck out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "struck_findings",
        sa.Column("script_id", sa.Integer, nullable=False),
        sa.Column("finding", sa.String(200), nullable=False),
        sa.Column("marker", sa.String(255), nullable=False),
        sa.Column("struck", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("script_id", "finding", name="pk_struck_findings"),
        sa.ForeignKeyConstraint(
            ["script_id"], ["scripts.id"], name="fk_struck_findings_script_id_scripts", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("struck_findings")
