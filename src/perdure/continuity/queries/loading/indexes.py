"""A table without its secondary indexes while very many rows are made in it: one by one they cost far more."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from perdure.continuity.queries.loading.postgresql import connected
from perdure.continuity.queries.loading.sqlite import opened
from perdure.continuity.queries.rows import quoted
from perdure.kernel.settings import Settings

_ON_SQLITE: Final = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name"
)
_ON_POSTGRESQL: Final = (
    "SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid "
    "WHERE x.indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) "
    "ORDER BY i.relname"
)


def take_off(settings: Settings, table: str) -> list[str]:
    """Drop a table's indexes; returns the statements that make them again. Nobody else may be at work."""
    with _opened(settings) as database:
        found = list(database.execute(*_question(settings, table)).fetchall())
        for name, _ in found:
            database.execute(f"DROP INDEX {quoted(name)}")
    return [text for _, text in found]


def put_back(settings: Settings, statements: list[str]) -> None:
    """Make the indexes again."""
    with _opened(settings) as database:
        for text in statements:
            database.execute(text)


def _question(settings: Settings, table: str) -> tuple[str, tuple[str]]:
    return (_ON_SQLITE, (table,)) if settings.sqlite_path else (_ON_POSTGRESQL, (quoted(table),))


@contextmanager
def _opened(settings: Settings) -> Iterator[Any]:
    path = settings.sqlite_path
    made: Any = opened(path) if path else connected(settings.database_url)
    with closing(made):
        yield made
