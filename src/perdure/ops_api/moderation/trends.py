"""Trends: what waits for a person, what rises, what is kept out; approve and block, each with its reason."""

from typing import Any

import msgspec
from litestar import Response, get, post

from perdure.kernel.db import Tx
from perdure.ops_api.moderation.common import (
    BASE,
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    runtime_of,
    staff,
    version_of,
)
from perdure.signals.service import trend_desk

Answer = Response[bytes]


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is approved or blocked, up to 500 characters; a block needs one."""

    reason: str = ""


@get(f"{BASE}/trends")
async def index(request: ApiRequest) -> Answer:
    """What waits for a person, what rises now and what is kept out, each with what the guard says of it."""
    who = await staff(request, READ)

    def read(tx: Tx) -> dict[str, Any]:
        return {
            "waiting": trend_desk.waiting_in(tx, who.account_id),
            "rising": trend_desk.rising_in(tx, who.account_id),
            "blocked": trend_desk.blocked_in(tx, who.account_id),
        }

    return answer(await runtime_of(request).db.read_long(read))


async def _decide(request: ApiRequest, kind: str, key: str, *, approved: bool) -> Answer:
    who, given, version = await staff(request, WRITE), await body_of(request, Why), version_of(request)

    def body(tx: Tx) -> trend_desk.Thing:
        return trend_desk.decide_in(
            tx, who.account_id, kind, key, approved=approved, reason=given.reason, version=version
        )

    made = await runtime_of(request).db.write(f"trend.{kind}", body)
    return answer(made, version=made.review.version if made.review else None)


@post(f"{BASE}/trends/{{kind:str}}/{{key:str}}/approve", status_code=200)
async def approve(request: ApiRequest, kind: str, key: str) -> Answer:
    """Let something trend whose sampled posts looked risky; ``kind`` is tag, post, link, publisher or account."""
    return await _decide(request, kind, key, approved=True)


@post(f"{BASE}/trends/{{kind:str}}/{{key:str}}/block", status_code=200)
async def block(request: ApiRequest, kind: str, key: str) -> Answer:
    """Keep something out of trends, with a reason."""
    return await _decide(request, kind, key, approved=False)


ROUTES = [index, approve, block]
