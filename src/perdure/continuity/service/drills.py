"""Reports of drills in ``continuity/drills``: kept, signed, sent to the stores, read again."""

from pathlib import Path
from typing import Final

import msgspec

from perdure.continuity.model.drills import KIND, Drill
from perdure.continuity.rules import signing
from perdure.continuity.service import disk, ledger
from perdure.continuity.service.site import host_key, load_site
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.log import logger

FOLDER: Final = "continuity/drills"
IDENTITY_FILE: Final = "secrets/drill.identity"
"""In the data directory: the age identity that opens the copies once a week. Where it lies, a drill is weekly."""
TREND: Final = 10
EVERY_MS: Final = 7 * 86_400_000
_AGAIN_MS: Final = 86_400_000
_LETTER: Final = "d"
log = logger("copies")


def weekly(data: Path) -> bool:
    """Whether this host rehearses every week."""
    return (data / IDENTITY_FILE).exists()


def is_due(data: Path, now_ms: int) -> bool:
    """Whether the weekly drill is to run now: none ended within a week, or within a day where it could not run."""
    last = newest(data)
    if last is None:
        return True
    wait = _AGAIN_MS if last.outcome == "could_not_run" else EVERY_MS
    return not 0 <= now_ms - last.at < wait


def newest(data: Path) -> Drill | None:
    """The newest report; None where nobody ever rehearsed. A file that is no report is passed over and logged."""
    return next(iter(every(data)), None)


def every(data: Path) -> list[Drill]:
    """All reports, the newest first."""
    found = (_read(path) for path in (data / FOLDER).glob("*.json"))
    return sorted((drill for drill in found if drill is not None), key=lambda drill: drill.at, reverse=True)


def one(data: Path, at: int) -> Drill:
    """The report of a drill that ended at an instant. Raises NotFound."""
    found = _read(data / FOLDER / f"{at}.json") if (data / FOLDER / f"{at}.json").exists() else None
    if found is None:
        raise NotFound("There is no report of such a drill")
    return found


def signature(data: Path, at: int) -> bytes | None:
    """The signed file of a report, as it went to the stores; None where the machine could not sign."""
    try:
        return (data / FOLDER / f"{at}.signed").read_bytes()
    except OSError:
        return None


def signed_by(data: Path, drill: Drill) -> str:
    """The key (hex) under which a report's signature holds; empty where there is none, or it was changed since."""
    raw = signature(data, drill.at)
    site = load_site(data)
    if raw is None or site is None:
        return ""
    try:
        found = signing.verify(KIND, raw, {site.host}, f"{drill.at}.signed")
    except Invalid:
        return ""
    return found.key if signing.canonical(found.document) == signing.canonical(drill) else ""


def keep(data: Path, drill: Drill) -> bool:
    """Write a report down, sign it, and hand it to the shipper; False where this machine has no key to sign with.

    Raises OSError.
    """
    folder = data / FOLDER
    disk.write_private(folder / f"{drill.at}.json", msgspec.json.format(msgspec.json.encode(drill)) + b"\n")
    try:
        disk.write_private(folder / f"{drill.at}.signed", signing.sign(KIND, drill, host_key(data)))
        ledger.put(data, _LETTER, KIND, drill, drill.at)
    except Invalid:
        return False
    return True


def _read(path: Path) -> Drill | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Drill)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("drill_unreadable", file=path.name, reason=str(error))
        return None
