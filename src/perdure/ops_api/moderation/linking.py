"""Links between accounts and those that are banned: what speaks for each, and what a person says of it."""

import msgspec
from litestar import Response, get, post

from perdure.moderation.service import evasion
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


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """confirmed or dismissed."""

    state: str


@get(f"{BASE}/links")
async def index(request: ApiRequest) -> Answer:
    """Links that nobody has settled, the most likely first."""
    who, most = await staff(request, READ), page_of(request, "limit", 100, 200)
    return answer(await runtime_of(request).db.read(evasion.open_in, who.account_id, most))


@get(f"{BASE}/accounts/{{account_id:str}}/links")
async def of_account(request: ApiRequest, account_id: str) -> Answer:
    """The links of one account, the most likely first, each with its evidence."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(evasion.links_of_in, who.account_id, number_of(account_id)))


@post(f"{BASE}/links/{{link_id:str}}/settle", status_code=200)
async def settle(request: ApiRequest, link_id: str) -> Answer:
    """Confirm or dismiss a link."""
    who, given, number = await staff(request, WRITE), await body_of(request, Settled), number_of(link_id)
    await runtime_of(request).db.write("moderation.link", evasion.settle_in, who.account_id, number, given.state)
    return answer({})


ROUTES = [index, of_account, settle]
