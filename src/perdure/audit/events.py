"""What the ledger tells."""

from typing import ClassVar

from perdure.kernel.events import Event


class RootSigned(Event, frozen=True):
    """A root was signed and waits to be taken to the places outside."""

    kind: ClassVar[str] = "audit.root_signed"
    n: int
