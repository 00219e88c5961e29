"""How the copies stand, for programs and for English readers: what the API, the command line and the doctor say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from perdure.continuity.model.alarms import Trouble
from perdure.continuity.service import alarming
from perdure.continuity.service.status import Overview, Promise, overview

_SAYS: Final = {
    "kit": ("There is a recovery kit.", "There is no recovery kit: nobody could open the copies."),
    "kit_tested": ("The kit was tried on {at}.", "The kit was not tried in the last three months (tried: {at})."),
    "stores": ("Stores on the list: {count}.", "There is no store: nothing is copied."),
    "owners": ("Three copies in three hands: {owners} independent owners.", "{gap}"),
    "media": (
        "Every file is here or at a store. Looked at on {at}.",
        "Files that are neither here nor at any store: {lost}.",
    ),
    "alive": ("The shipper lives.", "The shipper does not run (last heard of: {at})."),
    "shipping": ("The log is read.", "The log cannot be shipped: {reason}"),
    "behind": ("{store} is {ms} behind.", "{store} is {ms} behind. {reason}"),
    "head": ("{store} knows that this host lives.", "{store} last took a sign of life on {at}."),
    "read_back": ("{store} was read back on {at}.", "{store} was last read back on {at}."),
    "physical": ("The physical second copy is of {at}, at {store}.", "The newest physical second copy is of {at}."),
    "lifeboat": (
        "The lifeboat lies in {owners} hands, the oldest of {at}.",
        "The lifeboat lies in {owners} hands, {need} are needed; the oldest is of {at}.",
    ),
    "rehearsed": ("The weekly drill passed on {at}.", "No drill passed within nine days (last: {at})."),
    "snapshot": ("The newest snapshot is of {at}.", "The newest snapshot is of {at}, more than a day ago."),
}


def sentence(promise: Promise) -> str:
    """A promise in English."""
    facts = dict(promise.facts)
    if "at" in facts:
        facts["at"] = _day(int(facts["at"]))
    if "ms" in facts:
        facts["ms"] = behind(int(facts["ms"]))
    return _SAYS[promise.key][0 if promise.kept else 1].format(**facts).strip()


def behind(ms: int) -> str:
    """A delay for people."""
    if ms < 0:
        return "unknown how far"
    return f"{ms / 1000:.1f} s" if ms < 120_000 else f"{ms // 60_000} min"


def headline(found: Overview) -> str:
    """All of it in one line."""
    broken = [promise for promise in found.promises if not promise.kept]
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return sentence(broken[0]).rstrip(".") + more
    return f"{len(found.listed.stores)} stores, the furthest {behind(found.behind_ms or 0)} behind; all promises kept"


def report(data: Path, now_ms: int) -> dict[str, Any]:
    """Everything, ready for JSON. Needs no database. Raises Invalid for a broken list of stores."""
    return as_json(overview(data, now_ms), alarming.lasting(data, now_ms))


def as_json(found: Overview, troubles: Sequence[Trouble]) -> dict[str, Any]:
    """An overview, with what is wrong, ready for JSON."""
    return {
        "at": found.at,
        "kept": found.kept,
        "behind_ms": found.behind_ms,
        "status": found.status,
        "promises": [promise._asdict() | {"text": sentence(promise)} for promise in found.promises],
        "owners": {
            "kept": found.verdict.kept,
            "hands": found.verdict.owners,
            "with_host": found.verdict.with_host,
            "out_of_reach": found.verdict.out_of_reach,
            "abroad": found.verdict.abroad,
            "gaps": [gap._asdict() for gap in found.verdict.gaps],
        },
        "alarms": [
            {
                "kind": one.sign.kind,
                "level": one.sign.level,
                "store": one.sign.about,
                "since": one.since,
                "reason": one.sign.detail,
            }
            for one in troubles
        ],
        "drill": found.drill,
        "lifeboat": found.boats.boats,
    }


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M") if ms else "–"
