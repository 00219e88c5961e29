"""Whoever erases their account takes the words of their reports along; the ledger holds, and what was decided stays."""

from typing import Any

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.schema import metadata
from tests.app.people import person
from tests.app.test_decisions import decide
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.site import Site, rows

WORDS = "quinquagesima"


def holding(tx: Tx) -> list[str]:
    """Every table in which the words still stand."""
    return [
        table.name
        for table in metadata.sorted_tables
        if any(WORDS in str(_text(value)) for row in rows(tx, f'SELECT * FROM "{table.name}"') for value in row)
    ]


def _text(value: Any) -> Any:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value


def test_the_comment_of_a_report_goes_with_its_author_and_the_ledger_still_holds(site: Site) -> None:
    alice, bob, mona = person(site, "alice", password="correct horse"), person(site, "bob"), mod(site)
    filed = report(site, alice, bob, say(site, bob)["id"], comment=f"He is {WORDS}.", category="violation")
    site.work()
    decide(site, mona)
    site.work()
    assert site.read(holding) == ["intake"]
    entry = "SELECT e.seq, e.commitment FROM audit_entry e WHERE action = 'case.received'"
    (before,) = site.read(rows, entry)
    assert len(site.read(rows, f"SELECT seq FROM audit_private WHERE seq = {before.seq}")) == 1
    site.run(accounts.delete, site.rt, alice.id, "correct horse")
    site.work()
    assert site.read(holding) == ["intake"]  # until the days of grace are over
    site.clock.advance(days=31)
    site.run_jobs()
    site.work()
    assert site.read(holding) == []
    (after,) = site.read(rows, entry)
    assert tuple(after) == tuple(before)
    assert site.read(rows, f"SELECT seq FROM audit_private WHERE seq = {before.seq}") == []
    assert site.read(audit.verify_in)[1] is None
    (kept,) = site.read(rows, "SELECT id, comment, outcome, source_hash FROM intake")
    assert (str(kept.id), kept.comment, kept.outcome, kept.source_hash) == (filed["id"], "", "upheld", None)


def test_a_report_of_somebody_who_is_still_here_keeps_its_comment(site: Site) -> None:
    alice, carol, bob = person(site, "alice", password="correct horse"), person(site, "carol"), person(site, "bob")
    post = say(site, bob)["id"]
    report(site, alice, bob, post, comment="of alice")
    report(site, carol, bob, post, comment="of carol")
    site.run(accounts.delete, site.rt, alice.id, "correct horse")
    site.clock.advance(days=31)
    site.run_jobs()
    site.work()
    assert [one.comment for one in site.read(rows, "SELECT comment FROM intake ORDER BY id")] == ["", "of carol"]
