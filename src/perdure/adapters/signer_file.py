"""The site's signing key in a file of the data directory, made at first use."""

import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from perdure.continuity.rules import signing
from perdure.continuity.service.site import ENDED_FILE
from perdure.kernel.errors import Unavailable


class FileSigner:
    """Implements :class:`perdure.portability.ports.Signer` with ``secrets/site.key`` (hex, readable by its owner)."""

    def __init__(self, data: Path) -> None:
        self._path = data / "secrets" / "site.key"
        self._lock = threading.Lock()
        self._key: bytes | None = None

    def public_key(self) -> str:
        """The public half."""
        return signing.public_of(self._private())

    def sign(self, kind: str, document: Any) -> bytes:
        """A signed file."""
        return signing.sign(kind, document, self._private())

    def _private(self) -> bytes:
        with self._lock:
            if self._key is None:
                self._key = self._kept()
            return self._key

    def _kept(self) -> bytes:
        try:
            if not self._path.exists():
                if (self._path.parent.parent / ENDED_FILE).exists():
                    raise Unavailable("The site has ended: its key is destroyed")
                self._make()
            return bytes.fromhex(self._path.read_text("ascii"))
        except (OSError, ValueError) as error:
            raise Unavailable(f"The site cannot sign: {self._path.name} cannot be read", reason=str(error)) from error

    def _make(self) -> None:
        """Write a key beside its place and link it there, so that of two processes one wins whole."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._path.with_name(f".{secrets.token_hex(8)}")
        number = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(number, "w") as file:
                file.write(signing.new_key().hex())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(beside, self._path)
        finally:
            beside.unlink()
