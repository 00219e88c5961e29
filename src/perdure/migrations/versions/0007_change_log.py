"""The change log, the shapes it was written in, and whether the site may be written to."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TABLE _log (lsn INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER NOT NULL, d TEXT NOT NULL)"
        )
    else:
        op.execute(
            "CREATE TABLE _log (lsn BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, "
            "ts BIGINT NOT NULL DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, "
            "xid BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint, d TEXT NOT NULL)"
        )
    op.execute(
        "CREATE TABLE _log_schema (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, revision TEXT NOT NULL, "
        "triggers TEXT NOT NULL, text TEXT NOT NULL)"
    )
    op.execute(
        "CREATE TABLE _site (id INTEGER PRIMARY KEY CHECK (id = 1), mode TEXT NOT NULL "
        "CHECK (mode IN ('open', 'reading', 'closed')), reason TEXT NOT NULL, since BIGINT NOT NULL)"
    )
    op.execute("INSERT INTO _site (id, mode, reason, since) VALUES (1, 'open', '', 0)")


def downgrade() -> None:
    for table in ("_log", "_log_schema", "_site"):
        op.execute(f"DROP TABLE {table}")
