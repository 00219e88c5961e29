"""Archives that come in."""

from typing import Any

from sqlalchemy import bindparam, or_, select, update

from perdure.kernel.db import Row, Tx, sql
from perdure.portability.tables import import_run, imported_file, known_site

_OPEN = or_(import_run.c.state == "waiting", import_run.c.state == "running")
_ONE = sql(select(import_run).where(import_run.c.id == bindparam("run_id")))
_OF = sql(
    select(import_run).where(import_run.c.account_id == bindparam("owner")).order_by(import_run.c.id.desc()).limit(20)
)
_DUE = sql(
    select(import_run.c.id)
    .where(_OPEN, import_run.c.claimed_until < bindparam("now"))
    .order_by(import_run.c.id)
    .limit(1)
)
_CLAIM = sql(
    update(import_run)
    .where(
        import_run.c.id == bindparam("run_id"),
        _OPEN,
        import_run.c.claimed_until < bindparam("now"),
    )
    .values(claimed_until=bindparam("until"), state="running")
)
_STALE = sql(
    select(import_run.c.id, import_run.c.account_id)
    .where(import_run.c.state == "receiving", import_run.c.updated_at < bindparam("before"))
    .limit(100)
)
_FILE = sql(
    select(imported_file.c.media_id).where(
        imported_file.c.account_id == bindparam("owner"),
        imported_file.c.host == bindparam("host"),
        imported_file.c.source_id == bindparam("source_id"),
    )
)
_KEYS = sql(select(known_site.c.public_key).where(known_site.c.host == bindparam("host")))
_SITES = sql(select(known_site).order_by(known_site.c.host, known_site.c.added_at))


def one(tx: Tx, run_id: int) -> Row | None:
    """An import."""
    return tx.first(_ONE, run_id=run_id)


def of(tx: Tx, owner: int) -> list[Row]:
    """The owner's twenty newest imports."""
    return tx.all(_OF, owner=owner)


def due(tx: Tx) -> int | None:
    """An import that waits for a worker."""
    found: int | None = tx.scalar(_DUE, now=tx.now)
    return found


def claim(tx: Tx, run_id: int, until: int) -> bool:
    """Take an import in hand; False where somebody else has it."""
    return tx.run(_CLAIM, run_id=run_id, now=tx.now, until=until) == 1


def stale(tx: Tx, before: int) -> list[Row]:
    """(id, account_id) of imports whose file never came."""
    return tx.all(_STALE, before=before)


def change(tx: Tx, run_id: int, **values: Any) -> None:
    """Set columns of an import."""
    tx.update(import_run, {"id": run_id}, updated_at=tx.now, **values)


def file_of(tx: Tx, owner: int, host: str, source_id: str) -> int | None:
    """The file here that a file of an archive became."""
    found: int | None = tx.scalar(_FILE, owner=owner, host=host, source_id=source_id)
    return found


def keys_of(tx: Tx, host: str) -> set[str]:
    """The public keys under which a site is known."""
    return set(tx.column(_KEYS, host=host))


def sites(tx: Tx) -> list[Row]:
    """Every site that is known."""
    return tx.all(_SITES)
