"""House rules, the stay-down bank, and the record."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.audit.model import Wanted
from perdure.kernel.db import Tx
from perdure.moderation.model.decisions import PolicyDraft, PolicyText
from perdure.moderation.service import policies
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
from perdure.signals.service import bank

Answer = Response[bytes]
_TOP: Final = 2**63 - 1


class Publish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when a version holds, in ms since the epoch; None: from now."""

    effective_at: int | None = None


@get(f"{BASE}/policies")
async def rules(request: ApiRequest) -> Answer:
    """The house rules that hold."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(_rules_in, who.account_id, ""))


@get(f"{BASE}/policies/{{key:str}}")
async def versions(request: ApiRequest, key: str) -> Answer:
    """Every version of a house rule, newest first."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(_rules_in, who.account_id, key))


def _rules_in(tx: Tx, staff_id: int, key: str) -> list[PolicyText]:
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return policies.history_in(tx, key) if key else policies.current_in(tx)


@post(f"{BASE}/policies", status_code=200)
async def draft(request: ApiRequest) -> Answer:
    """Write the next version of a house rule."""
    who, given = await staff(request, WRITE), await body_of(request, PolicyDraft)
    made = await runtime_of(request).db.write("moderation.policy", policies.draft_in, who.account_id, given)
    return answer(made, version=made.version)


@post(f"{BASE}/policies/{{policy_id:str}}/publish", status_code=200)
async def publish(request: ApiRequest, policy_id: str) -> Answer:
    """Publish a draft."""
    who, given, number = await staff(request, WRITE), await body_of(request, Publish), number_of(policy_id)
    made = await runtime_of(request).db.write(
        "moderation.policy", policies.publish_in, who.account_id, number, given.effective_at
    )
    return answer(made, version=made.version)


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


ROUTES = [rules, versions, draft, publish, entries, release, lines]
