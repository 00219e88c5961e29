"""What media needs of the world outside: somewhere to keep bytes, and something that understands pictures."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, Protocol

from perdure.media.model import Facts

Shape = Literal["media", "preview", "avatar", "header"]


class ObjectStore(Protocol):
    """Keeps immutable files under keys. A key that was put is readable at once; putting it again replaces it."""

    async def put(self, key: str, source: Path, mime: str) -> None:
        """Keep a copy of the file; when this returns it survives a crash. Raises Unavailable."""

    async def size(self, key: str) -> int:
        """How many bytes a key holds. Raises NotFound."""

    def chunks(self, key: str, first: int, count: int) -> AsyncIterator[bytes]:
        """``count`` bytes from the offset ``first``, in pieces. Raises NotFound."""

    async def fetch(self, key: str, into: Path) -> None:
        """Copy what a key holds into a file. Raises NotFound."""

    async def delete(self, key: str) -> None:
        """Forget a key; one that is not there is no error."""


class MediaProcessor(Protocol):
    """Makes files safe to serve: checked, stripped of metadata, scaled, with a preview."""

    def handles(self, mime: str) -> bool:
        """Whether this installation can work on such a file."""

    async def process(self, source: Path, mime: str, folder: Path, shape: Shape) -> Facts:
        """Write the safe file and its preview into ``folder``. Raises Invalid for a file that cannot be read."""
