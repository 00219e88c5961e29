"""What this site is to other Perdure sites: who signs its archives, and where members find help when it is gone."""

from typing import Any

import msgspec
from litestar import Request, Response, get

from perdure.kernel.runtime import Runtime
from perdure.portability.model import FORMAT, VERSION
from perdure.portability.ports import Signer


@get("/.well-known/perdure")
async def well_known(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Host, public key (Ed25519, hex), and the versions of archives that are understood here."""
    rt: Runtime = request.app.state.rt
    document = {
        "host": rt.settings.domain,
        "base_url": rt.settings.base_url,
        "keys": [{"algorithm": "ed25519", "public_key": rt.port(Signer).public_key()}],
        "archives": [{"format": FORMAT, "version": VERSION}],
    }
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}
    return Response(msgspec.json.encode(document), media_type="application/json; charset=utf-8", headers=headers)
