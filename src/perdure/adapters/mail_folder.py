"""Mail as files in a folder: for development, tests, and sites without mail."""

import asyncio
import tempfile
from pathlib import Path

from perdure.adapters.mail_message import message
from perdure.delivery.model import Mail
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Unavailable


class FolderMailer:
    """Writes each mail to ``<milliseconds>-<digest>.eml``; a repeated delivery overwrites nothing else."""

    def __init__(self, folder: Path, sender: str, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        """Write the file."""
        await asyncio.to_thread(self._write, mail)

    async def probe(self) -> None:
        """See whether the folder can be written."""
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder):
                pass
        except OSError as error:
            raise Unavailable(f"{self._folder} cannot be written: {error.strerror}") from error

    def _write(self, mail: Mail) -> None:
        built = message(mail, self._sender, self._clock)
        name = f"{self._clock.now_ms()}-{str(built['Message-ID'])[1:17]}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(built.as_bytes())
        except OSError as error:
            raise Unavailable("The mail folder cannot be written.", reason=str(error)) from error
