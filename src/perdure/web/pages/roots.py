"""The ledger's signed roots as a page, so that anybody can compare what they were given with what the site says."""

from typing import Any, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.audit.service import roots
from perdure.web.page import render
from perdure.web.request import WebRequest, id_of, runtime_of

_MOST: Final = 30
_TOP: Final = 2**62


@get("/audit/roots")
async def roots_page(request: WebRequest) -> Response[Any]:
    """The newest roots with key, signature and who took them."""
    before = id_of(request.query_params.get("before"), _TOP)
    found = await runtime_of(request).db.read(roots.newest_in, before, _MOST + 1)
    shown = found[:_MOST]
    return await render(
        request,
        "about/roots.html",
        roots=[(root, roots.digest_of(root.statement), receipts) for root, receipts in shown],
        older=f"/audit/roots?before={shown[-1][0].n}" if len(found) > _MOST else "",
        newest="/audit/roots" if before != _TOP else "",
    )


ROUTES: list[HTTPRouteHandler] = [roots_page]
