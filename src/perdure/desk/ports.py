"""What the desk needs from outside: something that reads letters, and something that prints."""

from collections.abc import Sequence
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


class Paper(Protocol):
    """Prints."""

    def pdf(self, sheets: Sequence[Sheet], title: str) -> bytes:
        """Pages as one PDF document."""
        ...
