"""Brings a database to this release's schema, and refuses one that is too new for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from perdure.continuity.service import capture
from perdure.kernel.db.faults import is_damage, of_storage
from perdure.kernel.errors import Invalid, Unavailable
from perdure.kernel.log import logger
from perdure.kernel.settings import Settings
from perdure.schema import metadata

CODE_LEVEL: Final = 1
"""This release's schema level. A database whose ``schema_compat.oldest_code`` is higher refuses this code."""

_LOCK: Final = 7271984
_CONNECT_S: Final = 10


def config() -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    return made


def engine_for(settings: Settings) -> sa.Engine:
    """A plain SQLAlchemy engine for migrations only."""
    if path := settings.sqlite_path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    url = settings.database_url.replace("postgres://", "postgresql://", 1)
    return sa.create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        poolclass=sa.NullPool,
        connect_args={"connect_timeout": _CONNECT_S},
    )


def upgrade(settings: Settings, *, repair: bool = False) -> list[str]:
    """Apply what is missing; returns the applied revisions. Safe to call from several processes at once.

    Where somebody changed the triggers of the copies by hand the site is closed, until ``repair`` makes them anew.
    Raises :class:`Invalid` where the database was written by a newer release than this code can serve.
    """
    with _connection(settings) as connection:
        _refuse_newer(connection)
        before = MigrationContext.configure(connection).get_current_revision()
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
        connection.commit()
        script = ScriptDirectory.from_config(made)
        revision = script.get_current_head() or ""
        if wrong := capture.install(connection, metadata, revision, repair=repair):
            logger("migrations").error("triggers_changed", names=wrong, todo="perdure migrate --repair")
        steps = script.iterate_revisions("head", before or "base")
        return [step.revision for step in reversed(list(steps))]


def upgrade_to(settings: Settings, revision: str) -> None:
    """Bring a database that a restore fills to a revision, without the triggers of the copies; "": as :func:`upgrade`.

    Raises Invalid where this release does not know the revision.
    """
    if not revision:
        upgrade(settings)
        return
    with _connection(settings) as connection:
        made = config()
        made.attributes["connection"] = connection
        try:
            command.upgrade(made, revision)
        except CommandError as error:
            message = f"The copies are of a newer Perdure (schema {revision}): install that release here and try again"
            raise Invalid(message) from error
        connection.commit()


class Status(NamedTuple):
    """Where a database stands: its revision, this release's, and the oldest code it accepts (None: it is empty)."""

    revision: str | None
    head: str
    oldest_code: int | None


def status(settings: Settings) -> Status:
    """Where the database stands; nothing is changed. Raises Unavailable where it cannot be opened."""
    with _opened(engine_for(settings), settings) as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        compat = sa.inspect(connection).has_table("schema_compat")
        oldest = connection.execute(sa.text("SELECT oldest_code FROM schema_compat")).scalar() if compat else None
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return Status(revision, head, oldest)


def check(settings: Settings) -> None:
    """Raise if the tables and the metadata differ (``alembic check``)."""
    with _connection(settings) as connection:
        made = config()
        made.attributes["connection"] = connection
        command.check(made)


@contextmanager
def _connection(settings: Settings) -> Iterator[sa.Connection]:
    engine = engine_for(settings)
    try:
        with _opened(engine, settings) as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            else:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                connection.exec_driver_sql("PRAGMA busy_timeout=30000")
            connection.commit()
            yield connection
    except sa.exc.DBAPIError as error:
        if error.orig is None or not of_storage(error.orig):
            raise  # a migration with a defect
        raise _refused(error.orig, settings) from error
    finally:
        engine.dispose()


def _opened(engine: sa.Engine, settings: Settings) -> sa.Connection:
    """A connection. Raises Unavailable with the driver's reason, which names the host and never the password."""
    try:
        connection = engine.connect()
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA schema_version")  # an SQLite file is first looked at when it is used
            connection.rollback()
    except sa.exc.DBAPIError as error:
        raise _refused(error.orig or error, settings) from error
    return connection


def _refused(error: BaseException, settings: Settings) -> Unavailable:
    """One sentence for whoever starts the site."""
    reason = " ".join(str(error).split())
    what = f"the database {settings.sqlite_path}" if settings.sqlite_path else "the database (database_url)"
    if is_damage(error):
        return Unavailable(f"{what} is damaged ({reason}): restore it from a copy. perdure doctor says more.")
    return Unavailable(f"cannot open {what}: {reason}. perdure doctor says more.")


def _refuse_newer(connection: sa.Connection) -> None:
    if not sa.inspect(connection).has_table("schema_compat"):
        return
    oldest = connection.execute(sa.text("SELECT oldest_code FROM schema_compat")).scalar_one()
    connection.rollback()
    if oldest > CODE_LEVEL:
        message = (
            f"The data was written by a newer Perdure (schema level {oldest}; this release is level {CODE_LEVEL}). "
            "Install that release or a later one; nothing was changed."
        )
        raise Invalid(message)
