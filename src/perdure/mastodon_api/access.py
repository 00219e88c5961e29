"""Connected apps and signed-in browsers: see them, end them."""

from typing import Any

from litestar import Response, delete, get, post

from perdure.accounts import service
from perdure.accounts.model import TokenView
from perdure.kernel.errors import NotFound
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of


@get("/api/v1/tokens")
async def tokens(request: ApiRequest) -> Response[bytes]:
    """The apps that may act for me, newest first (GoToSocial's form)."""
    person = await viewer(request, "read:accounts")
    found = await runtime_of(request).db.read(service.tokens_in, person.account_id)
    return json_response([_token(one) for one in found])


@post("/api/v1/tokens/{token_id:str}/invalidate")
async def revoke_token(request: ApiRequest, token_id: str) -> Response[bytes]:
    """Disconnect an app."""
    person = await viewer(request, "write:accounts")
    rt = runtime_of(request)
    found = await rt.db.read(service.tokens_in, person.account_id)
    shown = next((one for one in found if id_text(one.id) == token_id), None)
    if shown is None:
        raise NotFound
    await service.revoke_own(rt, person.account_id, shown.id)
    return json_response(_token(shown))


@get("/api/perdure/v1/sessions")
async def sessions(request: ApiRequest) -> Response[bytes]:
    """The browsers that are signed in, newest first."""
    person = await viewer(request, "read:accounts")
    found = await service.sessions(runtime_of(request), person.account_id)
    return json_response(
        [
            {
                "id": id_text(one.id),
                "user_agent": one.user_agent,
                "address": one.address,
                "created_at": iso(one.created_at),
                "last_used_at": iso(one.last_used_at),
            }
            for one in found
        ]
    )


@delete("/api/perdure/v1/sessions/{session_id:str}", status_code=200)
async def end_session(request: ApiRequest, session_id: str) -> Response[bytes]:
    """Sign a browser out."""
    person = await viewer(request, "write:accounts")
    if not session_id.isascii() or not session_id.isdecimal() or int(session_id) >= 2**63:
        raise NotFound
    await service.end_session(runtime_of(request), person.account_id, int(session_id))
    return empty()


def _token(one: TokenView) -> dict[str, Any]:
    return {
        "id": id_text(one.id),
        "created_at": iso(one.created_at),
        "last_used": iso(one.last_used_at) if one.last_used_at else None,
        "scope": one.scope,
        "application": {"name": one.app_name, "website": one.app_website},
    }


ROUTES = [tokens, revoke_token, sessions, end_session]
