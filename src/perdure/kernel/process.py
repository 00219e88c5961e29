"""What every process of the site does at its start."""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from perdure.kernel.errors import AppError
from perdure.kernel.log import logger
from perdure.kernel.settings import Settings, decode_path

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_PARENT: Final = "PERDURE_PARENT"


def for_child() -> dict[str, str]:
    """What to put into a child's environment, so that it can tell whether we are still there when it begins."""
    return {_PARENT: str(os.getpid())}


def call(name: str) -> None:
    """Name this process for those who look at the machine's processes: at most 15 letters."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, however it dies: nothing is left behind.

    The parent may have died before we asked; then we have another one than :func:`for_child` named.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        named = os.environ.get(_PARENT)
        if named is not None and named != str(os.getppid()):
            os._exit(1)


@contextmanager
def explained() -> Iterator[None]:
    """End the process with one line in the log where it cannot start or go on; its parent starts it again."""
    try:
        yield
    except AppError as error:
        logger("process").error("cannot_run", public=error.public, **error.data)
        sys.exit(1)


def encode_settings(settings: Settings) -> bytes:
    """Settings for a child's standard input: they may hold secrets, so they stay off its command line."""
    return msgspec.json.encode(msgspec.to_builtins(settings, enc_hook=str))


def read_settings() -> Settings:
    """The settings that the parent process wrote to our standard input."""
    return msgspec.json.decode(sys.stdin.buffer.read(), type=Settings, dec_hook=decode_path)
