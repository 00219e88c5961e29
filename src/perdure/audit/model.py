"""What the ledger's rows are."""

from typing import Final, Literal

import msgspec

GENESIS: Final = "0" * 64

Measure = Literal[
    "takedown", "hold", "limit", "label", "freeze", "suspension", "ban", "trend_block", "bank"
]  # fmt: skip
"""What can be in force against a subject. ``bank``: a hash or text that must not come back."""


class Entry(msgspec.Struct, frozen=True):
    """One line of the log. ``hash`` covers every other field and the hash before it.

    ``commitment`` stands for what is private about it (:class:`Private`): it can be proved later, and not be guessed.
    """

    seq: int
    at: int  # milliseconds since the epoch
    action: str  # area.verb
    subject: str  # kind:id of what it was done to
    detail_json: str
    commitment: str
    previous: str
    hash: str


class Private(msgspec.Struct, frozen=True):
    """What an entry only commits to: who acted, and personal data. May be erased; the chain holds without it."""

    seq: int
    actor_id: int | None  # account that acted; None for the system
    about_id: int | None  # account whose data the payload is
    salt: bytes
    payload_json: str


class Line(msgspec.Struct, frozen=True):
    """An entry as those see it who may read the log. ``actor_id`` is None for the system, and where it was erased."""

    seq: int
    at: int
    actor_id: int | None
    action: str
    subject: str
    detail_json: str
    payload_json: str | None  # None where it was erased


class Enforcement(msgspec.Struct, frozen=True):
    """A measure that came into force, or the end of one (``reverses``). Numbered as the entry that records it."""

    seq: int
    at: int
    kind: str
    subject: str
    value_json: str
    until: int | None  # milliseconds since the epoch; None: until it is reversed
    decision_id: int | None
    reverses: int | None  # the measure that ends
    previous: str
    hash: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines of the log are asked for: all conditions that are not None. ``action`` may end in a dot: an area."""

    subject: str | None = None
    actor_id: int | None = None
    action: str | None = None
    lower: int = 0
    upper: int = 2**62


class Broken(msgspec.Struct, frozen=True):
    """Where the ledger first fails, and how."""

    seq: int
    reason: str


class Key(msgspec.Struct, frozen=True):
    """A key (Ed25519) that the site signs with: both halves as hex of 32 bytes."""

    seq: int
    made_at: int
    public_key: str
    secret: str


class Statement(msgspec.Struct, frozen=True, kw_only=True, tag_field="format", tag="perdure.root.1"):
    """What the site signs about a stretch of the ledger. Stored, signed and anchored as JSON with sorted names."""

    site: str
    n: int  # roots are numbered from 1
    day: str  # the last day that it closes, UTC
    first: int  # entries from here
    last: int  # to here
    root: str  # Merkle root (RFC 6962) over their hashes
    head: str  # hash of the last entry
    enforcement: str  # hash of the newest measure up to there
    previous: str  # SHA-256 of the statement before
    key: str  # public key
    at: int  # milliseconds since the epoch


class Root(msgspec.Struct, frozen=True):
    """A signed statement as it is stored."""

    seq: int
    n: int
    day: str
    last_seq: int
    made_at: int
    statement: str
    signature: str  # Ed25519 over the statement, hex
    public_key: str


class Receipt(msgspec.Struct, frozen=True):
    """That a place outside took a root: ``digest`` is the SHA-256 of the root's statement."""

    seq: int
    n: int
    kind: str
    place: str
    at: int
    digest: str
    receipt_json: str
