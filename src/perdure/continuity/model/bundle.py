"""The config bundle: everything a new host needs beside the rows."""

from typing import Any

import msgspec

from perdure.continuity.model.keys import Site

FORMAT = 1
"""Version of the bundle; an older Perdure refuses a newer one."""


class BundledFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the data directory: its path there, its permission bits, its bytes."""

    path: str
    mode: int
    data: bytes


class Bundle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings, files and keys of a site at one moment. Secret through and through."""

    version: int = FORMAT
    name: str
    """The object that it was made for, so that an old bundle cannot be passed off as a newer one."""
    made_at: int
    """ms since the epoch, UTC; information only."""
    release: str
    """The Perdure that made it."""
    site: Site
    settings: dict[str, Any]
    """What ``perdure.toml`` has to say on a new host: the file's own values and those of variables and secret files."""
    files: tuple[BundledFile, ...]
    rows: dict[str, str]
    """Keys that live in the database (web push, sealing, ledger), for rows that were lost with it."""
    left_out: tuple[str, ...] = ()
    """Files that nobody knows what to do with, or too large: they stay behind."""


class Opened(msgspec.Struct, frozen=True):
    """A bundle that was opened and proven genuine, and the host key (hex) that signed it."""

    bundle: Bundle
    host: str
