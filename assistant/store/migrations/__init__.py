"""Alembic's scripts: every change of the database's tables, in order, run when a database is opened."""
