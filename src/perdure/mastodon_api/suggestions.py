"""Whom to follow: suggestions and the directory (api.md §2)."""

from typing import Final

from litestar import Response, delete, get

from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.http import ApiRequest, empty, json_response, old_since, runtime_of
from perdure.mastodon_api.paging import Page
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.statuses import path_id

Answer = Response[bytes]
_OLD_SOURCES: Final = {"friends_of_friends": "past_interactions", "most_followed": "global"}


@get("/api/v2/suggestions")
async def suggestions(request: ApiRequest) -> Answer:
    """Accounts the viewer may want to follow, with the reason."""
    who = await viewer(request, "read:accounts")
    limit, rt = Page.of(await read_params(request), 40, 80).limit, runtime_of(request)
    found = await rt.db.read_long(discovery.suggestions_in, rt.port(RankGuard), who.account_id, limit)
    urls = Urls.of(rt.settings)
    return json_response(
        [
            {"source": _OLD_SOURCES[reason], "sources": [reason], "account": account_entity(account, urls)}
            for reason, account in found
        ]
    )


@get("/api/v1/suggestions", response_headers=old_since("2021-11-26"))
async def suggestions_old(request: ApiRequest) -> Answer:
    """The same as plain accounts."""
    who = await viewer(request, "read:accounts")
    limit, rt = Page.of(await read_params(request), 40, 80).limit, runtime_of(request)
    found = await rt.db.read_long(discovery.suggestions_in, rt.port(RankGuard), who.account_id, limit)
    urls = Urls.of(rt.settings)
    return json_response([account_entity(account, urls) for _, account in found])


@delete(["/api/v1/suggestions/{account_id:str}", "/api/v2/suggestions/{account_id:str}"], status_code=200)
async def dismiss(request: ApiRequest, account_id: str) -> Answer:
    """Never suggest an account again."""
    who = await viewer(request, "write:accounts")
    await runtime_of(request).db.write(
        "discovery.dismiss", discovery.dismiss_suggestion_in, who.account_id, path_id(account_id)
    )
    return empty()


@get("/api/v1/directory")
async def directory(request: ApiRequest) -> Answer:
    """Accounts that want to be found: ``order`` is ``active`` or ``new``."""
    who = await optional_viewer(request, "read:accounts")
    params, rt = await read_params(request), runtime_of(request)
    found = await rt.db.read_long(
        discovery.directory_in,
        rt.port(RankGuard),
        who.account_id if who else None,
        params.text("order") or "active",
        Page.of(params, 40, 80).limit,
        max(params.integer("offset", 0) or 0, 0),
    )
    urls = Urls.of(rt.settings)
    return json_response([account_entity(one, urls) for one in found])


ROUTES = [suggestions, suggestions_old, dismiss, directory]
