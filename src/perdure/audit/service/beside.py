"""The rows beside the chain, each vouched for by the entry of its number: measures, keys, roots, receipts."""

import base64
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from perdure.audit.model import GENESIS, Enforcement, Entry, Key, Receipt, Root, Statement
from perdure.audit.queries import enforcement, entries, roots
from perdure.audit.rules import chain, merkle, verify
from perdure.audit.service.anchors import ANCHOR
from perdure.audit.service.enforcement import AREA, LIFT
from perdure.audit.service.roots import DESTROYED, KEY, ROOT, digest_of, leaves_in
from perdure.kernel.db import Tx


class Beside:
    """Holds the rows beside a page of entries and takes each out as its entry comes."""

    def __init__(self, tx: Tx, measure: str) -> None:
        self._tx = tx
        self._measure = measure
        self._rows: dict[int, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def load(self, after: int, last: int) -> None:
        """Read what lies beside the entries above ``after`` up to ``last``."""
        self._rows = {}
        for found in (
            enforcement.between(self._tx, after, last),
            roots.keys_between(self._tx, after, last),
            roots.roots_between(self._tx, after, last),
            roots.receipts_between(self._tx, after, last),
        ):
            for seq, row in found.items():
                self._rows.setdefault(seq, []).append(row)

    def reason(self, entry: Entry) -> str | None:
        """What is wrong beside an entry, or None."""
        rows, kind = self._rows.pop(entry.seq, []), _kind_of(entry.action)
        if kind is None:
            return "a row has its number that it does not speak of" if rows else None
        if len(rows) != 1 or not isinstance(rows[0], kind):
            return f"the {kind.__name__.lower()} that it records is missing"
        try:
            detail: dict[str, Any] = msgspec.json.decode(entry.detail_json)
            return _CHECKS[kind](self, entry, detail, rows[0])
        except (InvalidSignature, LookupError, TypeError, ValueError, msgspec.MsgspecError, verify.Wrong) as error:
            return f"the {kind.__name__.lower()} that it records does not hold: {error or 'bad signature'}"

    def _enforced(self, entry: Entry, detail: dict[str, Any], row: Enforcement) -> str | None:
        if row.previous != self._measure:
            return "its measure does not continue the one before"
        if row.hash != chain.enforcement_hash(row) or detail["row"] != row.hash:
            return "its measure was changed"
        action = f"{AREA}{row.kind}" if row.reverses is None else LIFT
        if (entry.action, entry.subject, entry.at) != (action, row.subject, row.at):
            return "its measure is not the one that it records"
        self._measure = row.hash
        return None

    def _key(self, _entry: Entry, detail: dict[str, Any], row: Key) -> str | None:
        if not row.secret:
            whole = detail["row"] == chain.key_hash(row) and roots.were_dropped(self._tx, DESTROYED)
            return None if whole else "its key was taken away"
        secret = bytes.fromhex(row.secret)
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()
        whole = secret.hex() == row.secret and public == row.public_key
        return None if whole and detail["row"] == chain.key_hash(row) else "its key was changed"

    def _root(self, _entry: Entry, detail: dict[str, Any], row: Root) -> str | None:
        if detail["row"] != chain.root_hash(row):
            return "its root was changed"
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.public_key)).verify(
            bytes.fromhex(row.signature), row.statement.encode()
        )
        told = msgspec.json.decode(row.statement, type=Statement)
        if told != self._expected(told, row):
            return "its root is not that of the entries"
        return None

    def _expected(self, told: Statement, row: Root) -> Statement:
        """The statement as the database would have it signed."""
        before = roots.one(self._tx, row.n - 1)
        last = entries.one(self._tx, row.last_seq)
        return msgspec.structs.replace(
            told,
            n=row.n,
            day=row.day,
            first=before.last_seq + 1 if before else 1,
            last=row.last_seq,
            root=merkle.root(leaves_in(self._tx, told.first, row.last_seq)).hex(),
            head=last.hash if last else "",
            enforcement=enforcement.hash_at(self._tx, row.last_seq) or GENESIS,
            previous=digest_of(before.statement) if before else GENESIS,
            key=row.public_key,
            at=row.made_at,
        )

    def _receipt(self, _entry: Entry, detail: dict[str, Any], row: Receipt) -> str | None:
        root = roots.one(self._tx, row.n)
        if detail["row"] != chain.receipt_hash(row) or root is None or row.digest != digest_of(root.statement):
            return "its receipt was changed"
        if row.kind == "timestamp":
            stamped = verify.timestamp(base64.b64decode(msgspec.json.decode(row.receipt_json)["response"]))[0]
            return None if stamped == row.digest else "its time stamp is for something else"
        return None


def _kind_of(action: str) -> type | None:
    if action.startswith(AREA):
        return Enforcement
    return {KEY: Key, ROOT: Root, ANCHOR: Receipt}.get(action)


_CHECKS: dict[type, Callable[[Beside, Entry, dict[str, Any], Any], str | None]] = {
    Enforcement: Beside._enforced,  # noqa: SLF001 - its own table
    Key: Beside._key,  # noqa: SLF001
    Root: Beside._root,  # noqa: SLF001
    Receipt: Beside._receipt,  # noqa: SLF001
}
