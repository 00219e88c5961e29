"""List endpoints whose feature does not exist here yet answer empty, never 404: apps crash otherwise (api.md §1.2)."""

from typing import Any, Final

from litestar import Response, get

from perdure.accounts.model import Right
from perdure.mastodon_api.auth import optional_viewer, staff, viewer
from perdure.mastodon_api.http import ApiRequest, json_response, old_since

Answer = Response[bytes]

_FOR_EVERYBODY: Final = (
    "/api/v1/accounts/{account_id:str}/identity_proofs",
    "/api/v1/accounts/{account_id:str}/collections",
    "/api/v1/accounts/{account_id:str}/in_collections",
    "/api/v1/statuses/{post_id:str}/quotes",
)
_FOR_MEMBERS: Final = (
    "/api/v1/timelines/direct",
    "/api/v1/interaction_requests",
)
_OLD: Final = {
    "/api/v1/accounts/{account_id:str}/identity_proofs": "2022-03-30",
    "/api/v1/timelines/direct": "2019-10-03",
}
_FOR_STAFF: Final[dict[tuple[str, Right], tuple[str, ...]]] = {
    ("domain_blocks", "manage_federation"): ("/api/v1/admin/domain_blocks",),
    ("domain_allows", "manage_federation"): ("/api/v1/admin/domain_allows",),
    ("email_domain_blocks", "manage_blocks"): ("/api/v1/admin/email_domain_blocks",),
    ("ip_blocks", "manage_blocks"): ("/api/v1/admin/ip_blocks",),
    ("canonical_email_blocks", "manage_blocks"): ("/api/v1/admin/canonical_email_blocks",),
}


def _empty(path: str, *, members: bool) -> Any:
    old = old_since(_OLD[path]) if path in _OLD else []

    @get(path, name=f"default {path}", response_headers=old)
    async def handler(request: ApiRequest) -> Answer:
        if members:
            await viewer(request)
        else:
            await optional_viewer(request)
        return json_response([])

    return handler


def _empty_for_staff(path: str, group: str, right: Right) -> Any:
    """Scope, role and second factor are asked, so that nobody learns from an empty list that they would be let in."""

    @get(path, name=f"default {path}")
    async def handler(request: ApiRequest) -> Answer:
        await staff(request, f"admin:read:{group}" if group else "admin:read", right)
        return json_response([])

    return handler


@get("/api/v1/annual_reports")
async def annual_reports(request: ApiRequest) -> Answer:
    """No reports on a year yet."""
    await viewer(request, "read:accounts")
    return json_response({"annual_reports": [], "accounts": [], "statuses": []})


ROUTES = [
    annual_reports,
    *(_empty_for_staff(path, *asked) for asked, paths in _FOR_STAFF.items() for path in paths),
    *(_empty(path, members=False) for path in _FOR_EVERYBODY),
    *(_empty(path, members=True) for path in _FOR_MEMBERS),
]
