import pytest

from perdure.kernel import mode
from perdure.kernel.db import Tx, sql
from perdure.kernel.errors import Invalid, ReadOnly
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


def test_a_closed_site_takes_nothing_and_says_why_and_a_reading_one_lets_people_sign_in(site: Site) -> None:
    def write(name: str) -> None:
        site.run(site.rt.db.write, name, put, name)

    def close(to: str) -> None:
        site.run(site.rt.db.write, "site.mode", mode.set_in, to, "it moves to another host.")

    close(mode.CLOSED)
    with pytest.raises(ReadOnly, match="it moves to another host"):
        write("posts.publish")
    with pytest.raises(ReadOnly):
        write("session.end")

    close(mode.READING)
    write("session.end")
    with pytest.raises(ReadOnly):
        write("posts.publish")

    close(mode.OPEN)
    write("posts.publish")
    assert site.read(lambda tx: tx.scalar(COUNT)) == 2
