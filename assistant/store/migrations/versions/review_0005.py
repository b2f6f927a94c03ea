"""The table of findings that a teacher has struck out, and whether an award was accepted among many."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the column: of awards made before, it is not known."""
    op.add_column("awards", sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()))
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
    """Drop both."""
    op.drop_table("struck_findings")
    op.drop_column("awards", "accepted")
