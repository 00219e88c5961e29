"""A profile: who somebody is, and what they posted."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.posts import service as posts
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.feeds import stream_of
from perdure.web.page import render
from perdure.web.pages.syndication import account_feed, asked_format
from perdure.web.request import WebRequest, name_of, runtime_of, viewer_id_of


def account_in(tx: Tx, name: str) -> AccountView:
    """The account behind a name in an address. Raises NotFound, also for one that may not be shown."""
    found = accounts.find_by_name_in(tx, name)
    if found is None or found.hidden:
        raise NotFound
    return found


@get("/{at_name:str}")
async def profile(request: WebRequest, at_name: str) -> Response[Any]:
    """An account and its latest posts, as far as the reader may see them."""
    viewer_id = await viewer_id_of(request)
    name, ending = asked_format(name_of(at_name))
    about = await runtime_of(request).db.read(account_in, name)
    if ending:
        return await account_feed(request, about, ending)
    wanted = {"account_id": about.id}
    shown = await stream_of(
        request, viewer_id, lambda tx, part: posts.feed_in(tx, "account", viewer_id or 0, part, frozenset(), wanted)
    )
    shared = sharing.of_account(about, Addresses.of(runtime_of(request).settings))
    return await render(request, "profile/profile.html", sharing=shared, about=about, **shown.as_values())


ROUTES: list[HTTPRouteHandler] = [profile]
