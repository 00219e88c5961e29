"""Appeals: take one, read it blind, decide it."""

import msgspec
from litestar import Response, get, post

from perdure.moderation.service import appeal_outcomes, appeals
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


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The blind first read: violation, no_violation or unsure."""

    verdict: str
    note: str = ""


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """upheld, overturned, or partly: then ``action_ids`` are taken back. ``text`` goes to whoever appealed."""

    outcome: str
    text: str
    action_ids: tuple[int, ...] = ()


@get(f"{BASE}/appeals")
async def index(request: ApiRequest) -> Answer:
    """Appeals that wait, the most urgent first, each with whether the caller may review it."""
    who = await staff(request, READ)
    found = await runtime_of(request).db.read_long(appeals.open_in, who.account_id)
    return answer([{"appeal": one, "may_review": may} for one, may in found])


@get(f"{BASE}/appeals/{{appeal_id:str}}")
async def show(request: ApiRequest, appeal_id: str) -> Answer:
    """What its reviewer may see of an appeal."""
    who = await staff(request, READ)
    found = await runtime_of(request).db.read(appeals.read_in, who.account_id, number_of(appeal_id))
    return answer(found, version=found.appeal.version)


@post(f"{BASE}/appeals/{{appeal_id:str}}/take", status_code=200)
async def take(request: ApiRequest, appeal_id: str) -> Answer:
    """Take an appeal."""
    who, number = await staff(request, WRITE), number_of(appeal_id)
    found = await appeals.assign(runtime_of(request), who.account_id, number, version_of(request))
    return answer(found, version=found.version)


@post(f"{BASE}/appeals/{{appeal_id:str}}/read", status_code=200)
async def read(request: ApiRequest, appeal_id: str) -> Answer:
    """Record the blind first read; then the decision is shown."""
    who, given, number = await staff(request, WRITE), await body_of(request, Read), number_of(appeal_id)
    found = await appeals.record_read(runtime_of(request), who.account_id, number, given.verdict, given.note)
    return answer(found, version=found.appeal.version)


@post(f"{BASE}/appeals/{{appeal_id:str}}/decide", status_code=200)
async def decide(request: ApiRequest, appeal_id: str) -> Answer:
    """Answer an appeal."""
    who, given, number = await staff(request, WRITE), await body_of(request, Outcome), number_of(appeal_id)
    found = await appeal_outcomes.decide_appeal(
        runtime_of(request), who.account_id, number, given.outcome, given.text, given.action_ids
    )
    return answer(found, version=found.version)


ROUTES = [index, show, take, read, decide]
