"""A member's own archive: ask for it, see how far it is, fetch it, in pieces if need be."""

from typing import Any, Final

import msgspec
from litestar import Response, delete, get, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from perdure.ops_api.member import BASE, owner_of
from perdure.ops_api.moderation.common import ApiRequest, answer, runtime_of
from perdure.portability.model import Export
from perdure.portability.service import exports, fetching

PATH: Final = f"{BASE}/exports"
# An archive holds everything, so a token that may read one thing does not get it.
SCOPE: Final = "read"


def _entity(rt_base: str, one: Export) -> dict[str, Any]:
    ready = one.state == "ready"
    return msgspec.structs.asdict(one) | {"url": f"{rt_base}{PATH}/{one.id}/archive" if ready else None}


@post(PATH, status_code=202)
async def start(request: ApiRequest) -> Response[bytes]:
    """Begin an archive; one that is being made, or five minutes old, is returned as it is."""
    owner, rt = await owner_of(request, SCOPE), runtime_of(request)
    return answer(_entity(rt.settings.base_url, exports.start(rt, owner)), status=202)


@get(PATH)
async def index(request: ApiRequest) -> Response[bytes]:
    """One's archives, newest first."""
    owner, rt = await owner_of(request, SCOPE), runtime_of(request)
    return answer([_entity(rt.settings.base_url, one) for one in exports.all_of(rt, owner)])


@get(f"{PATH}/{{export_id:str}}")
async def show(request: ApiRequest, export_id: str) -> Response[bytes]:
    """How far an archive is."""
    owner, rt = await owner_of(request, SCOPE), runtime_of(request)
    return answer(_entity(rt.settings.base_url, exports.one(rt, owner, export_id)))


@delete(f"{PATH}/{{export_id:str}}", status_code=200)
async def remove(request: ApiRequest, export_id: str) -> Response[bytes]:
    """Let go of an archive."""
    owner, rt = await owner_of(request, SCOPE), runtime_of(request)
    exports.remove(rt, owner, export_id)
    return answer({})


@route(f"{PATH}/{{export_id:str}}/archive", http_method=["GET", "HEAD"])
async def archive(request: ApiRequest, export_id: str) -> Response[bytes] | Stream:
    """The archive, or the part of it that ``Range`` asks for."""
    owner = await owner_of(request, SCOPE)
    part = fetching.part_of(
        runtime_of(request), owner, export_id, request.headers.get("range", ""), request.headers.get("if-range", "")
    )
    if request.method == "HEAD" or not part.count:
        return Response(b"", status_code=part.status, headers=part.headers, media_type=fetching.MIME)
    return Stream(part.pieces(), status_code=part.status, headers=part.headers, media_type=fetching.MIME)


ROUTES: list[HTTPRouteHandler] = [start, index, show, remove, archive]
