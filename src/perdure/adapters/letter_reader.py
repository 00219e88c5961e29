"""Reads letters in a child process of its own for each, with limits: a hostile letter costs nothing but its reading."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Final

import msgspec

from perdure.adapters.letter_process import Reading
from perdure.desk.model import Letter
from perdure.desk.ports import OwnPlaces
from perdure.desk.rules import reading
from perdure.kernel.log import logger
from perdure.kernel.process import for_child

_AT_ONCE: Final = 2
_MODULE: Final = "perdure.adapters.letter_process"
_WHOLE_S: Final = 25.0
_PLAIN_S: Final = 12.0
# Nothing of our own environment (it may hold secrets) reaches the child but what Python needs to find its modules.
_KEPT: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG")
log = logger("letters")


class BoundedReader:
    """The reader of every form of letters (:mod:`perdure.desk.rules.reading`), once or twice.

    Where reading a letter takes too long, too much memory or ends the child, it is read again with its attachments
    closed; where that fails too, the letter is one item for a person.
    """

    def __init__(
        self, *, whole_s: float = _WHOLE_S, plain_s: float = _PLAIN_S, memory_bytes: int = 1_073_741_824
    ) -> None:
        self._seconds = (whole_s, plain_s)
        self._memory = memory_bytes
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def read(self, raw: bytes, name: str, mime: str, own: OwnPlaces) -> Letter:
        """What a letter says. Never raises for what it is given."""
        why = ""
        for plain, seconds in zip((False, True), self._seconds, strict=True):
            task = Reading(raw, name, mime, own.hosts, plain, max(1, int(seconds)), self._memory)
            async with self._places:
                output, why = await _run_child(task, seconds)
            with suppress(msgspec.DecodeError):
                return msgspec.msgpack.decode(output, type=Letter)
            log.warning("letter_not_read", plain=plain, size=len(raw), reason=why)
        return reading.unread(f"The letter could not be read: {why}", raw)


async def _run_child(task: Reading, seconds: float) -> tuple[bytes, str]:
    """What the child wrote, and why it may be nothing."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment, **for_child()},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            output, errors = await child.communicate(msgspec.msgpack.encode(task))
    except TimeoutError:
        return b"", "it took too long"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    if child.returncode == 0:
        return output, "the reader said nothing"
    last = errors[-300:].decode("utf-8", "replace").strip().rpartition("\n")[2]
    return b"", f"the reader ended early ({child.returncode}: {last[:100]})"
