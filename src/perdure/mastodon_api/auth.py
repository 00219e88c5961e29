"""Who is asking, and whether their token allows it (api.md §3.9, §3.12)."""

from perdure.accounts import service
from perdure.accounts.model import Caller, Viewer
from perdure.kernel.errors import Forbidden, Unauthorized
from perdure.mastodon_api.http import ApiRequest, runtime_of

_SCOPE = "This action is outside the authorized scopes"


def bearer(request: ApiRequest) -> str | None:
    """The access token a request carries: header first, then the query parameter that old clients use."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if token.strip() and kind.lower() == "bearer":
        return token.strip()
    return request.query_params.get("access_token") or None


async def caller(request: ApiRequest, *scopes: str) -> Caller:
    """The app, and perhaps the person, behind the token. One of ``scopes`` must be covered, if any is named."""
    token = bearer(request)
    if token is None:
        raise Unauthorized
    found = await service.caller_for_token(runtime_of(request), token)
    _check(found, scopes)
    return found


async def viewer(request: ApiRequest, *scopes: str) -> Viewer:
    """The person asking. Raises 401 without a valid token, 422 for an app's own, 403 for scope or account state."""
    token = bearer(request)
    if token is None:
        raise Unauthorized
    found = await service.caller_for_token(runtime_of(request), token)
    person = service.viewer_of(found)
    _check(found, scopes)
    return person


async def optional_viewer(request: ApiRequest, *scopes: str) -> Viewer | None:
    """The person asking, or None for guests and apps. A token that is sent must be valid."""
    token = bearer(request)
    if token is None:
        return None
    found = await service.caller_for_token(runtime_of(request), token)
    if found.viewer is None:
        return None
    person = service.viewer_of(found)
    _check(found, scopes)
    return person


def _check(found: Caller, scopes: tuple[str, ...]) -> None:
    if scopes and not any(service.covers(found.scopes, scope) for scope in scopes):
        raise Forbidden(_SCOPE)
