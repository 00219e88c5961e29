"""The ledger as a file of JSON lines, without anybody's identity: what ``verify.py`` and other programs read.

Who acted never stands in it. An entry that would name a member of the staff or a notifier is *sealed*: only its hash
is written, which is enough for the chain and for the Merkle tree, and tells nothing (it covers a salted commitment).
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from perdure.audit.model import Enforcement, Entry, Key, Private, Root, Statement
from perdure.audit.queries import enforcement, entries, roots
from perdure.audit.rules import chain
from perdure.kernel.db import Tx

Write = Callable[[bytes], object]
Progress = Callable[[int], None]
# Their subject is a member of the staff.
_ON_STAFF: Final = frozenset({"account.role"})
_PAGE: Final = 1000
_TOP: Final = 2**62


class Lines:
    """Writes lines, and at the end one that signs them all."""

    def __init__(self, write: Write, key: Key) -> None:
        self._write = write
        self._key = key
        self._hash = hashlib.sha256()

    def add(self, kind: str, **fields: Any) -> None:
        """One line."""
        line = msgspec.json.encode({"type": kind, **fields}) + b"\n"
        self._hash.update(line)
        self._write(line)

    def end(self) -> None:
        """The last line."""
        digest = self._hash.hexdigest()
        secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._key.secret))
        signature = secret.sign(chain.canonical("perdure.end.1", digest)).hex()
        last = {"key": self._key.public_key, "sha256": digest, "signature": signature, "type": "end"}
        self._write(msgspec.json.encode(last, order="sorted") + b"\n")


class Discretion:
    """Knows which entries would name somebody whose name stays here."""

    def __init__(self, tx: Tx) -> None:
        self._people = {str(one) for one in entries.actors(tx)}
        self._people |= {one.partition(":")[2] for action in _ON_STAFF for one in entries.subjects(tx, action)}

    def seals(self, entry: Entry, private: Private | None) -> bool:
        """Whether only the hash of this entry may leave."""
        actor = private.actor_id if private else None
        if entry.action in _ON_STAFF or (actor is not None and entry.subject == f"account:{actor}"):
            return True
        return not self._people.isdisjoint(_values(msgspec.json.decode(entry.detail_json)))


def _values(value: Any) -> set[str]:
    """Every number and text in a detail, at any depth."""
    if isinstance(value, dict):
        return {one for key, part in value.items() for one in (key, *_values(part))}
    if isinstance(value, list):
        return {one for part in value for one in _values(part)}
    return {str(value)}


def write_entries(lines: Lines, found: Iterable[Entry], privates: dict[int, Private], discretion: Discretion) -> None:
    """Entries as lines, sealed where they must be."""
    for entry in found:
        if discretion.seals(entry, privates.get(entry.seq)):
            lines.add("entry", seq=entry.seq, hash=entry.hash, sealed=True)
            continue
        fields = (entry.seq, entry.at, entry.action, entry.subject, entry.detail_json, entry.commitment, entry.previous)
        lines.add("entry", seq=entry.seq, hash=entry.hash, entry=("perdure.entry.1", *fields))


def write_measures(lines: Lines, rows: Iterable[Enforcement]) -> None:
    """Measures as lines: everything but the hash, which the entry of that number records."""
    for row in rows:
        fields = (row.seq, row.at, row.kind, row.subject, row.value_json, row.until, row.decision_id, row.reverses)
        lines.add("measure", row=("perdure.enforcement.1", *fields, row.previous))


def write_roots(tx: Tx, lines: Lines, found: Iterable[Root]) -> None:
    """Roots with their receipts as lines."""
    for root in found:
        lines.add("root", statement=root.statement, signature=root.signature, public_key=root.public_key)
        for one in roots.receipts(tx, root.n):
            fields = (one.seq, one.n, one.kind, one.place, one.at, one.digest, one.receipt_json)
            lines.add("receipt", row=("perdure.receipt.1", *fields))


def span_in(tx: Tx, first_day: str | None, last_day: str | None) -> tuple[int, int]:
    """The numbers of the entries under the roots of these days (``YYYY-MM-DD``, both included).

    Without ``last_day``, or where it is not closed yet: to the newest entry.
    """
    first = roots.ended_before(tx, first_day) + 1 if first_day else 1
    last = roots.ended_by(tx, last_day) if last_day else None
    return first, last or entries.last(tx)


def export_in(
    tx: Tx, site: str, key: Key, write: Write, first: int, last: int, progress: Progress | None = None
) -> int:
    """Write the entries from ``first`` to ``last`` with measures, roots and receipts; returns how many entries."""
    lines, discretion = Lines(write, key), Discretion(tx)
    lines.add("ledger", format="perdure.ledger.1", site=site, made_at=tx.now, complete=True, first=first, last=last)
    after = first - 1
    while after < last and (page := entries.page(tx, after, min(_PAGE, last - after))):
        write_entries(lines, page, entries.privates(tx, after, page[-1].seq), discretion)
        after = page[-1].seq
        if progress is not None:
            progress(after)
    write_measures(lines, enforcement.between(tx, first - 1, last).values())
    whole = (one for one in roots.within(tx, first, last) if first_of(one) >= first)
    write_roots(tx, lines, whole)
    lines.end()
    return after - first + 1


def first_of(root: Root) -> int:
    """The first entry under a root."""
    return msgspec.json.decode(root.statement, type=Statement).first
