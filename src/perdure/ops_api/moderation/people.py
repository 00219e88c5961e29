"""People: a record each, what is in force about anybody, decisions about an account, and lifting what stands."""

from typing import Any

import msgspec
from litestar import Response, get, post

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.moderation.model.decisions import ActKind, Decided, DecisionInput
from perdure.moderation.service import people
from perdure.moderation.service.people import Record
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

Answer = Response[bytes]


class Lift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which kinds of measures are lifted, and why."""

    kinds: tuple[ActKind, ...]
    reason: str = ""


@get(f"{BASE}/people")
async def index(request: ApiRequest) -> Answer:
    """With ``name`` the accounts whose names begin so; else the links that wait, and what is in force."""
    who, name = await staff(request, READ), request.query_params.get("name", "")

    def read(tx: Tx) -> Any:
        return people.search_in(tx, who.account_id, name) if name else people.overview_in(tx, who.account_id)

    return answer(await runtime_of(request).db.read_long(read))


@get(f"{BASE}/people/{{name:str}}")
async def show(request: ApiRequest, name: str) -> Answer:
    """A person's record. That it was looked at counts for the reader's exposure; the version is the account's."""
    who = await staff(request, READ)

    def look(tx: Tx) -> Record:
        return people.look_in(tx, who.account_id, people.named_in(tx, who.account_id, name).id)

    found = await runtime_of(request).db.write("moderation.person", look)
    return answer(found, version=found.account.version)


@post(f"{BASE}/people/{{name:str}}/decide", status_code=200)
async def decide(request: ApiRequest, name: str) -> Answer:
    """Decide about an account, with a whole statement of reasons. ``key`` makes a repetition harmless."""
    who, given, version = await staff(request, WRITE), await body_of(request, DecisionInput), version_of(request)

    def body(tx: Tx) -> Decided:
        known = people.named_in(tx, who.account_id, name)
        return people.decide_in(tx, who.account_id, known.id, version, given)

    made = await runtime_of(request).db.write("moderation.person", body)
    accounts.forget_viewers(runtime_of(request))
    return answer(made)


@post(f"{BASE}/people/{{name:str}}/lift", status_code=200)
async def lift(request: ApiRequest, name: str) -> Answer:
    """Take back what stands of some kinds, with a reason; answers with the record."""
    who, given, version = await staff(request, WRITE), await body_of(request, Lift), version_of(request)

    def body(tx: Tx) -> Record:
        known = people.named_in(tx, who.account_id, name)
        people.lift_in(tx, who, known.id, frozenset(given.kinds), given.reason, version)
        return people.look_in(tx, who.account_id, known.id)

    found = await runtime_of(request).db.write("moderation.lift", body)
    accounts.forget_viewers(runtime_of(request))
    return answer(found, version=found.account.version)


ROUTES = [index, show, decide, lift]
