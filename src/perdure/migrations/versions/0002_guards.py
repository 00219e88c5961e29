"""The audit log refuses to be edited; the database refuses code too old for it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REFUSAL = "audit entries are append-only"
_LEDGER = ("audit_entry", "audit_enforcement", "audit_root", "audit_receipt")
# A signing key may be destroyed when the site ends: its secret half emptied, and nothing else.
_DESTROYED = (
    "NEW.secret = '' AND NEW.seq = OLD.seq AND NEW.made_at = OLD.made_at AND NEW.public_key = OLD.public_key"
)


def upgrade() -> None:
    op.create_table(
        "schema_compat",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("oldest_code", sa.Integer(), nullable=False),
    )
    op.execute("INSERT INTO schema_compat (id, oldest_code) VALUES (1, 1)")
    if op.get_bind().dialect.name == "sqlite":
        for table in _LEDGER:
            _guard_on_sqlite(table, "UPDATE")
            _guard_on_sqlite(table, "DELETE")
        _guard_on_sqlite("audit_private", "UPDATE")
        _guard_on_sqlite("audit_key", "UPDATE", f"WHEN NOT ({_DESTROYED}) ")
        _guard_on_sqlite("audit_key", "DELETE")
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    for table in _LEDGER:
        _guard_on_postgres(table, "edit", "UPDATE OR DELETE", "ROW")
        _guard_on_postgres(table, "truncate", "TRUNCATE", "STATEMENT")
    _guard_on_postgres("audit_private", "edit", "UPDATE", "ROW")  # to delete a row is erasure
    _guard_on_postgres("audit_key", "edit", "UPDATE", "ROW", f"WHEN (NOT ({_DESTROYED})) ")
    _guard_on_postgres("audit_key", "delete", "DELETE", "ROW")
    _guard_on_postgres("audit_key", "truncate", "TRUNCATE", "STATEMENT")


def _guard_on_sqlite(table: str, verb: str, when: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _guard_on_postgres(table: str, name: str, verbs: str, each: str, when: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{name} BEFORE {verbs} ON {table} "
        f"FOR EACH {each} {when}EXECUTE FUNCTION audit_entry_refuse()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_{name}")


def downgrade() -> None:
    raise NotImplementedError("the audit log's guard is never taken away")
