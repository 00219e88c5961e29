"""How the copies stand, for programs: what ``perdure copies status --json`` prints."""

import asyncio
from typing import Final

import msgspec
from litestar import Response, get

from perdure.accounts import service as accounts
from perdure.continuity.service import telling
from perdure.ops_api.moderation.common import ApiRequest, runtime_of, staff

PATH: Final = "/api/perdure/v1/copies"


@get(PATH)
async def copies(request: ApiRequest) -> Response[bytes]:
    """For staff that may see what runs the site. Who asks is looked up; the copies themselves are told from files."""
    rt = runtime_of(request)
    who = await staff(request, "admin:read")
    await rt.db.read(accounts.authorise_in, who.account_id, "view_devops")
    found = await asyncio.to_thread(telling.report, rt.settings.data, rt.clock.now_ms())
    return Response(
        msgspec.json.encode(found),
        media_type="application/json; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )


ROUTES = [copies]
