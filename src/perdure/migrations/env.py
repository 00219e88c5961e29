"""How Alembic runs here: on a connection that :mod:`perdure.migrations.runner` hands over."""

from alembic import context

from perdure.schema import metadata

# Full-text indexes, their shadow tables and generated triggers are written by hand in migrations.
HAND_WRITTEN_PREFIXES = ("search_", "sqlite_", "_log", "schema_compat", "cache_change", "_site")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Whether ``alembic check`` compares this object with the metadata."""
    return not (kind == "table" and name is not None and name.startswith(HAND_WRITTEN_PREFIXES))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_name=include_name,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
