"""Whether the site is up: for load balancers, the supervisor, and people."""

import asyncio
import time
import weakref
from typing import Any, Final

import msgspec
from litestar import Request, Response, get

from perdure.kernel import schedule
from perdure.kernel.db import Database
from perdure.kernel.errors import Unavailable
from perdure.kernel.outbox import queries as outbox
from perdure.kernel.runtime import Runtime

_FRESH_S: Final = 5.0
_PATIENCE_S: Final = 3.0


class _Writing:
    """Whether this process could write a moment ago; asked again by writing one small row, at most every 5 s."""

    def __init__(self) -> None:
        self._asked_at = 0.0
        self._works = True

    async def works(self, rt: Runtime) -> bool:
        if time.monotonic() - self._asked_at > _FRESH_S or not self._works:
            self._asked_at = time.monotonic()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await rt.db.write("health.probe", schedule.touch_in, "health.probe")
            except (Unavailable, TimeoutError):
                self._works = False
            else:
                self._works = True
        return self._works


_writing: "weakref.WeakKeyDictionary[Database, _Writing]" = weakref.WeakKeyDictionary()


@get("/health")
async def health(request: Request[Any, Any, Any]) -> Response[bytes]:
    """``UP``; ``DEGRADED`` with 200 while only reading works, with 503 while the database does not answer."""
    rt: Runtime = request.app.state.rt
    try:
        await rt.db.read(outbox.oldest_due)
    except Unavailable:
        return _answer(503, status="DEGRADED", database="down", writes="refused")
    if not await _writing.setdefault(rt.db, _Writing()).works(rt):
        return _answer(200, status="DEGRADED", database="up", writes="refused")
    return _answer(200, status="UP")


def _answer(code: int, **values: str) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "5"} if code == 503 else {})
    return Response(msgspec.json.encode(values), status_code=code, media_type="application/json", headers=headers)
