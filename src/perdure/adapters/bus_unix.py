"""The bus of one machine: a datagram socket for each process, in a folder of the data directory."""

import asyncio
import contextlib
import os
import socket
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from perdure.kernel.bus import Handler

_MAX = 60_000


class UnixBus:
    """Publishes by sending to every socket in the folder; a socket nobody listens on is removed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # A socket's path may have some 100 bytes and a data directory any length: go through an open folder instead.
        self._folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        through = Path(f"/proc/self/fd/{self._folder_fd}")
        self._short = through if through.exists() else folder
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._out.setblocking(False)  # noqa: FBT003 - the socket API's own signature
        self._own: Path | None = None
        self._in: socket.socket | None = None

    def publish(self, channel: str, payload: bytes = b"") -> None:
        """Send to every process. A full or dead receiver loses the message, as the port allows."""
        message = channel.encode() + b"\0" + payload
        if len(message) > _MAX:
            return
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.sock"):
                self._send(message, path)

    def _send(self, message: bytes, path: Path) -> None:
        with contextlib.suppress(OSError):
            try:
                self._out.sendto(message, str(self._short / path.name))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)

    def subscribe(self, channel: str, handler: Handler) -> Callable[[], None]:
        """Add a handler; it is called on the event loop that ran :meth:`start`."""
        self._handlers[channel].append(handler)
        return lambda: self._handlers[channel].remove(handler)

    async def start(self) -> None:
        """Bind this process's socket and begin to read it."""
        self._own = self._folder / f"{os.getpid()}-{id(self):x}.sock"
        self._own.unlink(missing_ok=True)
        self._in = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._in.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._in.setblocking(False)  # noqa: FBT003 - the socket API's own signature
        self._in.bind(str(self._short / self._own.name))
        asyncio.get_running_loop().add_reader(self._in, self._receive)

    async def stop(self) -> None:
        """Stop reading and remove the socket."""
        if self._in is not None:
            asyncio.get_running_loop().remove_reader(self._in)
            self._in.close()
            self._in = None
        if self._own is not None:
            self._own.unlink(missing_ok=True)
            self._own = None

    def close(self) -> None:
        """Close the sending socket and the folder."""
        self._out.close()
        os.close(self._folder_fd)

    def _receive(self) -> None:
        assert self._in is not None
        with contextlib.suppress(BlockingIOError):
            for _ in range(512):
                channel, _, payload = self._in.recv(_MAX + 1).partition(b"\0")
                for handler in list(self._handlers[channel.decode("utf-8", "replace")]):
                    handler(payload)
