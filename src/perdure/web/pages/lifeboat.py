"""The lifeboat page as this site serves it, under whatever name it is reached, also when it can only be read."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.audit.service import roots
from perdure.continuity.service import drills
from perdure.continuity.service import status as copies
from perdure.kernel import mode
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.portability.model import SiteEnd
from perdure.portability.ports import Signer
from perdure.portability.service import ending
from perdure.web.lifeboat import FACTS, PAGE, SIGNATURE, Copy, Facts, render
from perdure.web.request import WebRequest, runtime_of

_TOP: Final = 2**62
_TYPES: Final = {PAGE: "text/html; charset=utf-8", FACTS: "application/json", SIGNATURE: "application/json"}


@get("/lifeboat")
async def lead_on(request: WebRequest) -> Response[Any]:
    """The files name each other without a path, so they stand in a folder."""
    return Redirect("/lifeboat/index.html")


@get("/lifeboat/{name:str}")
async def file(request: WebRequest, name: str) -> Response[Any]:
    """One of the lifeboat's files."""
    files = await files_of(runtime_of(request))
    if name not in files:
        raise NotFound
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=60",
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(files[name], media_type=_TYPES[name], headers=headers)


async def files_of(rt: Runtime) -> dict[str, bytes]:
    """The lifeboat as things stand now, for serving and for pushing to places outside."""
    facts, signer = await facts_of(rt), rt.port(Signer)
    try:
        facts = msgspec.structs.replace(facts, public_key=signer.public_key())
    except Unavailable:
        return render(facts, None)
    return render(facts, signer.sign)


async def facts_of(rt: Runtime) -> Facts:
    """What is known now. A database that does not answer is a fact, too."""
    now, url = rt.clock.now_ms(), rt.settings.base_url
    known: dict[str, Any] = {"host": rt.settings.domain, "base_url": url, "at": now, "copies": _copies(rt, now)}
    known["drill"] = _drill(rt)
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


ROUTES: list[HTTPRouteHandler] = [lead_on, file]
