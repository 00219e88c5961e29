"""What captures changes for the copies is compared at each start; what was changed by hand closes the site."""

import psycopg
import pytest

from perdure.continuity.service.log import open_log
from perdure.kernel import mode
from perdure.kernel.db import sql
from perdure.kernel.db.sqlite import connect
from perdure.kernel.errors import ReadOnly
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from tests.site import Site

EVENTS = sql("SELECT count(*) FROM _log WHERE d LIKE '[-1,%'")
SHAPES = sql("SELECT count(*) FROM _log_schema")


def by_hand(settings: Settings, statement: str, on_sqlite: str) -> None:
    """What an administrator types into the database's own shell."""
    if settings.sqlite_path:
        connection = connect(settings.sqlite_path)
        connection.execute(on_sqlite)
        connection.close()
        return
    with psycopg.connect(settings.database_url, autocommit=True) as other:
        other.execute(statement)


@pytest.mark.parametrize(
    ("statement", "on_sqlite"),
    [
        ("DROP TRIGGER _log_follow ON follow", "DROP TRIGGER _log_follow_delete"),
        ("ALTER TABLE follow DISABLE TRIGGER _log_follow", "DROP TRIGGER _log_follow_update"),
        ("ALTER TABLE follow ENABLE TRIGGER _log_follow", "DROP TRIGGER _log_follow_key"),
        (
            "CREATE OR REPLACE FUNCTION _log_follow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "DROP TRIGGER _log_follow_insert",
        ),
    ],
)
def test_a_trigger_changed_by_hand_closes_the_site_until_it_is_repaired(
    site: Site, settings: Settings, statement: str, on_sqlite: str
) -> None:
    events = site.read(lambda tx: tx.scalar(EVENTS))
    by_hand(settings, statement, on_sqlite)

    runner.upgrade(settings)

    assert mode.current(site.rt.db).name == mode.CLOSED
    with pytest.raises(ReadOnly, match="perdure migrate --repair"):
        site.write(lambda tx: tx.run(sql("DELETE FROM follow")))

    runner.upgrade(settings)
    assert mode.current(site.rt.db).name == mode.CLOSED, "a second start mends nothing by itself"
    runner.upgrade(settings, repair=True)

    assert mode.current(site.rt.db).name == mode.OPEN
    assert site.read(lambda tx: tx.scalar(EVENTS)) == events + 1, "an event, so that a snapshot follows"
    site.write(lambda tx: tx.run(sql("DELETE FROM follow")))


def test_a_start_that_finds_everything_as_it_was_changes_nothing(site: Site, settings: Settings) -> None:
    before = site.read(lambda tx: (tx.scalar(EVENTS), tx.scalar(SHAPES)))
    runner.upgrade(settings)
    runner.upgrade(settings, repair=True)

    assert site.read(lambda tx: (tx.scalar(EVENTS), tx.scalar(SHAPES))) == before
    assert mode.current(site.rt.db).name == mode.OPEN


def test_a_repair_does_not_open_a_site_that_another_host_closed(site: Site, settings: Settings) -> None:
    site.run(site.rt.db.write, "site.mode", mode.set_in, mode.CLOSED, "another host reigns since epoch 2")
    runner.upgrade(settings, repair=True)

    assert mode.current(site.rt.db).name == mode.CLOSED


def test_the_first_row_of_a_fresh_log_tells_its_shapes(settings: Settings) -> None:
    log = open_log(settings)
    assert log.first_shapes() == log.newest_shapes()
    log.close()
