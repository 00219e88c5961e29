"""Trends for staff (api.md §2): what would trend, why it does or does not, and a person's word on it."""

from typing import Any, Final

from litestar import Response, get, post, put

from perdure.accounts.model import Right
from perdure.discovery import service as discovery
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.mastodon_api.auth import staff
from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.entities.common import iso
from perdure.mastodon_api.entities.status import render_statuses
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of, version_wanted
from perdure.mastodon_api.paging import Page
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.statuses import path_id
from perdure.mastodon_api.trends import link_entity, trend_tag_entity
from perdure.posts import service as posts
from perdure.signals.service import guard, trends
from perdure.signals.service.trends import ReviewKind

Answer = Response[bytes]
_READ, _WRITE = "admin:read", "admin:write"
_RIGHT: Final[Right] = "manage_taxonomies"
_WINDOW_MS: Final = 3 * 86_400_000
_FAR: Final = 10_000


async def _asked(request: ApiRequest, default: int, most: int) -> tuple[int, int, int]:
    """Who asks, how many, and from where on."""
    who = await staff(request, _READ, _RIGHT)
    params = await read_params(request)
    skip = min(max(params.integer("offset", 0) or 0, 0), _FAR)
    return who.account_id, Page.of(params, default, most).limit, skip


def _since(tx: Tx) -> int:
    return (tx.now - _WINDOW_MS) << SEQUENCE_BITS


def _why(verdict: guard.Verdict) -> dict[str, Any]:
    """What the guard says, in Mastodon's word for it and in ours."""
    ours = {"trends": verdict.allowed, "reason": verdict.reason or None, "detail": verdict.detail or None}
    return {"requires_review": verdict.reason == "risky", "perdure": ours}


def _tags_in(tx: Tx, rows: list[Row], urls: Urls) -> list[dict[str, Any]]:
    names = [row.name for row in rows]
    verdicts, history = guard.explain_in(tx, "trends", "tag", names), discovery.tag_history_in(tx, names)
    return [
        trend_tag_entity(row, history[row.name], urls)
        | {"trendable": verdicts[row.name].reason not in {"rejected", "blocked", "pattern"}}
        | {"usable": True, "listable": verdicts[row.name].reason != "blocked"}
        | _why(verdicts[row.name])
        for row in rows
    ]


@get("/api/v1/admin/trends/tags")
async def trending_tags(request: ApiRequest) -> Answer:
    """Hashtags that many people use, also those that do not trend, with the reason."""
    _, most, skip = await _asked(request, 10, 20)
    rt = runtime_of(request)
    urls = Urls.of(rt.settings)
    return json_response(
        await rt.db.read_long(lambda tx: _tags_in(tx, posts.trending_tags_in(tx, _since(tx), most, skip), urls))
    )


def _links_in(tx: Tx, ids: list[int], urls: Urls) -> list[dict[str, Any]]:
    cards, history = posts.cards_by_id_in(tx, ids), discovery.link_history_in(tx, ids)
    verdicts = guard.explain_in(tx, "trends", "link", [str(one) for one in ids])
    return [
        {"id": str(one)} | link_entity(cards[one], history[one], urls) | _why(verdicts[str(one)])
        for one in ids
        if one in cards
    ]


@get("/api/v1/admin/trends/links")
async def trending_links(request: ApiRequest) -> Answer:
    """Pages that many people link to, also those that do not trend, with the reason."""
    _, most, skip = await _asked(request, 10, 20)
    rt = runtime_of(request)
    urls = Urls.of(rt.settings)

    def read(tx: Tx) -> list[dict[str, Any]]:
        return _links_in(tx, [row.id for row in posts.trending_links_in(tx, _since(tx), most, skip)], urls)

    return json_response(await rt.db.read_long(read))


@get("/api/v1/admin/trends/statuses")
async def trending_statuses(request: ApiRequest) -> Answer:
    """Posts that much was made of, also those that do not trend."""
    who = await staff(request, _READ, _RIGHT)
    _, most, skip = await _asked(request, 20, 40)
    rt = runtime_of(request)
    ids = await rt.db.read_long(lambda tx: posts.trending_posts_in(tx, who.account_id, _since(tx), most, skip))
    return json_response(list(await render_statuses(rt, who, ids, context="public")))


@get("/api/v1/admin/trends/links/publishers")
async def publishers(request: ApiRequest) -> Answer:
    """Sites that people spoke about: their pages trend unless a site is rejected. Its host is its id."""
    staff_id, most, skip = await _asked(request, 10, 40)
    found = await runtime_of(request).db.read(trends.review_page_in, staff_id, "publisher", most, skip)
    return json_response([_publisher(one) for one in found])


def _publisher(one: trends.Review) -> dict[str, Any]:
    return {
        "id": one.key,
        "domain": one.key,
        "trendable": one.state == "approved",
        "reviewed_at": iso(one.reviewed_at) if one.reviewed_at else None,
        "requested_review_at": iso(one.asked_at),
        "requires_review": one.state == "waiting",
    }


async def _review(request: ApiRequest, kind: ReviewKind, key: str, *, approved: bool) -> trends.Review:
    who = await staff(request, _WRITE, _RIGHT)
    version = version_wanted(request)
    return await runtime_of(request).db.write(
        f"trend.{kind}",
        lambda tx: trends.review_in(tx, who.account_id, kind, key, approved=approved, version=version),
    )


def _tag_route(verb: str, *, approved: bool) -> Any:
    @post(f"/api/v1/admin/trends/tags/{{tag_id:str}}/{verb}", status_code=200, name=f"admin/trends/tags/{verb}")
    async def handler(request: ApiRequest, tag_id: str) -> Answer:
        await staff(request, _WRITE, _RIGHT)
        name = await runtime_of(request).db.read(trends.tag_name_in, path_id(tag_id))
        await _review(request, "tag", name, approved=approved)
        return await _tag(request, path_id(tag_id))

    return handler


async def _tag(request: ApiRequest, tag_id: int) -> Answer:
    rt = runtime_of(request)
    urls = Urls.of(rt.settings)

    def read(tx: Tx) -> dict[str, Any]:
        row = posts.tag_by_id_in(tx, tag_id)
        if row is None:
            raise NotFound
        return _tags_in(tx, [row], urls)[0]

    return json_response(await rt.db.read_long(read))


def _link_route(verb: str, *, approved: bool) -> Any:
    @post(f"/api/v1/admin/trends/links/{{card_id:str}}/{verb}", status_code=200, name=f"admin/trends/links/{verb}")
    async def handler(request: ApiRequest, card_id: str) -> Answer:
        await staff(request, _WRITE, _RIGHT)
        rt, number = runtime_of(request), path_id(card_id)
        urls = Urls.of(rt.settings)
        if not await rt.db.read(posts.cards_by_id_in, [number]):
            raise NotFound
        await _review(request, "link", str(number), approved=approved)
        return json_response((await rt.db.read_long(_links_in, [number], urls))[0])

    return handler


def _status_route(verb: str, *, approved: bool) -> Any:
    @post(f"/api/v1/admin/trends/statuses/{{post_id:str}}/{verb}", status_code=200, name=f"admin/trends/posts/{verb}")
    async def handler(request: ApiRequest, post_id: str) -> Answer:
        who = await staff(request, _WRITE, _RIGHT)
        rt, number = runtime_of(request), path_id(post_id)
        found = list(await render_statuses(rt, who, [number], context="public"))
        if not found:
            raise NotFound
        await _review(request, "post", str(number), approved=approved)
        return json_response(found[0])

    return handler


def _publisher_route(verb: str, *, approved: bool) -> Any:
    path = f"/api/v1/admin/trends/links/publishers/{{host:str}}/{verb}"

    @post(path, status_code=200, name=f"admin/trends/publishers/{verb}")
    async def handler(request: ApiRequest, host: str) -> Answer:
        return json_response(_publisher(await _review(request, "publisher", host.lower()[:253], approved=approved)))

    return handler


@get("/api/v1/admin/tags")
async def tags(request: ApiRequest) -> Answer:
    """Hashtags that somebody decided about or is to decide about, newest first."""
    staff_id, most, skip = await _asked(request, 100, 200)
    rt = runtime_of(request)
    urls = Urls.of(rt.settings)

    def read(tx: Tx) -> list[dict[str, Any]]:
        names = [one.key for one in trends.review_page_in(tx, staff_id, "tag", most, skip)]
        rows = posts.tag_displays_in(tx, names)
        return _tags_in(tx, [rows[name] for name in names if name in rows], urls)

    return json_response(await rt.db.read_long(read))


@get("/api/v1/admin/tags/{tag_id:str}")
async def tag(request: ApiRequest, tag_id: str) -> Answer:
    """One hashtag."""
    await staff(request, _READ, _RIGHT)
    return await _tag(request, path_id(tag_id))


@put("/api/v1/admin/tags/{tag_id:str}")
async def change_tag(request: ApiRequest, tag_id: str) -> Answer:
    """Let a hashtag trend or not (``trendable``). Hashtags cannot be made unusable or unlisted by hand."""
    await staff(request, _WRITE, _RIGHT)
    params = await read_params(request)
    if any(params.has(name) and not params.yes(name) for name in ("usable", "listable")):
        raise Invalid("Validation failed: Only trendable can be changed; a decision can block a hashtag everywhere")
    name = await runtime_of(request).db.read(trends.tag_name_in, path_id(tag_id))
    if params.has("trendable"):
        await _review(request, "tag", name, approved=params.yes("trendable"))
    return await _tag(request, path_id(tag_id))


ROUTES: list[Any] = [
    trending_tags,
    trending_links,
    trending_statuses,
    publishers,
    tags,
    tag,
    change_tag,
    *(
        route(verb, approved=verb == "approve")
        for route in (_tag_route, _link_route, _status_route, _publisher_route)
        for verb in ("approve", "reject")
    ),
]
