"""Who is asking for their own things, also where they may do nothing else any more."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import Forbidden, Unauthorized
from perdure.ops_api.moderation.common import ApiRequest, runtime_of

BASE: Final = "/api/perdure/v1"


async def owner_of(request: ApiRequest, scope: str) -> int:
    """The account behind a token that reaches ``scope``: also one that is suspended or frozen.

    Raises Unauthorized, Forbidden for an app's own token, a smaller scope, and an account that is not confirmed.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthorized
    found = await accounts.caller_for_token(runtime_of(request), token.strip())
    if not accounts.covers(found.scopes, scope):
        raise Forbidden("This action is outside the authorized scopes")
    if found.viewer is None or found.refusal is None:
        return accounts.viewer_of(found).account_id
    view = await runtime_of(request).db.read(accounts.view_in, found.viewer.account_id)
    if view.state != "suspended":
        raise Forbidden(found.refusal)
    return found.viewer.account_id


async def writer_of(request: ApiRequest, scope: str) -> Viewer:
    """The person behind a token that reaches ``scope`` and may act. Raises Unauthorized, Forbidden."""
    await owner_of(request, scope)
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    found = await accounts.viewer_for_token(runtime_of(request), token)
    if found.frozen:
        raise Forbidden(accounts.FROZEN)
    return found
