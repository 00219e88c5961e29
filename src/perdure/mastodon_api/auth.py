"""Who is asking, and may their token do this (api.md §3.9, §3.12)."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.accounts.model import Caller, Right, Viewer
from perdure.kernel.errors import Forbidden, Unauthorized
from perdure.mastodon_api.http import ApiRequest, runtime_of

_READING: Final = frozenset({"GET", "HEAD"})
_FROZEN_MAY: Final = (
    "/api/perdure/v1/decisions", "/api/perdure/v1/sessions", "/api/v1/markers", "/api/v1/notifications",
    "/api/v2/notifications", "/api/v1/push/", "/api/v1/tokens", "/api/v1/reports", "/api/perdure/v1/reports",
)  # fmt: skip


def token_of(request: ApiRequest) -> str | None:
    """The bearer token of the request: header first, then the ``access_token`` parameter."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    return request.query_params.get("access_token") or None


async def any_token(request: ApiRequest, *scopes: str) -> Caller:
    """The holder of a valid token, user or app, whose scopes reach one of ``scopes``."""
    token = token_of(request)
    if token is None:
        raise Unauthorized
    found = await accounts.caller_for_token(runtime_of(request), token)
    if scopes and not any(accounts.covers(found.scopes, scope) for scope in scopes):
        raise Forbidden("This action is outside the authorized scopes")
    return found


async def viewer(request: ApiRequest, *scopes: str) -> Viewer:
    """The signed-in person behind the request. App tokens and accounts that may not act are refused.

    Whoever is frozen reads, reports, appeals, and keeps their own notices in order.
    """
    found = accounts.viewer_of(await any_token(request, *scopes))
    if found.frozen and request.method not in _READING and not request.url.path.startswith(_FROZEN_MAY):
        raise Forbidden(accounts.FROZEN)
    return found


async def staff(request: ApiRequest, scope: str, right: Right) -> Viewer:
    """The person behind the request, who holds a staff right now. Scope, role and second factor are all asked."""
    found = await viewer(request, scope)
    await runtime_of(request).db.read(accounts.authorise_in, found.account_id, right)
    return found


async def optional_viewer(request: ApiRequest, *scopes: str) -> Viewer | None:
    """The person behind the request, or None for guests and app tokens. A wrong token is still an error."""
    if token_of(request) is None:
        return None
    found = await any_token(request, *scopes)
    return None if found.viewer is None else accounts.viewer_of(found)
