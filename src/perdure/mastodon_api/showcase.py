"""Featured hashtags, blocked sites, familiar followers, and old spellings of follow (api.md §2)."""

from typing import Any

from litestar import Response, delete, get, post

from perdure.accounts import service as accounts
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import service as graph
from perdure.graph.model import Relationship
from perdure.graph.service import showcase
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.text import key
from perdure.mastodon_api.auth import optional_viewer, viewer
from perdure.mastodon_api.discovery import tag_entity, tag_name
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.common import day, id_text
from perdure.mastodon_api.http import ApiRequest, empty, json_response, old_since, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.relationships import relationship_entity
from perdure.mastodon_api.statuses import path_id
from perdure.posts import service as posts

Answer = Response[bytes]


def _featured_entities_in(tx: Tx, owner_id: int, urls: Urls) -> list[dict[str, Any]]:
    """FeaturedTags of an account; ``statuses_count`` is text."""
    name = accounts.view_in(tx, owner_id).username
    rows = showcase.featured_tags_in(tx, owner_id)
    use = {row.name: row for row in posts.tag_use_in(tx, owner_id)} if rows else {}
    made = []
    for row in rows:
        used = use.get(row.tag)
        made.append(
            {
                "id": id_text(row.id),
                "name": row.display,
                "url": f"{urls.account(name)}/tagged/{row.display}",
                "statuses_count": str(used.posts if used else 0),
                "last_status_at": day(used.last_at) if used else None,
            }
        )
    return made


async def _featured(request: ApiRequest, owner_id: int) -> list[dict[str, Any]]:
    rt = runtime_of(request)
    return await rt.db.read(_featured_entities_in, owner_id, Urls.of(rt.settings))


@get("/api/v1/featured_tags")
async def featured_tags(request: ApiRequest) -> Answer:
    """The hashtags the viewer shows on the profile."""
    who = await viewer(request, "read:accounts")
    return json_response(await _featured(request, who.account_id))


@post("/api/v1/featured_tags", status_code=200)
async def feature(request: ApiRequest) -> Answer:
    """Show a hashtag."""
    who = await viewer(request, "write:accounts")
    name = (await read_params(request)).text("name", "") or ""
    made, *_ = await runtime_of(request).db.write("graph.feature_tag", showcase.feature_tag_in, who.account_id, name)
    return json_response(next(one for one in await _featured(request, who.account_id) if one["id"] == id_text(made)))


@delete("/api/v1/featured_tags/{featured_id:str}", status_code=200)
async def unfeature(request: ApiRequest, featured_id: str) -> Answer:
    """No longer show a hashtag."""
    who = await viewer(request, "write:accounts")
    await runtime_of(request).db.write(
        "graph.unfeature_tag", showcase.unfeature_tag_in, who.account_id, path_id(featured_id)
    )
    return empty()


@get("/api/v1/featured_tags/suggestions")
async def feature_suggestions(request: ApiRequest) -> Answer:
    """The ten hashtags that the viewer uses most and does not show yet."""
    who = await viewer(request, "read:accounts")
    rt = runtime_of(request)

    def look(tx: Tx) -> list[tuple[int, str]]:
        shown = {row.tag for row in showcase.featured_tags_in(tx, who.account_id)}
        used = [row.name for row in posts.tag_use_in(tx, who.account_id) if row.name not in shown]
        allowed = rt.port(RankGuard).may_rank_in(tx, "offers", "tag", used[:40])
        names = [name for name in used if name in allowed][:10]
        return [(row.id, row.name) for row in (discovery.tag_in(tx, name) for name in names) if row is not None]

    urls = Urls.of(rt.settings)
    return json_response([tag_entity(identifier, name, urls) for identifier, name in await rt.db.read(look)])


@get("/api/v1/accounts/{account_id:str}/featured_tags")
async def featured_of(request: ApiRequest, account_id: str) -> Answer:
    """The hashtags an account shows on its profile."""
    await optional_viewer(request, "read:accounts")
    owner = await accounts.view(runtime_of(request), path_id(account_id))
    return json_response([] if owner.hidden else await _featured(request, owner.id))


def _tag_route(verb: str, body: Any) -> Any:
    @post(f"/api/v1/tags/{{name:str}}/{verb}", status_code=200, name=f"tags/{verb}")
    async def handler(request: ApiRequest, name: str) -> Answer:
        who = await viewer(request, "write:accounts")
        rt = runtime_of(request)
        await rt.db.write(f"graph.{verb}_tag", body, who.account_id, tag_name(name))

        def look(tx: Tx) -> dict[str, Any]:
            folded = key(name.lstrip("#"))
            row = discovery.tag_in(tx, folded)
            return tag_entity(
                row.id if row else 0,
                row.name if row else folded,
                Urls.of(rt.settings),
                following=graph.follows_tag_in(tx, who.account_id, row.name if row else folded),
                featuring=verb == "feature",
            )

        return json_response(await rt.db.read(look))

    return handler


@get("/api/v1/accounts/familiar_followers")
async def familiar_followers(request: ApiRequest) -> Answer:
    """For each account: who of those the viewer follows, follows it. Accounts that hide theirs show nobody."""
    who = await viewer(request, "read:follows")
    ids = (await read_params(request)).ids("id")[:40]
    rt = runtime_of(request)

    def look(tx: Tx) -> list[dict[str, Any]]:
        found = showcase.familiar_followers_in(tx, who.account_id, ids)
        views = accounts.views_in(tx, set(found) | {one for several in found.values() for one in several})
        urls, made = Urls.of(rt.settings), []
        for account_id, several in found.items():
            target = views.get(account_id)
            shown = [] if target is None or target.hide_collections else several
            people = [account_entity(views[one], urls) for one in shown if not views[one].hidden]
            made.append({"id": id_text(account_id), "accounts": people})
        return made

    return json_response(await rt.db.read(look))


@get("/api/v1/domain_blocks")
async def domain_blocks(request: ApiRequest) -> Answer:
    """The sites the viewer blocks."""
    who = await viewer(request, "read:blocks")
    page = Page.of(await read_params(request), 100, 200)
    rows = await runtime_of(request).db.read(
        showcase.domain_blocks_in,
        who.account_id,
        lower=page.lower,
        upper=page.upper,
        most=page.limit,
        ascending=page.ascending,
    )
    return paged(request, [row.domain for row in rows], [row.id for row in rows], page)


@post("/api/v1/domain_blocks", status_code=200)
async def block_domain(request: ApiRequest) -> Answer:
    """Block a site."""
    who = await viewer(request, "write:blocks")
    domain = (await read_params(request)).text("domain", "") or ""
    await runtime_of(request).db.write("graph.block_domain", showcase.block_domain_in, who.account_id, domain)
    return empty()


@delete("/api/v1/domain_blocks", status_code=200)
async def unblock_domain(request: ApiRequest) -> Answer:
    """No longer block a site."""
    who = await viewer(request, "write:blocks")
    domain = (await read_params(request)).required("domain")
    await runtime_of(request).db.write("graph.unblock_domain", showcase.unblock_domain_in, who.account_id, domain)
    return empty()


@post("/api/v1/follows", status_code=200, response_headers=old_since("2019-10-03"))
async def follow_by_name(request: ApiRequest) -> Answer:
    """The old way to follow: by name. Answers with the account."""
    who = await viewer(request, "write:follows")
    rt = runtime_of(request)
    name, _, host = (await read_params(request)).required("uri").strip().lstrip("@").partition("@")

    def follow(tx: Tx) -> int:
        found = accounts.find_by_name_in(tx, name)
        if found is None or host.lower() not in {"", rt.settings.domain.lower()}:
            raise NotFound
        graph.follow_in(tx, who.account_id, found.id)
        return found.id

    followed = await rt.db.write("graph.follow", follow)
    return json_response(account_entity(await accounts.view(rt, followed), Urls.of(rt.settings)))


def _old_request(verb: str, body: Any) -> Any:
    path = f"/api/v1/follow_requests/{verb}"

    @post(path, status_code=200, name=f"old follow_requests/{verb}", response_headers=old_since("2017-04-01"))
    async def handler(request: ApiRequest) -> Answer:
        who = await viewer(request, "write:follows")
        asker = path_id((await read_params(request)).required("id"))
        made: Relationship = await runtime_of(request).db.write(f"graph.{verb}", body, who.account_id, asker)
        return json_response(relationship_entity(made))

    return handler


ROUTES = [
    featured_tags,
    feature,
    unfeature,
    feature_suggestions,
    featured_of,
    _tag_route("feature", showcase.feature_tag_in),
    _tag_route("unfeature", showcase.unfeature_name_in),
    familiar_followers,
    domain_blocks,
    block_domain,
    unblock_domain,
    follow_by_name,
    _old_request("authorize", graph.authorize_in),
    _old_request("reject", graph.reject_in),
]
