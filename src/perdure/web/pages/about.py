"""Who keeps the site, its rules, and what it promises: what operators wrote, for everybody."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from perdure import __version__
from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Rule, Site
from perdure.kernel.db import Tx
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.page import render
from perdure.web.request import WebRequest, runtime_of


@get("/about")
async def about(request: WebRequest) -> Response[Any]:
    """The site in its own words; a part that nobody wrote is left out."""
    rt = runtime_of(request)
    site, rules, contact = await rt.db.read(_words_in)
    texts = [
        (name, Markup(accounts.note_html(text)))  # noqa: S704 - escaped by what makes it
        for name, text in (("privacy", site.privacy_policy), ("terms", site.terms))
        if text
    ]
    return await render(
        request,
        "about/about.html",
        sharing=sharing.of_site(Addresses.of(rt.settings), "/about"),
        long=Markup(accounts.note_html(site.extended_description)),  # noqa: S704 - the same
        rules=rules,
        contact=contact,
        texts=texts,
        version=__version__,
    )


def _words_in(tx: Tx) -> tuple[Site, list[Rule], AccountView | None]:
    site = accounts.site_in(tx)
    contact_id = site.contact_account_id or accounts.owner_id_in(tx)
    contact = accounts.views_in(tx, [contact_id]).get(contact_id) if contact_id else None
    return site, accounts.rules_in(tx), contact if contact and not contact.hidden else None


ROUTES: list[HTTPRouteHandler] = [about]
