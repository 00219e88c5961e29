"""The erasure ledger: what was erased stays erased, also where a restore brings back an older state.

Written by a subscriber to the events of erasing, at least once. A restore reads all entries, from every store, and
erases again what the restored rows still hold, before the site opens.
"""

import hashlib
import hmac
import os
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from perdure.continuity.model.ledger import ERASURES, Entry, Erasures
from perdure.continuity.ports import Eraser, Store
from perdure.continuity.service import disk, ledger
from perdure.continuity.service.site import load_site
from perdure.kernel.db import Database, Tx
from perdure.kernel.log import logger

SALT_FILE: Final = "secrets/erasures.salt"
"""Carried by the config bundle, as everything below ``secrets/``."""
RELEASED: Final = "released"
"""The basis of an entry that takes an earlier one about the same back."""
_SALT_BYTES: Final = 32
_PAGE: Final = 1_000
_making: Final = threading.Lock()  # the worker alone writes here, from several threads
log = logger("copies")


class Replayed(NamedTuple):
    """What a replay did."""

    erased: dict[str, int]
    """How many of each scope were erased again."""
    held: tuple[str, ...]
    """``scope:id`` of what a legal hold keeps all the same: holds win over erasure, and are listed."""


def salt(data: Path) -> bytes:
    """The site's salt, made on first use. Raises OSError."""
    with _making:
        found = known_salt(data)
        if found is None:
            found = os.urandom(_SALT_BYTES)
            disk.write_private(data / SALT_FILE, found.hex().encode() + b"\n")
    return found


def known_salt(data: Path) -> bytes | None:
    """The site's salt; None where it never had one, or the bundle did not bring it."""
    try:
        found = bytes.fromhex((data / SALT_FILE).read_text().strip())
    except (FileNotFoundError, ValueError):
        return None
    return found if len(found) == _SALT_BYTES else None


def subject_of(salt: bytes, scope: str, ref: int) -> str:
    """How an entry names what was erased."""
    return hmac.new(salt, f"{scope}:{ref}".encode(), hashlib.sha256).hexdigest()


def write(data: Path, erased: Iterable[tuple[str, int, str]], now_ms: int) -> str | None:
    """Write (scope, id, basis) of what was erased into the ledger; returns the object's name.

    None where there is nothing to write, or the site has no kit and therefore no copies.
    """
    site = load_site(data)
    if site is None:
        return None
    key = salt(data)
    entries = tuple(
        Entry(subject=subject_of(key, scope, ref), scope=scope, at=now_ms, basis=basis) for scope, ref, basis in erased
    )
    if not entries:
        return None
    return ledger.put(data, "e", ERASURES, Erasures(site=site.site_id, entries=entries), now_ms)


async def entries(
    stores: Mapping[str, Store], trusted: Collection[str], faults: list[str] | None = None
) -> list[Entry]:
    """Every erasure that any store knows of, whatever the restore point. ``trusted``: the hosts that reigned.

    Objects that no store delivers whole are named in ``faults``, and in the log.
    """
    told: list[str] = []
    found = await ledger.read(
        stores, "e", lambda name, data: ledger.document(ERASURES, data, trusted, name, Erasures), told
    )
    for fault in told:
        log.error("erasures_not_read", reason=fault)
    if faults is not None:
        faults += told
    return [entry for one in found for entry in one.entries]


async def replay(db: Database, found: Sequence[Entry], salt: bytes, erasers: Iterable[Eraser]) -> Replayed:
    """Erase again what the rows still hold though the ledger says that it was erased. May be repeated."""
    erased: Counter[str] = Counter()
    held: list[str] = []
    for eraser in erasers:
        newest = {one.subject: one.basis for one in sorted(found, key=lambda one: one.at) if one.scope == eraser.scope}
        wanted = {subject for subject, basis in newest.items() if basis != RELEASED}
        after = 0
        while wanted and (ids := await db.read_long(eraser.ids_in, after, _PAGE)):
            after = ids[-1]
            for ref in ids:
                if subject_of(salt, eraser.scope, ref) in wanted:
                    outcome = await db.write("erasures.replay", _erase_in, eraser, ref)
                    erased[eraser.scope] += outcome == "erased"
                    held += [f"{eraser.scope}:{ref}"] if outcome == "held" else []
    return Replayed(dict(erased), tuple(held))


def _erase_in(tx: Tx, eraser: Eraser, ref: int) -> str:
    return eraser.erase_in(tx, ref)
