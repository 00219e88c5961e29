"""The ground every domain stands on: time, ids, errors, database, outbox, settings. Knows no domain."""
