"""What every process of the site does at its start."""

import ctypes
import os
import signal
import sys
from typing import Final

import msgspec

from perdure.kernel.settings import Settings, decode_path

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, however it dies: nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)


def encode_settings(settings: Settings) -> bytes:
    """Settings for a child's standard input: they may hold secrets, so they stay off its command line."""
    return msgspec.json.encode(msgspec.to_builtins(settings, enc_hook=str))


def read_settings() -> Settings:
    """The settings that the parent process wrote to our standard input."""
    return msgspec.json.decode(sys.stdin.buffer.read(), type=Settings, dec_hook=decode_path)
