"""What a check found, and what to do about it."""

from collections.abc import Iterator
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from perdure.kernel.settings import Settings

State = Literal["ok", "info", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """One line of the report. ``advice`` says what to do; only "ok" and "info" have none."""

    area: str
    state: State
    text: str
    advice: str = ""


Findings = Iterator[Finding]
SHAPES: Final[dict[State, str]] = {"ok": "● ok", "info": "○ info", "warn": "▲ warn", "fail": "✖ FAIL"}
STYLES: Final[dict[State, str]] = {"ok": "green", "info": "dim", "warn": "yellow", "fail": "bold red"}
LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def ok(area: str, text: str) -> Finding:
    """All is well."""
    return Finding(area, "ok", text)


def info(area: str, text: str) -> Finding:
    """Nothing to judge."""
    return Finding(area, "info", text)


def warn(area: str, text: str, advice: str) -> Finding:
    """It works, and will not for long or not for everybody."""
    return Finding(area, "warn", text, advice)


def fail(area: str, text: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(area, "fail", text, advice)


def is_local(settings: Settings) -> bool:
    """Whether the site calls itself by a name that only this machine knows."""
    host = urlsplit(settings.base_url).hostname or ""
    return host in LOCAL_NAMES or host.endswith((".localhost", ".test", ".local"))


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
