import pytest

from perdure.kernel.db import Tx, sql
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from tests.site import Site

PUT = sql("INSERT INTO job_run (name, next_at) VALUES (:name, :next_at)")
COUNT = sql("SELECT count(*) FROM job_run")


def put(tx: Tx, name: str) -> None:
    tx.run(PUT, name=name, next_at=1)


def put_and_fail(tx: Tx, name: str) -> None:
    put(tx, name)
    raise Invalid("no")


def test_a_body_that_raises_leaves_nothing_behind_and_harms_no_neighbour(site: Site) -> None:
    site.write(put, "kept")
    with pytest.raises(Invalid):
        site.write(put_and_fail, "lost")
    assert site.read(lambda tx: tx.scalar(COUNT)) == 1


def test_the_tables_are_exactly_what_the_metadata_says(settings: Settings) -> None:
    runner.check(settings)


def test_a_database_of_a_newer_release_is_refused_with_a_sentence(site: Site, settings: Settings) -> None:
    site.write(lambda tx: tx.run(sql("UPDATE schema_compat SET oldest_code = 99")))
    with pytest.raises(Invalid, match="newer Perdure"):
        runner.upgrade(settings)
