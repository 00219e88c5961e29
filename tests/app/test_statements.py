"""Every decision reaches the Transparency Database once, valid and without personal data (safety.md §4.1)."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from perdure.kernel.settings import Settings
from perdure.moderation.model.decisions import Act, DecisionInput, LabelInput
from perdure.moderation.service import decisions
from perdure.transparency import jobs
from perdure.transparency.service import statements
from tests.app.people import Person, person
from tests.app.test_decisions import GOOD, but, decide, reported
from tests.app.test_reports import mod
from tests.conftest import LOOPBACK
from tests.elsewhere import Elsewhere, elsewhere
from tests.site import Site, rows
from tests.statement_server import StatementServer, faults

TOKEN = "platform-token"


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        yield found


@pytest.fixture
def database(there: Elsewhere) -> StatementServer:
    return StatementServer(there, TOKEN)


@pytest.fixture
def settings(settings: Settings, there: Elsewhere) -> Settings:
    return msgspec.structs.replace(settings, statement_database=there.url, statement_token=TOKEN, **LOOPBACK)


def decided(site: Site, given: DecisionInput = GOOD, name: str = "alice", mona: Person | None = None) -> Any:
    """A post of somebody, decided about as given; returns the decision's id."""
    staff = mona or mod(site)
    reported(site, person(site, name))
    return decide(site, staff, given).decision_ids[0]


def published(site: Site) -> None:
    """A minute later everything that is due goes out."""
    site.clock.advance(seconds=61)
    site.run(jobs.collect, site.rt)
    site.run(jobs.send, site.rt)


def states(site: Site) -> dict[str, int]:
    return site.read(statements.counts_in, None).states


ILLEGAL = but(
    ground="illegal",
    legal_ground="Criminal Code § 241, reported by jane.doe@example.org and @jane, call +49 30 1234567",
    explanation="Jane Doe of 12 Rose Lane was threatened by @alice.",
    source="trusted_flagger",
    source_identity="Trusted Flaggers Association",
)
SUSPENDED = but(
    acts=(Act(kind="hide"), Act(kind="account_suspend", until=1_790_000_000_000 + 40 * 86_400_000)), scope="both"
)
LABELLED = but(
    acts=(Act(kind="label", label=LabelInput(value="threat", reason="A threat", until=1_790_000_000_000 + 86_400_000)),)
)


@pytest.mark.parametrize("given", [GOOD, ILLEGAL, SUSPENDED, LABELLED, but(keywords=("OTHER",), keyword_other="feud")])
def test_a_restriction_becomes_one_statement_that_the_published_validator_accepts(
    site: Site, database: StatementServer, given: DecisionInput
) -> None:
    decision_id = decided(site, given, mona=mod(site, role="admin"))
    published(site)
    assert states(site) == {"accepted": 1}
    (held,) = database.held.values()
    assert held["puid"] == f"perdure-{decision_id}"
    assert held["automated_detection"] == "No"
    (row,) = site.read(rows, "SELECT uuid, state FROM statement")
    assert (row.uuid, row.state) == (held["uuid"], "accepted")
    published(site)
    assert database.batches == [1]


def test_no_personal_data_reaches_the_public_copy_and_the_authors_text_stays_as_specific(
    site: Site, database: StatementServer
) -> None:
    decided(site, ILLEGAL)
    published(site)
    told = json.dumps(next(iter(database.held.values())), ensure_ascii=False)
    for personal in ("jane", "Jane", "1234567", "Rose Lane", "alice", "mona", "quillwort"):
        assert personal not in told, personal
    assert "Criminal Code § 241" in told
    assert "Trusted Flaggers Association" in told
    (row,) = site.read(rows, "SELECT explanation FROM decision")
    assert "Rose Lane" in row.explanation


@pytest.mark.parametrize("detected", [True, False])
@pytest.mark.parametrize("automated", ["fully", "partially", "not"])
def test_what_a_machine_did_is_told_as_it_was(
    site: Site, database: StatementServer, detected: bool, automated: Any
) -> None:
    decided(site, but(automated_detection=detected, automated_decision=automated))
    published(site)
    (held,) = database.held.values()
    assert held["automated_detection"] == ("Yes" if detected else "No")
    word = {"fully": "FULLY", "partially": "PARTIALLY", "not": "NOT_AUTOMATED"}[automated]
    assert held["automated_decision"] == f"AUTOMATED_DECISION_{word}"


def test_what_restricts_nothing_or_was_undone_at_once_owes_none_and_says_why(
    site: Site, database: StatementServer
) -> None:
    mona = mod(site)
    decided(site, but(acts=(), scope="none"), "alice", mona)
    reported(site, person(site, "bob"))
    case = site.read(rows, "SELECT * FROM moderation_case WHERE decided_at IS NULL")[0]
    made = site.run(decisions.decide, site.rt, mona.id, case.id, case.version, GOOD)
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    published(site)
    assert not database.held
    reasons = {row.reason for row in site.read(rows, "SELECT reason FROM statement WHERE state = 'not_owed'")}
    assert reasons == {"no_restriction", "undone"}


def test_a_decision_is_not_sent_while_it_can_still_be_undone(site: Site, database: StatementServer) -> None:
    decided(site)
    site.run(jobs.collect, site.rt)
    site.run(jobs.send, site.rt)
    assert not database.held


def test_an_answer_that_did_not_come_is_asked_for_and_nothing_is_sent_twice(
    site: Site, database: StatementServer
) -> None:
    decided(site)
    database.breaks = ["lost"]
    published(site)
    assert states(site) == {"sending": 1}
    site.clock.advance(seconds=400)
    site.run(jobs.send, site.rt)
    assert states(site) == {"accepted": 1}
    assert database.batches == [1]


def test_what_never_arrived_is_sent_again(site: Site, database: StatementServer) -> None:
    decided(site)
    database.breaks = ["down"]
    published(site)
    assert (states(site), database.held) == ({"sending": 1}, {})
    site.clock.advance(seconds=400)
    site.run(jobs.send, site.rt)
    assert (states(site), len(database.held)) == ({"accepted": 1}, 1)


def test_one_bad_statement_of_a_batch_keeps_none_of_the_others_back(
    site: Site, database: StatementServer, there: Elsewhere
) -> None:
    mona = mod(site)
    ids = [decided_next(site, mona, f"author{n}") for n in range(3)]
    site.clock.advance(seconds=61)
    site.run(jobs.collect, site.rt)
    site.write(_spoil, ids[1])
    site.run(jobs.send, site.rt)
    assert states(site) == {"accepted": 2, "rejected": 1}
    (bad,) = site.read(statements.page_in, None, "rejected")
    assert (bad.decision_id, list(bad.errors)) == (ids[1], ["category"])
    boss = mod(site, "boss", "admin")
    assert site.write(statements.again_in, boss.id, [ids[1], ids[0]]) == 1
    site.run(jobs.send, site.rt)
    assert states(site) == {"accepted": 3}
    assert len(database.held) == 3


def decided_next(site: Site, mona: Person, name: str) -> int:
    reported(site, person(site, name))
    case = site.read(rows, "SELECT * FROM moderation_case WHERE decided_at IS NULL")[0]
    made = site.run(decisions.decide, site.rt, mona.id, case.id, case.version, GOOD)
    return made.decision_ids[0]


def _spoil(tx: Any, decision_id: int) -> None:
    from perdure.transparency.queries import statements as queries

    (row,) = queries.many(tx, [decision_id])
    document = json.loads(row.document_json) | {"category": "SOMETHING_ELSE"}
    queries.change(tx, decision_id, document_json=json.dumps(document))


def test_a_database_that_has_it_already_is_believed(site: Site, database: StatementServer) -> None:
    decided(site)
    published(site)
    site.write(_forget)
    site.run(jobs.send, site.rt)
    site.run(jobs.send, site.rt)
    assert (states(site), database.batches) == ({"accepted": 1}, [1])
    (row,) = site.read(rows, "SELECT uuid FROM statement")
    assert row.uuid == next(iter(database.held.values()))["uuid"]


def _forget(tx: Any) -> None:
    from perdure.transparency.queries import statements as queries

    for row in queries.page(tx, "accepted", 0, 10):
        queries.change(tx, row.decision_id, state="pending", uuid="", next_at=tx.now)


def test_a_wrong_token_loses_nothing_and_a_site_without_a_database_keeps_everything_ready(
    site: Site, database: StatementServer
) -> None:
    database.token = "another"
    decided(site)
    published(site)
    assert states(site) == {"sending": 1}
    database.token = TOKEN
    site.clock.advance(seconds=400)
    site.run(jobs.send, site.rt)
    assert states(site) == {"accepted": 1}


def test_a_statement_that_an_order_keeps_secret_waits_until_the_order_ends(
    site: Site, database: StatementServer
) -> None:
    until = site.clock.now_ms() + 3 * 86_400_000
    decided(site, but(suppressed_by="TCO 12/2026", suppressed_until=until))
    published(site)
    assert (states(site), database.held) == ({"withheld": 1}, {})
    site.clock.advance(seconds=4 * 86_400)
    site.run_jobs()
    site.clock.advance(seconds=2 * 3600)
    site.run(jobs.send, site.rt)
    assert states(site) == {"accepted": 1}


def test_the_walk_over_all_decisions_finds_one_that_the_collection_passed(
    site: Site, database: StatementServer
) -> None:
    mona = mod(site)
    first = decided_next(site, mona, "alice")
    decided_next(site, mona, "bob")
    published(site)
    site.write(_drop, first)
    site.run(jobs.reconcile, site.rt)
    (row,) = site.read(rows, f"SELECT state FROM statement WHERE decision_id = {first}")
    assert row.state == "pending"


def _drop(tx: Any, decision_id: int) -> None:
    from perdure.transparency.tables import statement

    tx.delete(statement, decision_id=decision_id)


def test_the_stand_in_refuses_what_its_rules_name() -> None:
    assert {"decision_ground", "category", "content_type", "puid", "territorial_scope"} <= faults({}).keys()
