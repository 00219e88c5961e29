"""The stamp tells every process of every commit; whoever cannot be sure says nothing."""

import pytest

from perdure.kernel.db import Tx, sql
from perdure.kernel.db.stamp import CommitStamp
from perdure.kernel.errors import Unavailable
from perdure.kernel.runtime import Runtime
from tests.site import Site

PUT = sql("INSERT INTO job_run (name, next_at) VALUES (:name, 1)")
ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def put(tx: Tx, name: str) -> None:
    tx.run(PUT, name=name)


@ON_SQLITE
def test_each_commit_of_any_process_changes_it_and_reading_does_not(site: Site, neighbour: Runtime) -> None:
    site.write(put, "first")
    before = site.rt.db.stamp()
    assert before is not None
    assert before == neighbour.db.stamp()
    site.read(lambda tx: tx.scalar(sql("SELECT count(*) FROM job_run")))
    assert site.rt.db.stamp() == before
    neighbour.db.write_now("test", put, "second")
    after = site.rt.db.stamp()
    assert after is not None
    assert after > before


@ON_SQLITE
def test_a_writer_that_died_in_its_commit_leaves_none_until_the_next(site: Site) -> None:
    site.write(put, "first")
    before = site.rt.db.stamp()
    assert before is not None
    dying = CommitStamp(site.rt.settings.sqlite_path.with_name("perdure.db-writer.lock")).changing()
    dying.__enter__()
    assert site.rt.db.stamp() is None
    site.write(put, "second")
    after = site.rt.db.stamp()
    assert after is not None
    assert after > before


@ON_SQLITE
def test_it_is_none_while_a_commit_is_under_way(site: Site) -> None:
    stamp = CommitStamp(site.rt.settings.sqlite_path.with_name("perdure.db-writer.lock"))
    with stamp.changing():
        assert site.rt.db.stamp() is None
    assert site.rt.db.stamp() is not None


@ON_SQLITE
def test_a_commit_that_failed_leaves_none_since_nobody_knows_what_is_stored(site: Site) -> None:
    stamp = CommitStamp(site.rt.settings.sqlite_path.with_name("perdure.db-writer.lock"))
    with pytest.raises(Unavailable), stamp.changing():
        raise Unavailable(reason="disk I/O error")
    assert site.rt.db.stamp() is None


@ON_SQLITE
def test_a_file_that_cannot_be_had_stamps_nothing_and_stops_nobody(site: Site) -> None:
    stamp = CommitStamp(site.rt.settings.data / "no" / "such" / "folder")
    with stamp.changing():
        pass
    assert stamp.now() is None


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgres_never_has_one(site: Site) -> None:
    site.write(put, "first")
    assert site.rt.db.stamp() is None
