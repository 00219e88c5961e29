"""SQLite tells its readers what changed, so that they need not ask for each thing they cached."""

from collections.abc import Iterator

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_POST, _ACCOUNT, _VIEWER, _LARGE = 1, 2, 3, 4
# (table, kind, column that names what changed, events, condition on the row)
_WATCHED = (
    ("post", _POST, "id", ("UPDATE", "DELETE"), ""),
    ("account", _ACCOUNT, "id", ("UPDATE OF version, state", "DELETE"), ""),
    ("vote", _VIEWER, "account_id", ("INSERT", "UPDATE", "DELETE"), ""),
    ("bookmark", _VIEWER, "account_id", ("INSERT", "DELETE"), ""),
    ("thread_mute", _VIEWER, "account_id", ("INSERT", "DELETE"), ""),
    ("post_pin", _VIEWER, "account_id", ("INSERT", "DELETE"), ""),
    ("post", _VIEWER, "account_id", ("INSERT", "UPDATE OF deleted_at", "DELETE"), "reblog_of_id IS NOT NULL"),
    ("mute", _VIEWER, "account_id", ("INSERT", "UPDATE", "DELETE"), ""),
    ("block", _VIEWER, "account_id", ("INSERT", "DELETE"), ""),
    ("block", _VIEWER, "target_id", ("INSERT", "DELETE"), ""),
    ("filter", _VIEWER, "account_id", ("INSERT", "DELETE"), ""),
    ("large_author", _LARGE, "account_id", ("INSERT", "DELETE"), ""),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "CREATE TABLE cache_change (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, id INTEGER NOT NULL)"
    )
    for statement in _triggers():
        op.execute(statement)


def _triggers() -> Iterator[str]:
    for table, kind, column, events, condition in _WATCHED:
        for event in events:
            verb = event.split()[0]
            row = "OLD" if verb == "DELETE" else "NEW"
            when = f"WHEN {row}.{condition} " if condition else ""
            yield (
                f'CREATE TRIGGER cache_{table}_{column}_{kind}_{verb.lower()} AFTER {event} ON "{table}" {when}'
                f"BEGIN INSERT INTO cache_change (kind, id) VALUES ({kind}, {row}.{column}); END"
            )


def downgrade() -> None:
    for table, kind, column, events, _condition in _WATCHED:
        for event in events:
            op.execute(f"DROP TRIGGER IF EXISTS cache_{table}_{column}_{kind}_{event.split()[0].lower()}")
    op.execute("DROP TABLE IF EXISTS cache_change")
