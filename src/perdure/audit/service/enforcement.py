"""What is in force against whom: a ledger of its own that a restored site replays before it opens (I9).

It has its own hash chain, so that a copy of this table alone shows whether it is whole; and each row is vouched for
by the entry of the same number.
"""

from collections.abc import Iterator
from typing import Any, Final, get_args

import msgspec

from perdure.audit.model import GENESIS, Enforcement, Measure
from perdure.audit.queries import enforcement, entries
from perdure.audit.rules import chain
from perdure.audit.service.ledger import append_in
from perdure.kernel.db import Tx

AREA: Final = "enforce."
LIFT: Final = "enforce.lift"
_KINDS: Final = frozenset(get_args(Measure))
_PAGE: Final = 1000


def enforce_in(
    tx: Tx,
    *,
    kind: Measure,
    subject: str,
    value: Any = None,
    until: int | None = None,
    decision_id: int | None = None,
    reverses: int | None = None,
) -> int:
    """Write that a measure is in force from now, in the transaction that puts it into force; returns its number.

    ``subject`` is ``kind:id``; ``value`` any JSON that a replay needs (a label, a hash) without personal data;
    ``until`` milliseconds since the epoch. With ``reverses`` it writes that the measure of that number has ended; a
    second reversal changes nothing and returns the first one's number. Raises ValueError for a kind that is none,
    and for a reversal of something that is not a measure of that kind against that subject.
    """
    if kind not in _KINDS:
        message = f"{kind!r} is no measure"
        raise ValueError(message)
    last = entries.lock_last(tx)  # first of all: what follows must see every row before
    if reverses is not None:
        _check_reversal(enforcement.one(tx, reverses), kind, subject)
        if earlier := enforcement.reversed_by(tx, reverses):
            return earlier
    seq = last.seq + 1 if last else 1
    value_json = msgspec.json.encode(value, order="sorted").decode()
    previous = enforcement.last_hash(tx) or GENESIS
    row = Enforcement(seq, tx.now, kind, subject, value_json, until, decision_id, reverses, previous, "")
    row = msgspec.structs.replace(row, hash=chain.enforcement_hash(row))
    action = f"{AREA}{kind}" if reverses is None else LIFT
    append_in(tx, actor_id=None, action=action, subject=subject, row=row.hash)
    enforcement.insert(tx, row)
    return seq


def lift_in(tx: Tx, *, kind: Measure, subject: str, value: Any = None, decision_id: int | None = None) -> list[int]:
    """End every measure of a kind in force against a subject (with ``value``: only those with it); their reversals."""
    entries.lock_last(tx)
    wanted = None if value is None else msgspec.json.encode(value, order="sorted").decode()
    return [
        enforce_in(tx, kind=kind, subject=subject, value=value, decision_id=decision_id, reverses=row.seq)
        for row in enforcement.current_on(tx, tx.now, subject)
        if row.kind == kind and wanted in {None, row.value_json}
    ]


def current_in(tx: Tx) -> Iterator[Enforcement]:
    """Every measure that must be in force now, in the order in which they came: neither reversed nor run out."""
    after = 0
    while rows := enforcement.current(tx, tx.now, after, _PAGE):
        yield from rows
        after = rows[-1].seq


def current_on_in(tx: Tx, subject: str) -> list[Enforcement]:
    """What is in force against one subject."""
    return enforcement.current_on(tx, tx.now, subject)


def _check_reversal(ended: Enforcement | None, kind: str, subject: str) -> None:
    if ended is None or ended.reverses is not None or (ended.kind, ended.subject) != (kind, subject):
        message = f"there is no {kind} of {subject} with that number to reverse"
        raise ValueError(message)


def after_in(tx: Tx, after: int, most: int) -> list[Enforcement]:
    """Measures and their ends with numbers above ``after``, in order."""
    return enforcement.after(tx, after, most)


def hashes_in(tx: Tx) -> set[str]:
    """The hashes of all rows: what this ledger knows."""
    found: set[str] = set()
    after = 0
    while rows := enforcement.after(tx, after, _PAGE):
        found |= {row.hash for row in rows}
        after = rows[-1].seq
    return found
