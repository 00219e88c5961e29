"""What many people use and like these days (api.md §2)."""

from typing import Any

from litestar import Response, get

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import service as graph
from perdure.kernel.db import Row, Tx
from perdure.mastodon_api.auth import optional_viewer
from perdure.mastodon_api.discovery import tag_entity
from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.entities.card import card_entity
from perdure.mastodon_api.entities.status import render_statuses
from perdure.mastodon_api.http import ApiRequest, json_response, old_since, runtime_of
from perdure.mastodon_api.paging import Page
from perdure.mastodon_api.params import read_params
from perdure.posts import service as posts
from perdure.posts.model import CardView

Answer = Response[bytes]
_FAR = 10_000


async def _asked(request: ApiRequest, default: int, most: int) -> tuple[Viewer | None, int, int]:
    """Who asks, how many, and from where on. Raises where the operators keep public feeds from this reader."""
    who = await optional_viewer(request)
    viewer_id = who.account_id if who else None
    await runtime_of(request).db.read(accounts.check_feed_in, viewer_id, "live_feeds")
    params = await read_params(request)
    return who, Page.of(params, default, most).limit, min(max(params.integer("offset", 0) or 0, 0), _FAR)


async def _tags(request: ApiRequest) -> Answer:
    who, most, skip = await _asked(request, 10, 20)
    rt = runtime_of(request)

    def read(tx: Tx) -> tuple[list[Row], dict[str, list[tuple[int, int, int]]], set[str]]:
        rows = discovery.trending_tags_in(tx, rt.port(RankGuard), most, skip)
        followed = {row.name for row in rows if who and graph.follows_tag_in(tx, who.account_id, row.name)}
        return rows, discovery.tag_history_in(tx, [row.name for row in rows]), followed

    rows, history, followed = await rt.db.read_long(read)
    urls = Urls.of(rt.settings)
    found: list[dict[str, Any]] = [
        tag_entity(row.id, row.name, urls, following=row.name in followed if who else None)
        | {"history": [_day(*day) for day in history[row.name]]}
        for row in rows
    ]
    return json_response(found)


def _day(first_ms: int, uses: int, people: int) -> dict[str, str]:
    return {"day": str(first_ms // 1000), "uses": str(uses), "accounts": str(people)}


@get("/api/v1/trends/tags")
async def tags(request: ApiRequest) -> Answer:
    """Hashtags that most people used in public in the last days, with a week of figures."""
    return await _tags(request)


@get("/api/v1/trends", response_headers=old_since("2022-03-30"))
async def tags_old(request: ApiRequest) -> Answer:
    """The same under its old name."""
    return await _tags(request)


@get("/api/v1/trends/statuses")
async def statuses(request: ApiRequest) -> Answer:
    """Public posts that most was made of in the last days."""
    who, most, skip = await _asked(request, 20, 40)
    rt = runtime_of(request)
    ids = await rt.db.read_long(
        discovery.trending_posts_in, rt.port(RankGuard), who.account_id if who else None, most, skip
    )
    return json_response(list(await render_statuses(rt, who, ids, context="public")))


@get("/api/v1/trends/links")
async def links(request: ApiRequest) -> Answer:
    """Pages that most people linked to in public in the last days, with a week of figures."""
    _, most, skip = await _asked(request, 10, 20)
    rt = runtime_of(request)

    def read(tx: Tx) -> list[tuple[CardView, list[tuple[int, int, int]]]]:
        ids = discovery.trending_links_in(tx, rt.port(RankGuard), most, skip)
        cards, history = posts.cards_by_id_in(tx, ids), discovery.link_history_in(tx, ids)
        return [(cards[card_id], history[card_id]) for card_id in ids]

    urls = Urls.of(rt.settings)
    return json_response([link_entity(card, days, urls) for card, days in await rt.db.read_long(read)])


def link_entity(card: CardView, days: list[tuple[int, int, int]], urls: Urls) -> dict[str, Any]:
    """A PreviewCard that trends: the card with a week of figures."""
    return card_entity(card, urls) | {"history": [_day(*day) for day in days]}


def trend_tag_entity(row: Row, days: list[tuple[int, int, int]], urls: Urls) -> dict[str, Any]:
    """A Tag with a week of figures."""
    return tag_entity(row.id, row.name, urls) | {"history": [_day(*day) for day in days]}


ROUTES = [tags, tags_old, statuses, links]
