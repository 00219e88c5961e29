"""The house rules as everybody reads them: what holds, what comes, what was before."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import Rule
from perdure.kernel.db import Tx
from perdure.moderation.model.decisions import PolicyText
from perdure.moderation.service import policies
from perdure.web.page import render
from perdure.web.request import WebRequest, runtime_of


class House(msgspec.Struct, frozen=True):
    """Every rule that holds, the versions to come and those before, by key; and what the operators wrote."""

    policies: list[PolicyText]
    coming: dict[str, list[PolicyText]]
    earlier: dict[str, list[PolicyText]]
    rules: list[Rule]


@get("/rules")
async def rules_page(request: WebRequest) -> Response[Any]:
    """What is not wanted here, and what happens then."""
    found = await runtime_of(request).db.read_long(_house_in)
    return await render(request, "safety/rules.html", **msgspec.structs.asdict(found))


def _house_in(tx: Tx) -> House:
    current = policies.current_in(tx)
    versions = {one.key: [old for old in policies.history_in(tx, one.key) if old.state != "draft"] for one in current}
    return House(
        current,
        {key: [one for one in found if (one.effective_at or 0) > tx.now] for key, found in versions.items()},
        {
            one.key: [old for old in versions[one.key] if old.id != one.id and (old.effective_at or 0) <= tx.now]
            for one in current
        },
        accounts.rules_in(tx),
    )


ROUTES: list[HTTPRouteHandler] = [rules_page]
