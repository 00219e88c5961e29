"""What tests of restores share: an empty place on either engine, and a site that is brought back to it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.model.kit import Kit
from perdure.continuity.model.restoring import Ledger, Outcome, Report
from perdure.continuity.ports import StoreOpener
from perdure.continuity.service import takeover
from perdure.continuity.service.restoring.places import Migrate, Place, place_for
from perdure.continuity.service.restoring.run import Finish, Wish, restore
from perdure.kernel.clock import SystemClock
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.schema import metadata
from tests.conftest import NOWHERE, database_url
from tests.copied import CopiedSite
from tests.copying import hashes, plain, strained_row
from tests.site import on_loop

FREE = (
    "tag",
    "site_setting",
    "domain_reputation",
    "custom_emoji",
    "score",
    "saved_filter",
    "audit_private",
    "media_keep",
)
"""Tables whose rows point nowhere."""


class Quiet:
    """Nobody looks."""

    def step(self, name: str, total: int = 0) -> None: ...

    def advance(self, rows: int) -> None: ...


async def nothing(_settings: Settings, _ledger: Ledger) -> Outcome:
    """Derived tables are another test's."""
    return Outcome()


@contextmanager
def places(folder: Path, postgres_url: str) -> Iterator[Callable[[str], Settings]]:
    """``make(engine)``: settings of an empty place on an engine; all are gone at the end."""
    made: list[str] = []

    def make(engine: str) -> Settings:
        data = folder / f"home{len(made)}"
        data.mkdir()
        url = ""
        if engine == "postgresql":
            name = f"restored{os.getpid()}_{len(made)}"
            with psycopg.connect(postgres_url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            url = database_url(postgres_url, name)
        made.append(url)
        return Settings(data=data, base_url="http://perdure.test", database_url=url, **NOWHERE)

    yield make
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for number, url in enumerate(made):
            if url:
                connection.execute(f"DROP DATABASE restored{os.getpid()}_{number} WITH (FORCE)".encode())


def bring_back(
    copied: CopiedSite,
    settings: Settings,
    kit: Kit | None = None,
    *,
    opener: StoreOpener | None = None,
    migrate: Migrate = runner.upgrade_to,
    place: Place | None = None,
    finish: Finish = nothing,
    **wish: Any,
) -> Report:
    """Restore into a place."""
    wished = Wish(settings, **{"hashed": True, "rehearsal": True, **wish})
    target = place or place_for(settings, migrate)
    return on_loop(restore(wished, kit or copied.kit(), opener or Stores(), target, SystemClock(), Quiet(), finish))


def live(settings: Settings) -> dict[str, tuple[int, str]]:
    """Count and hash of every captured table."""
    with plain(settings) as db:
        return hashes(db, db.shapes())


def strain(settings: Settings, numbers: range) -> None:
    """Rows with every kind of trouble."""
    with plain(settings) as db:
        for name in FREE:
            for n in numbers:
                db.insert(metadata.tables[name], strained_row(metadata.tables[name], n))


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No living host has to be waited for."""
    monkeypatch.setattr(takeover, "ANSWER_S", 0.2)
    original = takeover.wait_for_the_last_word

    async def soon(*given: Any, **more: Any) -> Any:
        return await original(*given, **{**more, "seconds": 0.2})

    monkeypatch.setattr(takeover, "wait_for_the_last_word", soon)
