"""Run by Alembic: applies the migrations over the connection that `assistant.store.database` hands over."""

from alembic import context

from assistant.store.database import Base

# One transaction holds all migrations, on SQLite as well: a database is of the old version or of the new one.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
