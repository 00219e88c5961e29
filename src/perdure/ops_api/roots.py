"""The ledger's signed roots, for everybody: what anybody may keep a copy of."""

from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.params import Parameter

from perdure.audit.model import Receipt, Root
from perdure.audit.service import roots
from perdure.kernel.runtime import Runtime

_MOST: Final = 40
_TOP: Final = 2**62


@get("/api/perdure/v1/audit/roots")
async def signed_roots(
    request: Request[Any, Any, Any], before: int = Parameter(default=_TOP, ge=1, le=_TOP)
) -> Response[bytes]:
    """Forty signed roots, newest first; ``before`` is the number of the last one seen."""
    rt: Runtime = request.app.state.rt
    found = await rt.db.read(roots.newest_in, before, _MOST)
    body = msgspec.json.encode([_entity(root, receipts) for root, receipts in found])
    return Response(body, media_type="application/json; charset=utf-8", headers={"Access-Control-Allow-Origin": "*"})


def _entity(root: Root, receipts: list[Receipt]) -> dict[str, Any]:
    return {
        "n": root.n,
        "day": root.day,
        "statement": root.statement,
        "signature": root.signature,
        "public_key": root.public_key,
        "digest": roots.digest_of(root.statement),
        "receipts": [
            {"kind": one.kind, "place": one.place, "at": one.at, "receipt": msgspec.Raw(one.receipt_json.encode())}
            for one in receipts
        ],
    }
