"""Decisions: make one, about several cases at once, look at it, take it back."""

from typing import Any

import msgspec
from litestar import Response, get, post

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.moderation.model.decisions import DecisionInput
from perdure.moderation.service import decisions, reading_decisions, strikes
from perdure.ops_api.moderation.common import (
    BASE,
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    number_of,
    runtime_of,
    staff,
    version_of,
)

Answer = Response[bytes]


class Several(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same decision about several cases, each with the version that was seen: all of them or none."""

    cases: tuple[tuple[int, int], ...]
    decision: DecisionInput


@post(f"{BASE}/cases/{{case_id:str}}/decide", status_code=200)
async def decide(request: ApiRequest, case_id: str) -> Answer:
    """Decide about a case; without acts: it keeps to the rules. ``key`` makes a repetition harmless."""
    who, given, number = await staff(request, WRITE), await body_of(request, DecisionInput), number_of(case_id)
    made = await runtime_of(request).db.write(
        "moderation.decide", decisions.decide_in, who.account_id, number, version_of(request), given
    )
    return answer(made)


@post(f"{BASE}/decisions", status_code=200)
async def several(request: ApiRequest) -> Answer:
    """The same decision about several cases."""
    who, given = await staff(request, WRITE), await body_of(request, Several)
    return answer(await decisions.decide_cluster(runtime_of(request), who.account_id, given.cases, given.decision))


@get(f"{BASE}/cases/{{case_id:str}}/decisions")
async def of_case(request: ApiRequest, case_id: str) -> Answer:
    """The decisions of a case, oldest first."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(reading_decisions.of_case_in, who.account_id, number_of(case_id)))


@get(f"{BASE}/decisions/{{decision_id:str}}")
async def show(request: ApiRequest, decision_id: str) -> Answer:
    """One decision with its actions."""
    who = await staff(request, READ)
    return answer(
        await runtime_of(request).db.read(reading_decisions.decision_in, who.account_id, number_of(decision_id))
    )


@post(f"{BASE}/decisions/{{decision_id:str}}/undo", status_code=200)
async def undo(request: ApiRequest, decision_id: str) -> Answer:
    """Take back, within 30 seconds, what the caller decided; the id is that of the batch."""
    who = await staff(request, WRITE)
    await decisions.undo(runtime_of(request), who.account_id, number_of(decision_id))
    return answer({})


@get(f"{BASE}/accounts/{{account_id:str}}/standing")
async def standing(request: ApiRequest, account_id: str) -> Answer:
    """What an account's strikes add up to, and what the house proposes."""
    who, number = await staff(request, READ), number_of(account_id)

    def read(tx: Tx) -> Any:
        accounts.authorise_in(tx, who.account_id, "manage_reports")
        return strikes.standing_in(tx, number)

    return answer(await runtime_of(request).db.read(read))


ROUTES = [decide, several, of_case, show, undo, standing]
