"""Lists of accounts (api.md §3.15)."""

from typing import Any

from litestar import Response, delete, get, post, put

from perdure.graph import service as graph
from perdure.graph.model import ListView
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.common import id_text
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.paging import Page
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.relationships import people_page
from perdure.mastodon_api.statuses import path_id

Answer = Response[bytes]
_EVERYBODY = 5000


def list_entity(found: ListView) -> dict[str, Any]:
    """A List."""
    return {
        "id": id_text(found.id),
        "title": found.title,
        "replies_policy": found.replies_policy,
        "exclusive": found.exclusive,
    }


@get("/api/v1/lists")
async def lists(request: ApiRequest) -> Answer:
    """The viewer's lists."""
    who = await viewer(request, "read:lists")
    return json_response(
        [list_entity(one) for one in await runtime_of(request).db.read(graph.lists_in, who.account_id)]
    )


@post("/api/v1/lists", status_code=200)
async def create(request: ApiRequest) -> Answer:
    """Make a list."""
    who = await viewer(request, "write:lists")
    params = await read_params(request)
    title, policy = params.text("title", "") or "", params.text("replies_policy") or "list"
    exclusive = params.yes("exclusive")
    made = await runtime_of(request).db.write(
        "graph.create_list", graph.create_list_in, who.account_id, title, policy, exclusive=exclusive
    )
    return json_response(list_entity(made))


@get("/api/v1/lists/{list_id:str}")
async def show(request: ApiRequest, list_id: str) -> Answer:
    """One list."""
    who = await viewer(request, "read:lists")
    return json_response(
        list_entity(await runtime_of(request).db.read(graph.list_in, who.account_id, path_id(list_id)))
    )


@put("/api/v1/lists/{list_id:str}")
async def change(request: ApiRequest, list_id: str) -> Answer:
    """Change a list."""
    who = await viewer(request, "write:lists")
    params = await read_params(request)
    made = await runtime_of(request).db.write(
        "graph.change_list",
        graph.change_list_in,
        who.account_id,
        path_id(list_id),
        title=params.text("title"),
        replies_policy=params.text("replies_policy"),
        exclusive=params.flag("exclusive"),
    )
    return json_response(list_entity(made))


@delete("/api/v1/lists/{list_id:str}", status_code=200)
async def remove(request: ApiRequest, list_id: str) -> Answer:
    """Delete a list."""
    who = await viewer(request, "write:lists")
    await runtime_of(request).db.write("graph.delete_list", graph.delete_list_in, who.account_id, path_id(list_id))
    return empty()


@get("/api/v1/lists/{list_id:str}/accounts")
async def members(request: ApiRequest, list_id: str) -> Answer:
    """Who is on a list; ``limit=0`` means everybody."""
    who = await viewer(request, "read:lists")
    params = await read_params(request)
    found = await runtime_of(request).db.read(graph.list_in, who.account_id, path_id(list_id))
    everybody = params.text("limit") == "0"
    page = Page(limit=_EVERYBODY) if everybody else Page.of(params, 40, 80)
    return await people_page(request, "list_members", found.id, page)


@post("/api/v1/lists/{list_id:str}/accounts", status_code=200)
async def add(request: ApiRequest, list_id: str) -> Answer:
    """Put accounts on a list."""
    who = await viewer(request, "write:lists")
    ids = (await read_params(request)).ids("account_ids")
    await runtime_of(request).db.write("graph.add_members", graph.add_members_in, who.account_id, path_id(list_id), ids)
    return empty()


@delete("/api/v1/lists/{list_id:str}/accounts", status_code=200)
async def drop(request: ApiRequest, list_id: str) -> Answer:
    """Take accounts off a list."""
    who = await viewer(request, "write:lists")
    ids = (await read_params(request)).ids("account_ids")
    await runtime_of(request).db.write(
        "graph.remove_members", graph.remove_members_in, who.account_id, path_id(list_id), ids
    )
    return empty()


@get("/api/v1/accounts/{account_id:str}/lists")
async def containing(request: ApiRequest, account_id: str) -> Answer:
    """The viewer's lists that an account is on."""
    who = await viewer(request, "read:lists")
    found = await runtime_of(request).db.read(graph.lists_containing_in, who.account_id, path_id(account_id))
    return json_response([list_entity(one) for one in found])


ROUTES = [lists, create, show, change, remove, members, add, drop, containing]
