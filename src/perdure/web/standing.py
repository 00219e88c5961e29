"""What the lifeboat tells: the facts of this site as they stand now, also when a database does not answer."""

import hashlib
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit.service import roots
from perdure.continuity.service import drills, stores
from perdure.continuity.service import status as copies
from perdure.continuity.service.lifeboat import Draft
from perdure.continuity.service.site import load_site
from perdure.kernel import mode
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.portability.model import SiteEnd
from perdure.portability.ports import Signer
from perdure.portability.service import ending
from perdure.web.lifeboat import Copy, Facts, render

_TOP: Final = 2**62


async def files_of(rt: Runtime) -> dict[str, bytes]:
    """The lifeboat as things stand now, for serving."""
    facts, signer = await facts_of(rt), rt.port(Signer)
    try:
        facts = msgspec.structs.replace(facts, public_key=signer.public_key())
    except Unavailable:
        return render(facts, None)
    return render(facts, signer.sign)


async def draft_of(rt: Runtime) -> Draft | None:
    """The lifeboat for places outside.

    None where this host does not know how the site stands (no database, or another host may reign), or cannot sign it:
    what lies there is then worth more.
    """
    facts, signer = await facts_of(rt), rt.port(Signer)
    if facts.state in {"unknown", mode.CLOSED}:
        return None
    try:
        facts = msgspec.structs.replace(facts, public_key=signer.public_key())
    except Unavailable:
        return None
    names = tuple(Copy(one.name, 0, 0, 0) for one in facts.copies)
    lasting = msgspec.structs.replace(facts, at=0, head="", head_at=None, copies=names, drill={})
    digest = hashlib.sha256(msgspec.json.encode(lasting, order="sorted")).hexdigest()
    return Draft(digest, facts.at, lambda: render(facts, signer.sign))


async def facts_of(rt: Runtime) -> Facts:
    """What is known now. A database that does not answer is a fact, too."""
    now, url = rt.clock.now_ms(), rt.settings.base_url
    known: dict[str, Any] = {"host": rt.settings.domain, "base_url": url, "at": now, "copies": _copies(rt, now)}
    known["drill"] = _drill(rt)
    known["addresses"], known["boats"] = _addresses(rt)
    try:
        title, end, head, head_at = await rt.db.read(_read_in)
        found = mode.current(rt.db)
    except AppError:
        works = {"reading": False, "writing": False, "exports": False}
        return Facts(title=rt.settings.domain, state="unknown", works=works, **known)
    return Facts(
        title=title,
        state=_state(found.name, end, now),
        reason=found.reason or (end.reason if end else ""),
        ends_at=end.ends_at if end else None,
        works={"reading": True, "writing": found.name == mode.OPEN, "exports": found.name != mode.CLOSED},
        successors=end.successors if end else (),
        export_url=f"{url}/settings/data",
        head=head,
        head_at=head_at,
        **known,
    )


def _state(name: str, end: SiteEnd | None, now: int) -> str:
    if end is not None:
        return "ended" if now >= end.ends_at else "ending"
    return name


def _read_in(tx: Tx) -> tuple[str, SiteEnd | None, str, int | None]:
    newest = next(iter(roots.newest_in(tx, _TOP, 1)), None)
    head = roots.digest_of(newest[0].statement) if newest else ""
    return accounts.site_in(tx).title, ending.end_in(tx), head, newest[0].made_at if newest else None


def _addresses(rt: Runtime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Other addresses of the site, and those where this page lies."""
    data, chief = rt.settings.data, rt.settings.domain
    try:
        site, listed = load_site(data), stores.load(data)
    except Invalid:
        return (), ()
    domains = [one for one in (site.domains if site else ()) if one != chief]
    boats = [*(one.address for one in listed.boats), *(site.lifeboats if site else ())]
    return tuple(f"https://{one}/" for one in domains), tuple(dict.fromkeys(boats))


def _drill(rt: Runtime) -> dict[str, int]:
    """The newest drill, if it passed: an older success would hide a failure."""
    found = drills.newest(rt.settings.data)
    if found is None or found.outcome != "passed":
        return {}
    return {"at": found.at, "rpo_ms": round(found.rpo_s * 1000), "rto_ms": round(found.seconds * 1000)}


def _copies(rt: Runtime, now: int) -> tuple[Copy, ...]:
    """How far the stores are, as the shipper last said: its word ages with it."""
    found = copies.read_status(rt.settings.data)
    if found is None:
        return ()
    late = max(0, now - found.at)
    return tuple(Copy(one.name, one.behind_ms + late, one.head_at, one.verified_at) for one in found.lanes)
