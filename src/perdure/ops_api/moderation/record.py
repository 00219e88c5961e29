"""The stay-down bank, and the record."""

from typing import Any, Final

from litestar import Response, get, post

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.audit.model import Wanted
from perdure.kernel.db import Tx
from perdure.ops_api.moderation.common import (
    BASE,
    READ,
    WRITE,
    ApiRequest,
    answer,
    number_of,
    page_of,
    runtime_of,
    staff,
)
from perdure.signals.service import bank

Answer = Response[bytes]
_TOP: Final = 2**63 - 1


@get(f"{BASE}/bank")
async def entries(request: ApiRequest) -> Answer:
    """A page of the stay-down bank, newest first; ``quarantined=true``: what rests."""
    who, before = await staff(request, READ), page_of(request, "before", _TOP)
    resting = request.query_params.get("quarantined") == "true"

    def read(tx: Tx) -> Any:
        return bank.entries_in(tx, who.account_id, before, page_of(request, "limit", 50, 200), quarantined=resting)

    return answer(await runtime_of(request).db.read_long(read))


@post(f"{BASE}/bank/{{entry_id:str}}/release", status_code=200)
async def release(request: ApiRequest, entry_id: str) -> Answer:
    """Let a quarantined entry act again."""
    who = await staff(request, WRITE)
    await runtime_of(request).db.write("moderation.bank", bank.release_in, who.account_id, number_of(entry_id))
    return answer({})


@get(f"{BASE}/audit")
async def lines(request: ApiRequest) -> Answer:
    """A page of the record, newest first, by ``subject``, ``actor_id`` and ``action``."""
    who = await staff(request, READ)
    wanted = Wanted(
        subject=request.query_params.get("subject") or None,
        actor_id=page_of(request, "actor_id", 0) or None,
        action=request.query_params.get("action") or None,
        upper=page_of(request, "before", 2**62),
    )

    def read(tx: Tx) -> Any:
        accounts.authorise_in(tx, who.account_id, "view_audit_log")
        return audit.lines_in(tx, wanted, page_of(request, "limit", 50, 200))

    return answer(await runtime_of(request).db.read_long(read))


ROUTES = [entries, release, lines]
