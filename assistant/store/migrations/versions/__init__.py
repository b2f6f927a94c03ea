"""One script a change of the tables; see `assistant.store.database` on how to add one."""
