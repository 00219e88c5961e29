"""What an entry is, and how its hash is made."""

import hashlib
from typing import Any

import msgspec

GENESIS = "0" * 64


class Entry(msgspec.Struct, frozen=True):
    """One line of the log. ``hash`` covers every other field and the hash before it."""

    seq: int
    at: int  # milliseconds since the epoch
    actor_id: int | None  # account that acted; None for the system
    action: str  # area.verb
    subject: str  # kind:id of what it was done to
    detail_json: str
    previous: str
    hash: str


class Broken(msgspec.Struct, frozen=True):
    """Where the chain first fails, and how."""

    seq: int
    reason: str


def entry_hash(
    *, seq: int, at: int, actor_id: int | None, action: str, subject: str, detail_json: str, previous: str
) -> str:
    """SHA-256 (hex) over the fields as a JSON array: one spelling only, whichever engine stored them."""
    fields: list[Any] = [seq, at, actor_id, action, subject, detail_json, previous]
    return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()
