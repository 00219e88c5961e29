"""Whom one muted or blocked, and which sites."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.graph.model import Relationship
from perdure.graph.service import showcase
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of

_TOP: Final = 2**63 - 1
_MOST: Final = 100


class Hidden(msgspec.Struct, frozen=True):
    """A page's worth of each, newest first."""

    muted: list[tuple[AccountView, Relationship]]
    blocked: list[AccountView]
    domains: list[str]


@get("/settings/hidden")
async def hidden_page(request: WebRequest) -> Response[Any]:
    """Everybody and every site one does not see."""
    return await _page(request)


@post("/settings/hidden/mutes/{account_id:str}/end")
async def unmute(request: WebRequest, account_id: str) -> Response[Any]:
    """See somebody again."""
    viewer = await require_viewer(request)
    await form_of(request)
    await runtime_of(request).db.write("graph.unmute", graph.unmute_in, viewer.account_id, id_of(account_id))
    return redirect(request, "/settings/hidden", said="unmuted")


@post("/settings/hidden/blocks/{account_id:str}/end")
async def unblock(request: WebRequest, account_id: str) -> Response[Any]:
    """Take a block back."""
    viewer = await require_viewer(request)
    await form_of(request)
    await runtime_of(request).db.write("graph.unblock", graph.unblock_in, viewer.account_id, id_of(account_id))
    return redirect(request, "/settings/hidden", said="unblocked")


@post("/settings/hidden/domains")
async def block_domain(request: WebRequest) -> Response[Any]:
    """Block a whole site."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await runtime_of(request).db.write(
            "graph.block_domain", showcase.block_domain_in, viewer.account_id, form.get("domain")
        )
    except AppError as error:
        return await _page(request, error, form.get("domain"))
    return redirect(request, "/settings/hidden", said="saved")


@post("/settings/hidden/domains/end")
async def unblock_domain(request: WebRequest) -> Response[Any]:
    """No longer block a site."""
    viewer, form = await require_viewer(request), await form_of(request)
    await runtime_of(request).db.write(
        "graph.unblock_domain", showcase.unblock_domain_in, viewer.account_id, form.get("domain")
    )
    return redirect(request, "/settings/hidden", said="saved")


async def _page(request: WebRequest, error: AppError | None = None, domain: str = "") -> Response[Any]:
    viewer = await require_viewer(request)
    found = await runtime_of(request).db.read_long(_hidden_in, viewer.account_id)
    return await settings_page(request, "hidden", error=error, found=found, domain=domain)


def _hidden_in(tx: Tx, account_id: int) -> Hidden:
    muted, blocked = (
        [
            target_id
            for _id, target_id in graph.relation_page_in(
                tx, name, account_id, lower=0, upper=_TOP, most=_MOST, ascending=False
            )
        ]
        for name in ("mutes", "blocks")
    )
    views = accounts.views_in(tx, [*muted, *blocked])
    domains = showcase.domain_blocks_in(tx, account_id, lower=0, upper=_TOP, most=_MOST, ascending=False)
    return Hidden(
        [(views[one.id], one) for one in graph.relationships_in(tx, account_id, muted) if one.muting],
        [views[one] for one in blocked],
        [row.domain for row in domains],
    )


ROUTES: list[HTTPRouteHandler] = [hidden_page, unmute, unblock, block_domain, unblock_domain]
