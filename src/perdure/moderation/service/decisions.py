"""Decide and undo: one path for the console and the staff's apps."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import Item
from perdure.moderation.model.decisions import ACCOUNT_ACTS, UNDO_MS, Decided, DecisionInput, Source
from perdure.moderation.queries import cases, intakes
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import statements
from perdure.moderation.service import leases, policies, settling
from perdure.moderation.service.machines import machine_decision_in as machine_decision_in
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.moderation.service.reversing import reverse_in

RANK: Final = "Nobody decides about themselves, or about somebody of their rank or above"
TOO_LATE: Final = "It is too late to undo this: the people concerned have been told. Decide anew, or wait for an appeal"


async def decide(rt: Runtime, staff_id: int, case_id: int, version: int, given: DecisionInput) -> Decided:
    """Decide about items of a case. Asks for ``manage_reports``, about accounts for ``manage_users`` too.

    Raises Invalid with every faulty field named, Conflict where the case changed since ``version`` or somebody else
    holds it, Forbidden about one's own rank or above, NotFound. The same ``key`` again answers as the first time.
    """
    made = await rt.db.write("moderation.decide", decide_in, staff_id, case_id, version, given)
    _forget(rt, given)
    return made


def _forget(rt: Runtime, given: DecisionInput) -> None:
    """Have every process look up anew what tokens allow; the event does it too, a moment later."""
    if any(act.kind in ACCOUNT_ACTS for act in given.acts):
        accounts.forget_viewers(rt)


def decide_in(tx: Tx, staff_id: int, case_id: int, version: int | None, given: DecisionInput) -> Decided:
    """:func:`decide` in the caller's transaction."""
    key = f"{staff_id}:{given.key}" if given.key else f"{staff_id}:{case_id}:{version}:{tx.new_id()}"
    if (made := queries.by_key(tx, key)) is not None:
        return _decided(tx, made.batch_id)
    case = leases.work_in(tx, staff_id, case_id, version)
    statements.check(given, tx.now)
    targets = _targets(tx, case_id, given)
    policy = policies.named_in(tx, given.policy) if given.policy else None
    context = Context(
        actor_id=staff_id,
        case_id=case_id,
        policy=policy,
        key=key,
        source=given.source or source_in(tx, case_id),
        drill=case.drill,
    )
    _authorise_in(tx, staff_id, targets, given)
    made_ids = record_in(tx, context, targets, given)
    _settle_in(tx, staff_id, case_id, targets, made_ids, given)
    return _decided(tx, made_ids[0])


async def decide_cluster(
    rt: Runtime, staff_id: int, wanted: Sequence[tuple[int, int]], given: DecisionInput
) -> list[Decided]:
    """The same decision about several cases, (id, version) each, in one transaction: all of them or none."""
    made = await rt.db.write("moderation.decide_cluster", decide_cluster_in, staff_id, wanted, given)
    _forget(rt, given)
    return made


def decide_cluster_in(tx: Tx, staff_id: int, wanted: Sequence[tuple[int, int]], given: DecisionInput) -> list[Decided]:
    """:func:`decide_cluster` in the caller's transaction."""
    if not 0 < len(wanted) <= 200:
        raise Invalid("Validation failed: Cases must be 1 to 200", {"cases": [("ERR_INVALID", "must be 1 to 200")]})
    made = []
    for case_id, version in wanted:
        key = f"{given.key}:{case_id}" if given.key else ""
        made.append(decide_in(tx, staff_id, case_id, version, msgspec.structs.replace(given, key=key, item_ids=())))
    return made


def _decided(tx: Tx, batch_id: int) -> Decided:
    rows = queries.batch(tx, batch_id)
    return Decided(batch_id, tuple(row.id for row in rows), rows[0].created_at + UNDO_MS)


def _targets(tx: Tx, case_id: int, given: DecisionInput) -> list[Target]:
    items = {item.id: item for item in cases.items(tx, case_id)}
    if unknown := [item_id for item_id in given.item_ids if item_id not in items]:
        raise NotFound(items=unknown)
    wanted = [items[item_id] for item_id in given.item_ids] or [one for one in items.values() if one.state == "pending"]
    targets = [Target(one.subject, one.id, _snapshot_in(tx, one, case_id)) for one in wanted if one.subject is not None]
    if not targets:
        raise Conflict("Nothing of this case is pending: somebody else was faster")
    return targets


def _snapshot_in(tx: Tx, item: Item, case_id: int) -> int | None:
    if item.snapshot_id is not None or item.subject is None:
        return item.snapshot_id
    return snapshot_of_in(tx, item.subject, f"case:{case_id}")


def source_in(tx: Tx, case_id: int) -> Source:
    """Who asked for a look at a case, as a statement of reasons names it."""
    found = intakes.authorities(tx, case_id)
    if "trusted_flagger" in found:
        return "trusted_flagger"
    if found & {"article_16", "no_account"}:
        return "article_16"
    return "voluntary" if found <= {"machine"} else "other_notification"


def _authorise_in(tx: Tx, staff_id: int, targets: list[Target], given: DecisionInput) -> None:
    kinds = {act.kind for act in given.acts}
    if kinds & ACCOUNT_ACTS:
        accounts.authorise_in(tx, staff_id, "manage_users")
    if "trend_block" in kinds:
        accounts.authorise_in(tx, staff_id, "manage_taxonomies")
    people = {one.subject.author_id for one in targets}
    people |= {act.ref[1] for act in given.acts if act.ref is not None and act.ref[0] == "account"}
    for account_id in people - {None}:
        if account_id == staff_id or not accounts.outranks_in(tx, staff_id, account_id or 0):
            raise Forbidden(RANK)


def _settle_in(
    tx: Tx, staff_id: int, case_id: int, targets: list[Target], ids: list[int], given: DecisionInput
) -> None:
    state: Any = "actioned" if given.acts else "no_violation"
    pending = {item.id for item in cases.items(tx, case_id) if item.state == "pending"}
    outcomes = [
        settling.Outcome(item_id=target.item_id, state=state, decision_id=decision_id)
        for target, decision_id in zip(targets, ids, strict=True)
        if target.item_id in pending and target.item_id is not None
    ]
    if outcomes:
        settling.settle_in(tx, staff_id, case_id, outcomes)


async def undo(rt: Runtime, staff_id: int, batch_id: int) -> None:
    """Take back, within 30 seconds, what one decided oneself; the items are pending and the case is open again.

    Asks for ``manage_reports``; raises NotFound, Forbidden for somebody else's decision, Conflict when it is too late.
    """
    await rt.db.write("moderation.undo", undo_in, staff_id, batch_id)
    accounts.forget_viewers(rt)


def undo_in(tx: Tx, staff_id: int, batch_id: int) -> None:
    """:func:`undo` in the caller's transaction. A second time changes nothing."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    rows = queries.batch(tx, batch_id)
    if not rows:
        raise NotFound
    if rows[0].actor_id != staff_id:
        raise Forbidden("Only whoever decided can undo it; anybody else decides anew")
    if queries.reversals(tx, [row.id for row in rows]):
        return
    if tx.now > rows[0].created_at + UNDO_MS:
        raise Conflict(TOO_LATE)
    for row in rows:
        reverse_in(tx, row, actor_id=staff_id, explanation="undone", revive=True)
    if rows[0].case_id is not None:
        items = [row.item_id for row in rows if row.item_id is not None]
        settling.unsettle_in(tx, staff_id, rows[0].case_id, items, reason="undone")
