"""Measures against misuse (DSA Art 23): what there was, a warning, a suspension, and taking one back."""

from typing import Final

import msgspec
from litestar import Response, get, post

from perdure.desk.service import measuring
from perdure.moderation.model.misuse import MisuseInput
from perdure.moderation.service import misuse
from perdure.ops_api.moderation.common import (
    BASE,
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    number_of,
    page_of,
    runtime_of,
    staff,
)

Answer = Response[bytes]
_MOST: Final = 100
_TOP: Final = 2**63 - 1


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a measure is taken back."""

    reason: str


@get(f"{BASE}/misuse")
async def index(request: ApiRequest) -> Answer:
    """Every measure, newest first."""
    who, before = await staff(request, READ), page_of(request, "max_id", _TOP)
    return answer(await runtime_of(request).db.read(misuse.every_in, who.account_id, before, _MOST))


@post(f"{BASE}/misuse/warnings", status_code=200)
async def warn(request: ApiRequest) -> Answer:
    """Warn somebody."""
    who, given = await staff(request, WRITE), await body_of(request, MisuseInput)
    return answer(
        await runtime_of(request).db.write("moderation.misuse", measuring.warn_party_in, who.account_id, given)
    )


@post(f"{BASE}/misuse/suspensions", status_code=200)
async def suspend(request: ApiRequest) -> Answer:
    """Suspend somebody who was warned."""
    who, given = await staff(request, WRITE), await body_of(request, MisuseInput)
    return answer(
        await runtime_of(request).db.write("moderation.misuse", measuring.suspend_party_in, who.account_id, given)
    )


@post(f"{BASE}/misuse/{{measure_id:str}}/lift", status_code=200)
async def lift(request: ApiRequest, measure_id: str) -> Answer:
    """Take one back."""
    who, given, number = await staff(request, WRITE), await body_of(request, Reason), number_of(measure_id)
    made = await runtime_of(request).db.write(
        "moderation.misuse", measuring.lift_in, who.account_id, number, given.reason
    )
    return answer(made)


ROUTES = [index, warn, suspend, lift]
