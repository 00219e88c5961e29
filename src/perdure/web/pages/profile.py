"""A profile: who somebody is, what they posted, whom they follow and who follows them."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.graph.model import Relationship
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.portability.model import Continuation
from perdure.portability.service import continuing, departing
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service import Slice
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.feeds import PAGE, TOP, stream_of
from perdure.web.page import render
from perdure.web.pages.syndication import account_feed, asked_format
from perdure.web.renamed import missing_in
from perdure.web.request import WebRequest, id_of, name_of, runtime_of, viewer_id_of

_TABS: Final[dict[str, frozenset[str]]] = {
    "posts": frozenset({"exclude_replies"}),
    "replies": frozenset(),
    "media": frozenset({"only_media", "exclude_reblogs"}),
}
_PINNED: Final = Slice(0, TOP, 5)


class Person(msgspec.Struct, frozen=True):
    """An account, how the reader stands to it (None for guests and oneself), and its pinned posts."""

    about: AccountView
    relation: Relationship | None
    pinned: list[PostView] = []
    continues: list[Continuation] = []
    away: str = ""
    """Where the account is now, at another site."""
    leads_on: bool = False
    """Whether the way leads there at once: this site has ended."""


def account_in(tx: Tx, viewer_id: int | None, name: str) -> AccountView:
    """The account behind a name in an address. Raises NotFound, also for one that may not be shown (yet)."""
    found = accounts.find_by_name_in(tx, name)
    if found is None:
        raise missing_in(tx, name)
    if found.state != "active" and (found.state != "pending" or found.id != viewer_id):
        raise NotFound
    return found


def person_in(tx: Tx, viewer_id: int | None, name: str) -> Person:
    """The head of a profile. Raises NotFound."""
    about = account_in(tx, viewer_id, name)
    relation = graph.relationships_in(tx, viewer_id, [about.id])[0] if viewer_id and viewer_id != about.id else None
    return Person(
        about,
        relation,
        continues=continuing.proven_in(tx, about.id),
        away=departing.where_in(tx, about.id),
        leads_on=departing.leads_on_in(tx),
    )


def _with_pinned_in(tx: Tx, viewer_id: int | None, name: str, tab: str) -> Person:
    person = person_in(tx, viewer_id, name)
    if tab != "posts":
        return person
    wanted = {"account_id": person.about.id}
    ids = posts.feed_in(tx, "account", viewer_id or 0, _PINNED, frozenset({"pinned"}), wanted)
    return msgspec.structs.replace(person, pinned=posts.views_in(tx, viewer_id, ids))


@get("/{at_name:str}")
async def profile(request: WebRequest, at_name: str) -> Response[Any]:
    """An account and its posts, as far as the reader may see them."""
    viewer_id = await viewer_id_of(request)
    name, ending = asked_format(name_of(at_name))
    if ending:
        return await account_feed(request, await runtime_of(request).db.read(account_in, viewer_id, name), ending)
    tab = request.query_params.get("tab", "posts")
    tab = tab if tab in _TABS else "posts"
    person = await runtime_of(request).db.read_long(_with_pinned_in, viewer_id, name, tab)
    if person.away and person.leads_on and "stay" not in request.query_params:
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Redirect(person.away, status_code=302, headers=headers)
    wanted = {"account_id": person.about.id}
    shown = await stream_of(
        request,
        viewer_id,
        lambda tx, part: posts.feed_in(tx, "account", viewer_id or 0, part, _TABS[tab], wanted),
        context="account",
        tab="" if tab == "posts" else tab,
    )
    pinned = [] if shown.newest else person.pinned
    values: dict[str, Any] = {"about": person.about, "relation": person.relation, "pinned": pinned, "tab": tab}
    values |= {"continues": person.continues, "away": person.away}
    values["sharing"] = sharing.of_account(person.about, Addresses.of(runtime_of(request).settings))
    return await render(request, "profile/profile.html", **values, **shown.as_values())


async def _relations(request: WebRequest, at_name: str, name: str) -> Response[Any]:
    viewer_id, owner = await viewer_id_of(request), name_of(at_name)
    upper = id_of(request.query_params.get("max_id"), TOP)

    def read(tx: Tx) -> tuple[Person, list[AccountView], int, dict[int, Relationship]]:
        person = person_in(tx, viewer_id, owner)
        if person.about.hide_collections and viewer_id != person.about.id:
            return person, [], 0, {}
        pairs = graph.relation_page_in(tx, name, person.about.id, lower=0, upper=upper, most=PAGE, ascending=False)
        views = accounts.views_in(tx, [other for _, other in pairs])
        found = [views[other] for _, other in pairs if other in views and not views[other].hidden]
        stands = graph.relationships_in(tx, viewer_id, [one.id for one in found]) if viewer_id and found else []
        return person, found, pairs[-1][0] if len(pairs) == PAGE else 0, {one.id: one for one in stands}

    person, people, last, stands = await runtime_of(request).db.read_long(read)
    older = f"{request.url.path}?max_id={last}" if last else ""
    values: dict[str, Any] = {"about": person.about, "people": people, "stands": stands, "older": older, "kind": name}
    return await render(request, "profile/relations.html", **values)


@get("/{at_name:str}/followers")
async def followers(request: WebRequest, at_name: str) -> Response[Any]:
    """Who follows an account, unless it hides that."""
    return await _relations(request, at_name, "followers")


@get("/{at_name:str}/following")
async def following(request: WebRequest, at_name: str) -> Response[Any]:
    """Whom an account follows, unless it hides that."""
    return await _relations(request, at_name, "following")


ROUTES: list[HTTPRouteHandler] = [profile, followers, following]
