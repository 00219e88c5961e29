"""What the ledger needs of the world outside."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from perdure.kernel.db import Tx


class Deposit(msgspec.Struct, frozen=True):
    """A signed root on its way out. ``document`` is the JSON that a place keeps; ``digest`` is of its statement."""

    n: int
    day: str
    digest: str  # SHA-256, hex
    document: bytes


class AnchorPlace(Protocol):
    """Somewhere outside of this site, in other hands, that keeps a root or attests that it was there."""

    @property
    def kind(self) -> str:
        """``store``, ``mail`` or ``timestamp``: places of different kinds fail and are forced differently."""
        ...

    @property
    def name(self) -> str:
        """What receipts call it: no password, no address of a person."""
        ...

    async def deposit(self, deposit: Deposit) -> Mapping[str, Any]:
        """Hand a root over; returns the receipt (JSON). Safe to repeat. Raises Unavailable, Invalid."""
        ...

    async def recall(self, deposit: Deposit) -> bytes | None:
        """The document as the place keeps it now; None where it cannot be asked. Raises Unavailable, NotFound."""
        ...


class AnchorPlaces(Protocol):
    """The places that the operator named."""

    @property
    def places(self) -> Sequence[AnchorPlace]:
        """All of them."""
        ...


class Dossier(Protocol):
    """Who keeps the documents of cases. Only wiring knows them."""

    def documents_for(self, tx: Tx, case_id: int) -> list[tuple[str, bytes]]:
        """Name and JSON bytes of each document of a case, redacted: no moderator, no notifier, no third person.

        The SHA-256 of each (hex) must stand in the detail of a ledger entry on ``case:<case_id>``. Raises NotFound.
        """
        ...
