"""Append to the log, and prove that nobody edited it."""

from typing import Any

import msgspec

from perdure.audit import queries
from perdure.audit.model import GENESIS, Broken, Entry, entry_hash
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime

_PAGE = 1000
_TOP = 2**62


def append_in(tx: Tx, *, actor_id: int | None, action: str, subject: str, **detail: Any) -> int:
    """Append one entry in the transaction of what it records; returns its number.

    ``action`` is ``area.verb``, ``subject`` is ``kind:id``; ``detail`` must be JSON-able and hold no personal data
    that would have to be erased later (ids, codes, counts), and no secret.
    """
    last = queries.lock_last(tx)
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    detail_json = msgspec.json.encode(detail, order="sorted").decode()
    digest = entry_hash(
        seq=seq,
        at=tx.now,
        actor_id=actor_id,
        action=action,
        subject=subject,
        detail_json=detail_json,
        previous=previous,
    )
    queries.insert(tx, Entry(seq, tx.now, actor_id, action, subject, detail_json, previous, digest))
    return seq


def verify_in(tx: Tx) -> tuple[int, Broken | None]:
    """Walk the whole chain; returns how many entries hold, and the first break if there is one."""
    return _walk(tx, 0, GENESIS)


def verify_newest_in(tx: Tx, most: int) -> tuple[int, Broken | None]:
    """Walk the newest ``most`` entries only; returns the last entry's number, and the first break among them."""
    last = next(iter(queries.newest(tx, _TOP, 1)), None)
    first = 0 if last is None else max(0, last.seq - most)
    before = next(iter(queries.newest(tx, first + 1, 1)), None) if first else None
    return _walk(tx, before.seq, before.hash) if before else _walk(tx, 0, GENESIS)


def _walk(tx: Tx, after: int, previous: str) -> tuple[int, Broken | None]:
    while entries := queries.page(tx, after, _PAGE):
        for entry in entries:
            if broken := _check(entry, after, previous):
                return after, broken
            after, previous = entry.seq, entry.hash
    return after, None


def _check(entry: Entry, after: int, previous: str) -> Broken | None:
    if entry.seq != after + 1:
        return Broken(after + 1, "an entry is missing")
    if entry.previous != previous:
        return Broken(entry.seq, "it does not continue the entry before it")
    expected = entry_hash(
        seq=entry.seq,
        at=entry.at,
        actor_id=entry.actor_id,
        action=entry.action,
        subject=entry.subject,
        detail_json=entry.detail_json,
        previous=entry.previous,
    )
    return None if entry.hash == expected else Broken(entry.seq, "its content does not match its hash")


async def newest(rt: Runtime, before: int = _TOP, most: int = 50) -> list[Entry]:
    """A page of the log, newest first."""
    return await rt.db.read(queries.newest, before, most)
