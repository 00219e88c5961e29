"""Decisions become statements, and statements go to the Transparency Database: each once, whatever breaks between.

A statement's puid comes from its decision, so sending one twice changes nothing. After an answer that did not come the
database is asked what it has before anything is sent again.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.moderation.model.decisions import UNDO_MS
from perdure.moderation.model.publishing import Statement
from perdure.moderation.service import publishing
from perdure.transparency.model import MOST_IN_BATCH, Accepted, Answered, Counted, Rejected, StatementView
from perdure.transparency.ports import StatementDatabase
from perdure.transparency.queries import statements as queries
from perdure.transparency.rules import statement as rules

_SETTLED_MS: Final = 2 * UNDO_MS
"""How old a decision is before it is looked at: an undo takes half of that."""
_BATCH: Final = 500
_LEASE_MS: Final = 300_000
_FIRST_WAIT_MS: Final = 60_000
_LONGEST_WAIT_MS: Final = 6 * 3_600_000
_WITHHELD_MS: Final = 3_600_000
_FAULTS: Final = msgspec.json.Decoder(dict[str, tuple[str, ...]])
log = logger("statements")


async def collect(rt: Runtime) -> None:
    """Give every settled decision its row."""
    while await rt.db.write("transparency.collect", collect_in) == _BATCH:
        pass


def collect_in(tx: Tx) -> int:
    """Rows for the next decisions; returns how many decisions were looked at."""
    found = publishing.statements_after_in(tx, queries.last(tx), tx.now - _SETTLED_MS, _BATCH)
    _keep_in(tx, found)
    return len(found)


async def reconcile(rt: Runtime) -> None:
    """Walk over all decisions: each has exactly one row, also one whose transaction took long."""
    after = 0
    while (last := await rt.db.write("transparency.reconcile", _reconcile_in, after)) is not None:
        after = last


def _reconcile_in(tx: Tx, after: int) -> int | None:
    found = publishing.statements_after_in(tx, after, tx.now - _SETTLED_MS, _BATCH)
    if not found:
        return None
    known = queries.known(tx, [one.decision_id for one in found])
    _keep_in(tx, [one for one in found if one.decision_id not in known])
    return found[-1].decision_id


def _keep_in(tx: Tx, found: Sequence[Statement]) -> None:
    for one in found:
        queries.insert(
            tx, decision_id=one.decision_id, puid=one.puid, decided_at=one.created_at, **_standing(one, tx.now)
        )


def _standing(one: Statement, now: int) -> dict[str, Any]:
    """Where a decision's statement stands before it was ever sent."""
    if (why := rules.not_owed(one)) is not None:
        return {"state": "not_owed", "reason": why, "document_json": "", "errors_json": "{}", "next_at": None}
    document = rules.document_of(one)
    wrong = rules.faults(document)
    state = "withheld" if one.suppressed else "rejected" if wrong else "pending"
    return {
        "state": state,
        "reason": "order" if one.suppressed else "",
        "document_json": msgspec.json.encode(document).decode(),
        "errors_json": msgspec.json.encode(wrong).decode(),
        "next_at": None if state == "rejected" else now + (_WITHHELD_MS if one.suppressed else 0),
    }


async def send(rt: Runtime) -> None:
    """Send what waits, at most a hundred at a time; what may have arrived is asked for first."""
    database = rt.port(StatementDatabase)
    if not database.named:
        return
    await rt.db.write("transparency.lift", _lift_in)
    try:
        await _ask_for_lost(rt, database)
        while batch := await rt.db.write("transparency.take", _take_in):
            answer = await database.store([msgspec.json.decode(row.document_json) for row in batch])
            await rt.db.write("transparency.answer", _answer_in, batch, answer)
    except Unavailable as error:
        log.warning("statements_not_sent", reason=error.public)


def _lift_in(tx: Tx) -> None:
    """What an order kept back, and does no more, goes out."""
    ids = [row.decision_id for row in queries.due(tx, "withheld", _BATCH)]
    for one in publishing.statements_of_in(tx, ids):
        queries.change(tx, one.decision_id, **_standing(one, tx.now))


def _take_in(tx: Tx) -> list[Row]:
    """The next batch, marked as on its way."""
    batch = queries.due(tx, "pending", MOST_IN_BATCH)
    for row in batch:
        queries.change(
            tx, row.decision_id, state="sending", attempts=row.attempts + 1, sent_at=tx.now, next_at=tx.now + _LEASE_MS
        )
    return batch


def _answer_in(tx: Tx, batch: list[Row], answer: Answered) -> None:
    for place, row in enumerate(batch):
        if place < len(answer.stored):
            _accept_in(tx, row, Accepted(answer.stored[place]))
        elif place in answer.taken:
            _taken_in(tx, row, answer.taken[place])
        elif place in answer.faulty:
            _reject_in(tx, row, answer.faulty[place])
        else:  # the others of its batch were at fault
            queries.change(tx, row.decision_id, state="pending", next_at=tx.now)


def _accept_in(tx: Tx, row: Row, found: Accepted) -> None:
    queries.change(
        tx, row.decision_id, state="accepted", uuid=found.uuid, accepted_at=tx.now, next_at=None, errors_json="{}"
    )
    audit.append_in(
        tx,
        actor_id=None,
        action="statement.accepted",
        subject=f"decision:{row.decision_id}",
        puid=row.puid,
        uuid=found.uuid,
    )


def _taken_in(tx: Tx, row: Row, found: Accepted) -> None:
    """It is there already; where its id was not told, the database is asked for it."""
    if found.uuid:
        _accept_in(tx, row, found)
    else:
        queries.change(tx, row.decision_id, next_at=tx.now)


def _reject_in(tx: Tx, row: Row, why: Rejected) -> None:
    queries.change(
        tx, row.decision_id, state="rejected", errors_json=msgspec.json.encode(why.errors).decode(), next_at=None
    )
    log.warning("statement_rejected", puid=row.puid, fields=sorted(why.errors))


async def _ask_for_lost(rt: Runtime, database: StatementDatabase) -> None:
    """Of what was sent and never answered: does the database have it? Raises Unavailable."""
    for row in await rt.db.read(queries.due, "sending", MOST_IN_BATCH):
        await rt.db.write("transparency.later", _later_in, row)
        found = await database.find(row.puid)
        await rt.db.write("transparency.found", _found_in, row, found)


def _later_in(tx: Tx, row: Row) -> None:
    wait = min(_FIRST_WAIT_MS << min(row.attempts, 12), _LONGEST_WAIT_MS)
    queries.change(tx, row.decision_id, attempts=row.attempts + 1, next_at=tx.now + wait)


def _found_in(tx: Tx, row: Row, found: Accepted | None) -> None:
    if found is not None:
        _accept_in(tx, row, found)
    else:
        queries.change(tx, row.decision_id, state="pending", next_at=tx.now)


def again_in(tx: Tx, staff_id: int, ids: list[int]) -> int:
    """Make rejected statements anew and send them again; returns how many. Asks for ``manage_settings``."""
    accounts.authorise_in(tx, staff_id, "manage_settings")
    rejected = [row.decision_id for row in queries.many(tx, ids) if row.state == "rejected"]
    for one in publishing.statements_of_in(tx, rejected):
        queries.change(tx, one.decision_id, **_standing(one, tx.now))
    audit.append_in(
        tx, actor_id=staff_id, action="statement.again", subject="statements", decisions=[str(one) for one in rejected]
    )
    return len(rejected)


def counts_in(tx: Tx, staff_id: int | None) -> Counted:
    """How statements stand. Asks for ``view_dashboard``; None is whoever has the machine."""
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "view_dashboard")
    return Counted(queries.counts(tx), queries.waiting_since(tx), queries.accepted_at(tx))


def page_in(tx: Tx, staff_id: int | None, state: str, after: int = 0, most: int = 100) -> list[StatementView]:
    """Statements of a state behind a decision, the oldest first. Asks for ``view_dashboard``."""
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "view_dashboard")
    return [_view(row) for row in queries.page(tx, state, after, min(most, _BATCH))]


def _view(row: Row) -> StatementView:
    return StatementView(
        decision_id=row.decision_id,
        puid=row.puid,
        state=row.state,
        reason=row.reason,
        uuid=row.uuid,
        attempts=row.attempts,
        errors=_FAULTS.decode(row.errors_json),
        document=msgspec.json.decode(row.document_json) if row.document_json else {},
        created_at=row.created_at,
        accepted_at=row.accepted_at,
    )
