"""Who writes letters, for operators: the list, one, its tokens."""

import msgspec
from litestar import Response, delete, get, post, put

from perdure.desk.model import SenderInput
from perdure.desk.service import senders
from perdure.ops_api.moderation.common import (
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
_BASE = "/api/perdure/v1/senders"


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a token is called."""

    name: str = ""


@get(_BASE)
async def index(request: ApiRequest) -> Answer:
    """Every sender, by name."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(senders.every_in, who.account_id))


@post(_BASE, status_code=200)
async def create(request: ApiRequest) -> Answer:
    """Register one; ``hook_secret`` is shown this once."""
    who, given = await staff(request, WRITE), await body_of(request, SenderInput)
    made, secret = await senders.create(runtime_of(request), who.account_id, given)
    return answer({"sender": made, "hook_secret": secret or None}, version=made.version)


@put(f"{_BASE}/{{sender_id:str}}")
async def change(request: ApiRequest, sender_id: str) -> Answer:
    """Say something else about one."""
    who, given = await staff(request, WRITE), await body_of(request, SenderInput)
    made, secret = await senders.change(
        runtime_of(request), who.account_id, number_of(sender_id), given, version_of(request)
    )
    return answer({"sender": made, "hook_secret": secret or None}, version=made.version)


@post(f"{_BASE}/{{sender_id:str}}/tokens", status_code=200)
async def issue(request: ApiRequest, sender_id: str) -> Answer:
    """A token for the sender's program, shown this once."""
    who, given = await staff(request, WRITE), await body_of(request, Named)
    token = await runtime_of(request).db.write(
        "desk.sender_token", senders.new_token_in, who.account_id, number_of(sender_id), given.name
    )
    return answer({"token": token})


@delete(f"{_BASE}/{{sender_id:str}}/tokens", status_code=200)
async def revoke(request: ApiRequest, sender_id: str) -> Answer:
    """Revoke the tokens of the name in the query, or all."""
    who, name = await staff(request, WRITE), request.query_params.get("name", "")
    number = number_of(sender_id)
    count = await runtime_of(request).db.write(
        "desk.sender_token", senders.revoke_tokens_in, who.account_id, number, name
    )
    return answer({"revoked": count})


ROUTES = [index, create, change, issue, revoke]
