"""Signed roots go to places in other hands, so that this site cannot rewrite its past without being found out."""

from typing import Any, Final

import msgspec

from perdure.audit.errors import NotAnchored
from perdure.audit.events import RootSigned
from perdure.audit.model import Receipt, Root
from perdure.audit.ports import AnchorPlace, AnchorPlaces, Deposit
from perdure.audit.queries import entries, roots
from perdure.audit.rules import chain
from perdure.audit.service.ledger import append_in
from perdure.audit.service.roots import digest_of
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.kernel.runtime import Runtime

ANCHOR: Final = "audit.anchor"


def places(rt: Runtime) -> list[AnchorPlace]:
    """The places that the operator named."""
    return list(rt.port(AnchorPlaces).places)


def deposit_of(root: Root) -> Deposit:
    """A root as places get it."""
    document = {"statement": root.statement, "signature": root.signature, "public_key": root.public_key}
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
    return Deposit(root.n, root.day, digest_of(root.statement), encoded)


async def anchor(rt: Runtime, event: RootSigned) -> None:
    """Take a root to every place that has no receipt for it. Raises NotAnchored, so that the outbox tries again."""
    root, taken = await rt.db.read(_state, event.n)
    if root is None:
        return
    failures: list[str] = []
    for place in places(rt):
        if place.name in taken:
            continue
        try:
            receipt = await place.deposit(deposit_of(root))
        except AppError as error:
            failures.append(f"{place.name}: {error.public} {error.data.get('reason', '')}".strip())
            continue
        await rt.db.write("audit.anchor", _keep_in, root, place.kind, place.name, dict(receipt))
    if failures:
        raise NotAnchored("; ".join(failures)[:1500])


def _state(tx: Tx, n: int) -> tuple[Root | None, set[str]]:
    return roots.one(tx, n), {one.place for one in roots.receipts(tx, n)}


def _keep_in(tx: Tx, root: Root, kind: str, place: str, receipt: dict[str, Any]) -> None:
    last = entries.lock_last(tx)
    if any(one.place == place for one in roots.receipts(tx, root.n)):
        return
    seq = last.seq + 1 if last else 1
    encoded = msgspec.json.encode(receipt, order="sorted").decode()
    row = Receipt(seq, root.n, kind, place, tx.now, digest_of(root.statement), encoded)
    append_in(tx, actor_id=None, action=ANCHOR, subject=f"root:{root.n}", kind=kind, row=chain.receipt_hash(row))
    roots.insert_receipt(tx, row)


class Outlook(msgspec.Struct, frozen=True):
    """How the newest root stands outside. ``missing`` are places without a receipt for it."""

    root: Root | None
    kinds: frozenset[str]
    missing: tuple[str, ...]


async def outlook(rt: Runtime) -> Outlook:
    """What doctor and the operators' pages tell of anchors."""
    root = await rt.db.read(roots.last)
    _, taken = await rt.db.read(_state, root.n if root else 0)
    named = places(rt)
    missing = tuple(place.name for place in named if place.name not in taken) if root else ()
    return Outlook(root, frozenset(place.kind for place in named), missing)


async def differences(rt: Runtime) -> list[str]:
    """Ask every place that can be asked for every root it gave a receipt for; one sentence for each that differs."""
    found: list[str] = []
    before = 2**62
    while page := await rt.db.read(roots.newest, before, 100):
        for root in page:
            taken = (await rt.db.read(_state, root.n))[1]
            found += [told for place in places(rt) if place.name in taken and (told := await _difference(place, root))]
        before = page[-1].n
    return found


async def _difference(place: AnchorPlace, root: Root) -> str | None:
    deposit = deposit_of(root)
    try:
        kept = await place.recall(deposit)
    except NotFound:
        return f"root {root.n} ({root.day}) is gone from {place.name}"
    except AppError as error:
        return f"{place.name} does not answer: {error.public}"
    if kept is None or kept == deposit.document:
        return None
    return f"root {root.n} ({root.day}) at {place.name} is not the one in this database"
