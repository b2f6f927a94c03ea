"""What a text is recognised by in another class set."""

import hashlib
import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_AT_ONCE = 200


def upgrade() -> None:
    """Add the column, and fill it for the texts that are there."""
    op.add_column("scripts", sa.Column("digest", sa.String(64), nullable=False, server_default=""))
    scripts = sa.table("scripts", sa.column("id"), sa.column("text"), sa.column("digest"))
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.select(scripts.c.id, scripts.c.text).where(scripts.c.id > last).order_by(scripts.c.id).limit(_AT_ONCE)
    ).all():
        for script, text in rows:
            connection.execute(scripts.update().where(scripts.c.id == script).values(digest=_digest(text)))
        last = rows[-1].id
    op.create_index("ix_scripts_digest", "scripts", ["digest"])


def downgrade() -> None:
    """Drop the column."""
    op.drop_index("ix_scripts_digest", "scripts")
    op.drop_column("scripts", "digest")


def _digest(text: str) -> str:
    """As `assistant.class_sets.repeats.text_digest` made it when this was written."""
    words = re.findall(r"\w+", text.casefold())
    return hashlib.sha256(" ".join(words).encode(errors="replace")).hexdigest() if words else ""
