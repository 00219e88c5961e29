"""How hashes of the ledger are made.

Each is SHA-256 over a JSON array whose first item names what is hashed: one spelling only, whichever engine stored
the fields, and no row of one kind can be passed off as another.
"""

import hashlib
from typing import Any

import msgspec

from perdure.audit.model import Enforcement, Entry, Key, Private, Receipt, Root


def canonical(*fields: Any) -> bytes:
    """The JSON array that is hashed: UTF-8, nothing escaped that need not be, no spaces."""
    return msgspec.json.encode(fields)


def commitment(private: Private) -> str:
    """What stands in the entry for its private part: SHA-256 (hex) over 32 bytes of salt and the canonical payload."""
    content = canonical("perdure.private.1", private.actor_id, private.about_id, private.payload_json)
    return hashlib.sha256(private.salt + content).hexdigest()


def entry_content(entry: Entry) -> bytes:
    """What an entry's hash covers."""
    return canonical(
        "perdure.entry.1",
        entry.seq,
        entry.at,
        entry.action,
        entry.subject,
        entry.detail_json,
        entry.commitment,
        entry.previous,
    )


def entry_hash(entry: Entry) -> str:
    """SHA-256 (hex) of an entry, whatever stands in its field ``hash``."""
    return hashlib.sha256(entry_content(entry)).hexdigest()


def enforcement_content(row: Enforcement) -> bytes:
    """What the hash of a measure covers."""
    return canonical(
        "perdure.enforcement.1",
        row.seq,
        row.at,
        row.kind,
        row.subject,
        row.value_json,
        row.until,
        row.decision_id,
        row.reverses,
        row.previous,
    )


def enforcement_hash(row: Enforcement) -> str:
    """SHA-256 (hex) of a measure, whatever stands in its field ``hash``."""
    return hashlib.sha256(enforcement_content(row)).hexdigest()


def key_hash(row: Key) -> str:
    """SHA-256 (hex) of what is public about a key."""
    return hashlib.sha256(canonical("perdure.key.1", row.seq, row.made_at, row.public_key)).hexdigest()


def root_hash(row: Root) -> str:
    """SHA-256 (hex) of a stored root."""
    fields = (row.seq, row.n, row.day, row.last_seq, row.made_at, row.statement, row.signature, row.public_key)
    return hashlib.sha256(canonical("perdure.signed.1", *fields)).hexdigest()


def receipt_hash(row: Receipt) -> str:
    """SHA-256 (hex) of a receipt."""
    fields = (row.seq, row.n, row.kind, row.place, row.at, row.digest, row.receipt_json)
    return hashlib.sha256(canonical("perdure.receipt.1", *fields)).hexdigest()
