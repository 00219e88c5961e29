"""Follow, block, mute, and the lists of those relations (api.md §3.2, §3.6, §3.15)."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, get, post

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.graph import service as graph
from perdure.graph.model import Relationship
from perdure.graph.service import showcase
from perdure.kernel.db import Tx
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id

Answer = Response[bytes]


def relationship_entity(found: Relationship) -> dict[str, Any]:
    """A Relationship."""
    return {
        "id": id_text(found.id),
        "following": found.following,
        "showing_reblogs": found.show_reblogs,
        "notifying": found.notify,
        "languages": list(found.languages) or None,
        "followed_by": found.followed_by,
        "blocking": found.blocking,
        "blocked_by": found.blocked_by,
        "muting": found.muting,
        "muting_notifications": found.muting_notifications,
        "muting_expires_at": iso(found.muting_expires_at) if found.muting_expires_at else None,
        "requested": found.requested,
        "requested_by": found.requested_by,
        "domain_blocking": False,
        "endorsed": found.endorsed,
        "note": found.note,
    }


@get("/api/v1/accounts/relationships")
async def relationships(request: ApiRequest) -> Answer:
    """How the viewer stands to each account asked for, in that order."""
    who = await viewer(request, "read:follows")
    ids = (await read_params(request)).ids("id")[:100]
    found = await runtime_of(request).db.read(graph.relationships_in, who.account_id, ids) if ids else []
    return json_response([relationship_entity(one) for one in found])


def _change(
    path: str, scope: str, body: Callable[..., Relationship], options: Callable[[Params], dict[str, Any]]
) -> Any:
    """A route that changes how the viewer stands to ``:id`` and answers with the relationship."""

    @post(path, status_code=200, name=path)
    async def handler(request: ApiRequest, account_id: str) -> Answer:
        who = await viewer(request, scope)
        chosen = options(await read_params(request))
        target = path_id(account_id)

        def change(tx: Any) -> Relationship:
            return body(tx, who.account_id, target, **chosen)

        return json_response(relationship_entity(await runtime_of(request).db.write("graph.change", change)))

    return handler


def _no_options(_params: Params) -> dict[str, Any]:
    return {}


def _follow_options(params: Params) -> dict[str, Any]:
    languages = params.texts("languages") if params.has("languages") else None
    return {
        "reblogs": params.flag("reblogs"),
        "notify": params.flag("notify"),
        "languages": None if languages is None else msgspec.json.encode(languages).decode(),
    }


def _mute_options(params: Params) -> dict[str, Any]:
    return {
        "notifications": params.flag("notifications", default=True),
        "duration_s": params.seconds("duration") or 0,
    }


def _note_options(params: Params) -> dict[str, Any]:
    return {"comment": (params.text("comment", "") or "")[:2000]}


_OF = "/api/v1/accounts/{account_id:str}"
_REQUEST = "/api/v1/follow_requests/{account_id:str}"
CHANGES = [
    _change(f"{_OF}/follow", "write:follows", graph.follow_in, _follow_options),
    _change(f"{_OF}/unfollow", "write:follows", graph.unfollow_in, _no_options),
    _change(f"{_OF}/remove_from_followers", "write:follows", graph.remove_follower_in, _no_options),
    _change(f"{_OF}/block", "write:blocks", graph.block_in, _no_options),
    _change(f"{_OF}/unblock", "write:blocks", graph.unblock_in, _no_options),
    _change(f"{_OF}/mute", "write:mutes", graph.mute_in, _mute_options),
    _change(f"{_OF}/unmute", "write:mutes", graph.unmute_in, _no_options),
    _change(f"{_OF}/note", "write:accounts", graph.note_in, _note_options),
    *(_change(f"{_OF}/{verb}", "write:accounts", showcase.endorse_in, _no_options) for verb in ("pin", "endorse")),
    *(
        _change(f"{_OF}/{verb}", "write:accounts", showcase.unendorse_in, _no_options)
        for verb in ("unpin", "unendorse")
    ),
    _change(f"{_REQUEST}/authorize", "write:follows", graph.authorize_in, _no_options),
    _change(f"{_REQUEST}/reject", "write:follows", graph.reject_in, _no_options),
]


async def people_page(
    request: ApiRequest, name: str, owner: int, page: Page, more: Callable[[Tx, int], dict[str, Any]] | None = None
) -> Answer:
    """A page of accounts by a relation, with the relation's ids as cursors; ``more`` adds to each entity."""
    rt = runtime_of(request)
    urls = Urls.of(rt.settings)

    def look(tx: Tx) -> tuple[list[dict[str, Any]], list[int]]:
        pairs = graph.relation_page_in(
            tx, name, owner, lower=page.lower, upper=page.upper, most=page.limit, ascending=page.ascending
        )
        views = accounts.views_in(tx, [other for _, other in pairs])
        shown = [other for _, other in pairs if other in views]
        found = [account_entity(views[one], urls) | (more(tx, one) if more else {}) for one in shown]
        return found, [relation for relation, _ in pairs]

    return paged(request, *await rt.db.read(look), page)


async def _public_relation(request: ApiRequest, account_id: str, name: str) -> Answer:
    who = await optional_viewer(request, "read:accounts")
    page = Page.of(await read_params(request), 40, 80)
    owner = await runtime_of(request).db.read(accounts.public_view_in, path_id(account_id))
    if owner.hidden or (owner.hide_collections and not _is(who, owner.id)):
        return paged(request, [], [], page)
    return await people_page(request, name, owner.id, page)


def _is(who: Viewer | None, account_id: int) -> bool:
    return who is not None and who.account_id == account_id


@get("/api/v1/accounts/{account_id:str}/endorsements")
async def endorsements(request: ApiRequest, account_id: str) -> Answer:
    """Whom an account shows on its profile."""
    return await _public_relation(request, account_id, "endorsements")


@get("/api/v1/accounts/{account_id:str}/followers")
async def followers(request: ApiRequest, account_id: str) -> Answer:
    """Who follows an account."""
    return await _public_relation(request, account_id, "followers")


@get("/api/v1/accounts/{account_id:str}/following")
async def following(request: ApiRequest, account_id: str) -> Answer:
    """Whom an account follows."""
    return await _public_relation(request, account_id, "following")


@get("/api/v1/mutes")
async def mutes(request: ApiRequest) -> Answer:
    """Whom the viewer mutes, each with the end of the mute."""
    who = await viewer(request, "read:mutes")

    def end_of(tx: Tx, account_id: int) -> dict[str, Any]:
        at = graph.relationship_in(tx, who.account_id, account_id).muting_expires_at
        return {"mute_expires_at": iso(at) if at else None}

    page = Page.of(await read_params(request), 40, 80)
    return await people_page(request, "mutes", who.account_id, page, end_of)


def _own(path: str, name: str, scope: str) -> Any:
    @get(path, name=path)
    async def handler(request: ApiRequest) -> Answer:
        who = await viewer(request, scope)
        return await people_page(request, name, who.account_id, Page.of(await read_params(request), 40, 80))

    return handler


ROUTES = [
    relationships,
    *CHANGES,
    followers,
    following,
    endorsements,
    _own("/api/v1/endorsements", "endorsements", "read:accounts"),
    _own("/api/v1/blocks", "blocks", "read:blocks"),
    mutes,
    _own("/api/v1/follow_requests", "follow_requests", "read:follows"),
]
