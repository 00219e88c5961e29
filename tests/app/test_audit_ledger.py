"""The ledger: who acted and what is private can be erased, what is in force can be replayed, and every change is found."""

import subprocess
import sys
from typing import Any

import pytest

from perdure.audit import service as audit
from perdure.audit.model import Wanted
from perdure.audit.service import enforcement
from perdure.kernel.db import Tx, sql
from tests.site import Site, rows

TABLES = ("audit_entry", "audit_private", "audit_enforcement")


def told(site: Site, **wanted: Any) -> list[str]:
    return [line.action for line in site.read(audit.lines_in, Wanted(**wanted), 50)]


def deed(tx: Tx, actor: int | None = 7, account: int = 9, **private: Any) -> int:
    return audit.append_in(
        tx, actor_id=actor, action="case.note", subject=f"account:{account}", private=private, words=3
    )


def test_what_is_private_is_committed_to_and_stands_in_no_chained_column(site: Site) -> None:
    site.write(deed, actor=4711, address="somebody@example.org")
    chained = repr(site.read(rows, "SELECT * FROM audit_entry"))
    assert "4711" not in chained
    assert "somebody" not in chained
    assert site.read(audit.verify_in) == (1, None)


def test_equal_deeds_have_commitments_that_tell_nothing_of_it(site: Site) -> None:
    site.write(deed)
    site.write(deed)
    assert len({row.commitment for row in site.read(rows, "SELECT commitment FROM audit_entry")}) == 2


def test_erasure_destroys_salt_and_payload_and_the_chain_still_holds(site: Site) -> None:
    site.write(deed, actor=7, account=9, address="a@example.org")
    site.write(deed, actor=8, account=10, address="b@example.org")
    site.write(deed, actor=9, account=10)
    assert site.write(audit.erase_in, 9) == 2
    left = site.read(rows, "SELECT seq, payload_json FROM audit_private ORDER BY seq")
    assert [row.seq for row in left] == [2, 4]
    assert "a@example.org" not in repr(left)
    assert site.read(audit.verify_in) == (4, None)
    assert told(site, actor_id=9) == []
    assert site.write(audit.erase_in, 9) == 0


def test_what_is_about_a_case_can_be_erased_as_one(site: Site) -> None:
    for case in (1, 2, 1):
        site.write(
            lambda tx, case=case: audit.append_in(
                tx, actor_id=None, action="report.file", subject=f"case:{case}", private={"mail": "a@example.org"}
            )
        )
    assert site.write(audit.erase_subject_in, "case:1") == 2
    assert site.read(audit.verify_in) == (4, None)


def test_a_private_part_that_no_erasure_speaks_of_may_not_be_missing(site: Site) -> None:
    for _ in range(3):
        site.write(deed)
    site.write(lambda tx: tx.run(sql("DELETE FROM audit_private WHERE seq = 2")))
    count, broken = site.read(audit.verify_in)
    assert (count, broken and broken.seq) == (1, 2)


def test_a_private_part_that_comes_back_after_its_erasure_is_found(site: Site) -> None:
    site.write(deed, actor=9)
    kept = site.read(rows, "SELECT * FROM audit_private")[0]
    site.write(audit.erase_in, 9)
    from perdure.audit.tables import audit_private

    site.write(lambda tx: tx.insert(audit_private, **kept._asdict()))
    broken = site.read(audit.verify_in)[1]
    assert broken is not None
    assert "erased" in broken.reason


def test_the_log_is_asked_by_subject_actor_and_action(site: Site) -> None:
    def fill(tx: Tx) -> None:
        deed(tx, actor=1, account=5)
        audit.append_in(tx, actor_id=2, action="case.close", subject="case:1")
        audit.append_in(tx, actor_id=2, action="casework.open", subject="case:1")

    site.write(fill)
    assert told(site, actor_id=2) == ["casework.open", "case.close"]
    assert told(site, subject="account:5") == ["case.note"]
    assert told(site, action="case.") == ["case.close", "case.note"]
    assert told(site, action="case.close", actor_id=1) == []
    assert told(site, upper=3) == ["case.close", "case.note"]
    assert told(site, lower=2) == ["casework.open"]


def test_measures_in_force_are_those_neither_reversed_nor_run_out(site: Site) -> None:
    def fill(tx: Tx) -> None:
        first = audit.enforce_in(tx, kind="takedown", subject="post:1", decision_id=50)
        audit.enforce_in(tx, kind="label", subject="post:2", value={"label": "slur"})
        audit.enforce_in(tx, kind="suspension", subject="account:3", until=tx.now + 1000)
        audit.enforce_in(tx, kind="ban", subject="account:4")
        audit.enforce_in(tx, kind="takedown", subject="post:1", decision_id=51, reverses=first)

    def current() -> list[tuple[str, str]]:
        return [(one.kind, one.subject) for one in site.read(lambda tx: list(enforcement.current_in(tx)))]

    site.write(fill)
    assert current() == [("label", "post:2"), ("suspension", "account:3"), ("ban", "account:4")]
    site.clock.advance(seconds=2)
    assert current() == [("label", "post:2"), ("ban", "account:4")]
    assert len(site.read(enforcement.current_on_in, "account:4")) == 1
    assert site.read(audit.verify_in) == (5, None)


def test_reversing_twice_changes_nothing_and_what_is_no_such_measure_cannot_be_reversed(site: Site) -> None:
    first = site.write(lambda tx: audit.enforce_in(tx, kind="hold", subject="post:1"))
    second = site.write(lambda tx: audit.enforce_in(tx, kind="hold", subject="post:1", reverses=first))
    assert site.write(lambda tx: audit.enforce_in(tx, kind="hold", subject="post:1", reverses=first)) == second
    for wrong in ({"kind": "ban", "subject": "post:1"}, {"kind": "hold", "subject": "post:2"}):
        with pytest.raises(ValueError, match="to reverse"):
            site.write(lambda tx, wrong=wrong: audit.enforce_in(tx, **wrong, reverses=first))
    with pytest.raises(ValueError, match="to reverse"):
        site.write(lambda tx: audit.enforce_in(tx, kind="hold", subject="post:1", reverses=second))
    with pytest.raises(ValueError, match="no measure"):
        site.write(lambda tx: audit.enforce_in(tx, kind="shout", subject="post:1"))  # type: ignore[arg-type]
    assert site.read(audit.verify_in) == (2, None)


def test_lifting_ends_every_measure_of_a_kind_and_no_other(site: Site) -> None:
    def fill(tx: Tx) -> list[int]:
        for label in ("slur", "graphic", "slur"):
            audit.enforce_in(tx, kind="label", subject="post:1", value=label)
        audit.enforce_in(tx, kind="limit", subject="post:1")
        return enforcement.lift_in(tx, kind="label", subject="post:1", value="slur")

    assert len(site.write(fill)) == 2
    left = [(one.kind, one.value_json) for one in site.read(enforcement.current_on_in, "post:1")]
    assert left == [("label", '"graphic"'), ("limit", "null")]


@pytest.mark.parametrize("verb", ["UPDATE {table} SET seq = 99", "DELETE FROM {table}"])
@pytest.mark.parametrize("table", TABLES)
def test_triggers_refuse_to_edit_and_erasure_goes_through_the_private_table_alone(
    site: Site, table: str, verb: str
) -> None:
    site.write(lambda tx: audit.enforce_in(tx, kind="hold", subject="post:1"))
    statement = sql(verb.format(table=table))
    if table == "audit_private" and verb.startswith("DELETE"):
        assert site.write(lambda tx: tx.run(statement)) == 1
        return
    with pytest.raises(Exception, match="append-only"):
        site.write(lambda tx: tx.run(statement))


def test_two_processes_that_append_at_once_make_one_chain(site: Site) -> None:
    code = """
import sys
from pathlib import Path
from perdure import wiring
from perdure.audit import service as audit
from perdure.kernel.settings import Settings
settings = Settings(data=Path(sys.argv[1]), database_url=sys.argv[2])
with wiring.runtime(settings) as rt:
    for n in range(60):
        rt.db.write_now("test", lambda tx: audit.append_in(tx, actor_id=1, action="test.done", subject=f"thing:{n}"))
"""
    settings = site.rt.settings
    words = [sys.executable, "-c", code, str(settings.data), settings.database_url]
    running = [subprocess.Popen(words) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert site.read(audit.verify_in) == (120, None)
