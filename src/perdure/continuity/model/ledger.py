"""What stands outside the epochs, so that a restore to an older point sees it too (continuity.md §3.12)."""

import msgspec

ERASURES = "erasures"
"""The kind under which erasures are signed."""
MEASURES = "measures"
"""The kind under which measures are signed."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something was erased. Who it was, only those can tell who hold the site's salt and still have the row."""

    subject: str
    """HMAC-SHA256 of ``scope:id`` under the site's salt, in hex."""
    scope: str
    """account, post, media, or copy: a file that no store may have."""
    at: int
    """ms since the epoch, UTC."""
    basis: str
    """Why: ``closed`` (an account after its owner's wish and the time to think again), ``deleted``,
    ``barred`` (from the stores), ``released`` (an earlier entry does not hold any more)."""


class Erasures(msgspec.Struct, frozen=True, kw_only=True):
    """The document of one ``ledger/e-…`` object."""

    site: str
    entries: tuple[Entry, ...]


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of the enforcement ledger, or the end of one; the fields of ``audit.model.Enforcement`` that count."""

    seq: int
    at: int
    kind: str
    subject: str
    value: str
    until: int | None
    reverses: int | None
    hash: str


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """The document of one ``ledger/m-…`` object; it is sealed for the site's recipients."""

    site: str
    measures: tuple[Measure, ...]
