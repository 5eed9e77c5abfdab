"""PostgreSQL with a pool that survives a restart of it."""
