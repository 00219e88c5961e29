"""Where a site is restored to. Until everything is right it is no site that anybody could open by mistake.

A SQLite file grows in a folder beside its place and is moved there at the end; a PostgreSQL database bears a mark.
"""

import shutil
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from perdure.continuity.queries.loading import postgresql
from perdure.continuity.queries.loading.sqlite import SqliteTarget
from perdure.continuity.queries.loading.target import Target
from perdure.continuity.service import disk
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings

WORK: Final = "restoring"
"""The folder, in the data directory, in which a SQLite file grows."""

Migrate = Callable[[Settings, str], None]
"""Brings an empty or older database to a revision; an empty word means this release's, with all triggers."""


class Place(Protocol):
    """A database to be."""

    settings: Settings
    """Of the database while it is filled."""

    def prepare(self) -> bool:
        """Make sure that it is empty; tells whether an interrupted restore was thrown away. Raises Invalid."""
        ...

    def migrate(self, revision: str) -> None:
        """Make the tables of a revision. Raises Invalid where this release does not know it."""
        ...

    def open(self) -> Target:
        """The database, to be filled."""
        ...

    def finish(self) -> None:
        """Put it where the site looks for it."""
        ...


class SqlitePlace:
    """``perdure.db`` of a data directory."""

    def __init__(self, settings: Settings, migrate: Migrate) -> None:
        path = settings.sqlite_path
        assert path is not None
        self._final = path
        self._work = path.parent / WORK
        self._migrate = migrate
        self.settings = msgspec.structs.replace(settings, data=self._work)

    def prepare(self) -> bool:
        """See the protocol."""
        if self._final.exists() and self._final.stat().st_size:
            raise Invalid(f"{self._final} is there already: a restore goes into an empty place only. Name another one")
        cleared = self._work.exists()
        if cleared:
            shutil.rmtree(self._work)
        disk.private_folder(self._work)
        return cleared

    def migrate(self, revision: str) -> None:
        """See the protocol."""
        self._migrate(self.settings, revision)

    def open(self) -> Target:
        """See the protocol."""
        return SqliteTarget(self._work / self._final.name)

    def finish(self) -> None:
        """See the protocol. The file is on the disk before it gets its name."""
        made = self._work / self._final.name
        SqliteTarget.settle(made)
        for suffix in ("-wal", "-shm"):
            self._final.with_name(self._final.name + suffix).unlink(missing_ok=True)
        made.replace(self._final)
        disk.sync(self._final.parent)
        shutil.rmtree(self._work)


class PostgresPlace:
    """A PostgreSQL database."""

    def __init__(self, settings: Settings, migrate: Migrate) -> None:
        self.settings = settings
        self._migrate = migrate

    def prepare(self) -> bool:
        """See the protocol."""
        return postgresql.prepare(self.settings.database_url)

    def migrate(self, revision: str) -> None:
        """See the protocol."""
        self._migrate(self.settings, revision)

    def open(self) -> Target:
        """See the protocol."""
        return postgresql.PostgresTarget(self.settings.database_url)

    def finish(self) -> None:
        """See the protocol."""
        postgresql.finished(self.settings.database_url)


class Scratch:
    """A place for a rehearsal: it stays marked as unfinished, so that nobody opens it as a site by mistake."""

    def __init__(self, inner: Place) -> None:
        self._inner = inner
        self.settings = inner.settings

    def prepare(self) -> bool:
        """See the protocol."""
        return self._inner.prepare()

    def migrate(self, revision: str) -> None:
        """See the protocol."""
        self._inner.migrate(revision)

    def open(self) -> Target:
        """See the protocol."""
        return self._inner.open()

    def finish(self) -> None:
        """Nothing: what is here is thrown away, on PostgreSQL by the next rehearsal."""


def scratch_for(settings: Settings, migrate: Migrate) -> Place:
    """A place for a rehearsal."""
    return Scratch(place_for(settings, migrate))


def place_for(settings: Settings, migrate: Migrate) -> Place:
    """The place that settings name."""
    return PostgresPlace(settings, migrate) if settings.database_url else SqlitePlace(settings, migrate)
