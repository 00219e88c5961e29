"""List endpoints whose feature does not exist here yet answer empty, never 404: apps crash otherwise (api.md §1.2)."""

from typing import Any, Final

from litestar import Response, get

from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.http import ApiRequest, json_response

Answer = Response[bytes]

_FOR_EVERYBODY: Final = (
    "/api/v1/trends/tags",
    "/api/v1/trends/statuses",
    "/api/v1/trends/links",
    "/api/v1/trends",
    "/api/v1/timelines/link",
    "/api/v1/directory",
    "/api/v1/accounts/{account_id:str}/featured_tags",
    "/api/v1/accounts/{account_id:str}/endorsements",
    "/api/v1/accounts/{account_id:str}/identity_proofs",
    "/api/v1/accounts/{account_id:str}/collections",
    "/api/v1/accounts/{account_id:str}/in_collections",
    "/api/v1/statuses/{post_id:str}/quotes",
)
_FOR_MEMBERS: Final = (
    "/api/v1/domain_blocks",
    "/api/v1/announcements",
    "/api/v1/suggestions",
    "/api/v2/suggestions",
    "/api/v1/featured_tags",
    "/api/v1/featured_tags/suggestions",
    "/api/v1/endorsements",
    "/api/v1/accounts/familiar_followers",
)


def _empty(path: str, *, members: bool) -> Any:
    @get(path, name=f"default {path}")
    async def handler(request: ApiRequest) -> Answer:
        if members:
            await viewer(request)
        else:
            await optional_viewer(request)
        return json_response([])

    return handler


ROUTES = [
    *(_empty(path, members=False) for path in _FOR_EVERYBODY),
    *(_empty(path, members=True) for path in _FOR_MEMBERS),
]
