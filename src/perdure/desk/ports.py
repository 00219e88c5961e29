"""What the desk needs from outside: letters read, mail fetched, signatures checked, pages printed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from perdure.continuity.model.paper import Sheet
from perdure.desk.model import Letter


class OwnPlaces(msgspec.Struct, frozen=True):
    """Where this site is reached: what a letter names there is its own. Hosts in lower case, without a port."""

    hosts: tuple[str, ...]


class Reader(Protocol):
    """Understands letters in whatever form they come."""

    async def read(self, raw: bytes, name: str, mime: str, own: OwnPlaces) -> Letter:
        """What a letter says. Bounded in time and memory; never raises for what it is given.

        What is not understood is a fault of the letter and, where nothing is, one item of pointer ``none``.
        """
        ...


class Signatures(Protocol):
    """Checks who signed a mail (DKIM, RFC 6376)."""

    async def domains(self, raw: bytes) -> tuple[str, ...]:
        """The domains whose valid signatures cover a mail whole, its From line included. Bounded in time.

        Empty where there are none, where they cannot be checked now, and where the mail has more than one From line.
        """
        ...


class Mark(msgspec.Struct, frozen=True):
    """How far a mailbox was read: up to ``uid``, as long as the mailbox calls itself by the same ``validity``.

    ``received_at`` is when the last mail that was taken reached the mailbox (ms).
    """

    validity: int
    uid: int
    received_at: int


class Mailed(msgspec.Struct, frozen=True):
    """A mail from a mailbox. ``cut``: it is larger than a letter may be, and this is its beginning."""

    raw: bytes
    mark: Mark
    envelope_from: str = ""
    cut: bool = False


class Mailbox(Protocol):
    """A mailbox whose mails are letters."""

    @property
    def key(self) -> str:
        """Which mailbox this is, without its password; empty where there is none."""
        ...

    async def read(self, mark: Mark | None, take: Callable[[Mailed], Awaitable[None]]) -> Mark | None:
        """Hand over every mail behind the mark, in its order, and put it away once ``take`` has returned.

        Without a mark: what nobody has read yet. Where the mailbox calls itself otherwise than the mark: whatever came
        since a day before the mark. In both cases returns how far all that reaches (``received_at`` 0), so that what
        somebody reads before the next visit is taken all the same. Where ``take`` raises, the mail stays where it is
        and reading ends. Raises Unavailable where the server does not answer as it should.
        """
        ...


class Paper(Protocol):
    """Prints."""

    def pdf(self, sheets: Sequence[Sheet], title: str) -> bytes:
        """Pages as one PDF document."""
        ...
