"""Checks of the database, without changing it and without a running site."""

import sqlite3
import time
from typing import Any, Final, LiteralString

import psycopg

from perdure.cli.doctor.finding import Findings, fail, info, ok, size, warn
from perdure.kernel.errors import AppError
from perdure.kernel.settings import Settings
from perdure.migrations import runner

_OLDEST_SQLITE: Final = (3, 38, 0)
_OLDEST_POSTGRES: Final = 150_000
_LARGE_LOG: Final = 1_000_000_000
_DRIFT_S: Final = 2.0


def reachable(settings: Settings) -> Findings:
    """Whether it opens, and which engine it is."""
    yield from _sqlite_engine(settings) if settings.sqlite_path else _postgres_engine(settings)


def _sqlite_engine(settings: Settings) -> Findings:
    path = settings.sqlite_path
    assert path is not None
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        yield fail("database", f"SQLite {sqlite3.sqlite_version} is too old", "use a Python with SQLite 3.38 or newer")
    if not path.exists():
        yield info("database", f"SQLite {sqlite3.sqlite_version}; {path} is made at the first start")
        return
    yield ok("database", f"SQLite {sqlite3.sqlite_version}, {path}, {size(path.stat().st_size)}")


def _postgres_engine(settings: Settings) -> Findings:
    with _postgres(settings) as connection:
        number = connection.info.server_version
        text = f"PostgreSQL {number // 10_000}.{number % 10_000}, database {connection.info.dbname}"
    if number < _OLDEST_POSTGRES:
        yield fail("database", f"{text}: too old", "PostgreSQL 15 or newer is needed")
    else:
        yield ok("database", text)


def schema(settings: Settings) -> Findings:
    """Whether the tables fit to this release."""
    if _absent(settings):
        return
    status = runner.status(settings)
    if status.oldest_code is not None and status.oldest_code > runner.CODE_LEVEL:
        yield fail(
            "schema",
            f"a newer Perdure wrote this database (level {status.oldest_code}, this release is {runner.CODE_LEVEL})",
            "install that release or a later one",
        )
    elif status.revision == status.head:
        yield ok("schema", f"revision {status.revision}, as this release wants it")
    elif status.revision is None:
        yield info("schema", "the database is empty; the first start fills it")
    else:
        yield warn(
            "schema",
            f"revision {status.revision}, this release wants {status.head}",
            "perdure migrate, or just start the site: it migrates by itself",
        )


def integrity(settings: Settings) -> Findings:
    """Whether what is stored can be read, and whether what is acknowledged stays."""
    if _absent(settings):
        return
    yield from _sqlite_integrity(settings) if settings.sqlite_path else _postgres_promises(settings)


def _sqlite_integrity(settings: Settings) -> Findings:
    path = settings.sqlite_path
    assert path is not None
    with sqlite3.connect(path, timeout=5) as connection:
        connection.execute("PRAGMA query_only=ON")
        (found,) = connection.execute("PRAGMA quick_check(3)").fetchone()
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()
    if found != "ok":
        yield fail("integrity", f"quick_check: {found}", "stop the site, keep the file, and restore from a copy")
    else:
        yield ok("integrity", "quick_check found nothing")
    log = path.with_name(path.name + "-wal")
    length = log.stat().st_size if log.exists() else 0
    if mode != "wal":
        yield warn("write-ahead log", f"journal_mode is {mode}", "start the site once: it turns the log on")
    elif length > _LARGE_LOG:
        yield warn(
            "write-ahead log",
            f"{size(length)}: something keeps an old view of the database open",
            "end forgotten commands or sqlite3 shells on this file, then restart the site",
        )
    else:
        yield ok("write-ahead log", f"on, {size(length)}")


def _postgres_promises(settings: Settings) -> Findings:
    with _postgres(settings) as connection:
        values = {name: _scalar(connection, f"SHOW {name}") for name in _SHOWN}
        readonly = _scalar(connection, "SELECT pg_is_in_recovery()")
    broken = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if values[name] == "off"]
    if broken:
        yield fail(
            "integrity",
            f"{' and '.join(broken)} off on the server: a crash loses what was acknowledged",
            "switch it on in postgresql.conf and reload",
        )
    else:
        yield ok("integrity", "the server syncs every commit")
    if readonly or values["default_transaction_read_only"] == "on":
        yield fail("database", "the server takes no writes", "point database_url at the primary")
    processes = (settings.workers or 2) + 1
    wanted = processes * (settings.database_connections + 2)
    if wanted > int(values["max_connections"]):
        yield warn(
            "connections",
            f"{processes} processes may ask for {wanted} connections, the server has {values['max_connections']}",
            "raise max_connections, or lower workers or database_connections",
        )


_SHOWN: Final = ("fsync", "full_page_writes", "synchronous_commit", "max_connections", "default_transaction_read_only")


def clock(settings: Settings) -> Findings:
    """Whether the time here fits to the time of what is stored: ids are made from it."""
    if settings.sqlite_path is None:
        with _postgres(settings) as connection:
            before = time.time()
            theirs = _scalar(connection, "SELECT extract(epoch FROM clock_timestamp())")
        drift = abs(float(theirs) - (before + time.time()) / 2)
        if drift > _DRIFT_S:
            yield warn(
                "clock",
                f"differs from the database server's by {drift:.0f} s",
                "set both by NTP (timedatectl set-ntp true)",
            )
            return
    elif settings.sqlite_path.exists():
        ahead = settings.sqlite_path.stat().st_mtime - time.time()
        if ahead > _DRIFT_S:
            yield fail(
                "clock",
                f"is {ahead:.0f} s behind the last write to the database: new posts would sort below old ones",
                "set it by NTP (timedatectl set-ntp true), then restart the site",
            )
            return
    yield ok("clock", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))


def _absent(settings: Settings) -> bool:
    return settings.sqlite_path is not None and not settings.sqlite_path.exists()


def _postgres(settings: Settings) -> "psycopg.Connection[Any]":
    return psycopg.connect(settings.database_url, connect_timeout=8, autocommit=True)


def _scalar(connection: "psycopg.Connection[Any]", text: LiteralString) -> Any:
    row = connection.execute(text).fetchone()
    return None if row is None else row[0]


def usable(settings: Settings) -> bool:
    """Whether a runtime can be opened on it: it is there, and has this release's tables."""
    try:
        status = None if _absent(settings) else runner.status(settings)
    except AppError:
        return False
    return status is not None and status.revision == status.head
