"""What the site says about itself, its rules, and who may sign up."""

from typing import Any, Final, get_args

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import FeedAccess, RegistrationMode, Rule, Site
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid
from perdure.media import service as media
from perdure.web.page import redirect
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import Form, WebRequest, form_of, runtime_of, spooled, words_of

_TEXTS: Final = (
    "title",
    "description",
    "extended_description",
    "privacy_policy",
    "terms",
    "contact_email",
    "registrations",
    "registrations_message",
    "live_feeds",
    "hashtag_feeds",
)
_EMPTY_RULES: Final = 3


@get("/operations/site")
async def site_page(request: WebRequest) -> Response[Any]:
    """The form with what is set now."""
    await require_staff(request, "manage_settings")
    site, rules = await runtime_of(request).db.read(_words_in)
    return await _page(request, site, rules)


@post("/operations/site")
async def change(request: WebRequest) -> Response[Any]:
    """Change everything at once; nothing is changed where something is refused."""
    viewer, form, rt = await require_staff(request, "manage_settings"), await form_of(request), runtime_of(request)
    before, _rules = await rt.db.read(_words_in)
    wanted, rules = _site(form, before), _rules_of(form)
    texts = [(one.id or None, one.text, one.hint) for one in rules]
    picture: str | None = None
    try:
        wanted = msgspec.structs.replace(wanted, contact_account_id=await _contact(request, form))
        picture = await _thumbnail(request, form)
        if picture is not None:
            wanted = msgspec.structs.replace(wanted, thumbnail_key=picture)
        await accounts.change_site_and_rules(rt, viewer, wanted, texts)
    except AppError as error:
        await media.forget_picture(rt, picture)
        return await _page(request, msgspec.structs.replace(wanted, thumbnail_key=before.thumbnail_key), rules, error)
    if before.thumbnail_key != wanted.thumbnail_key:
        await media.forget_picture(rt, before.thumbnail_key)
    return redirect(request, "/operations/site", said="saved")


def _words_in(tx: Tx) -> tuple[Site, list[Rule]]:
    return accounts.site_in(tx), accounts.rules_in(tx)


async def _page(request: WebRequest, site: Site, rules: list[Rule], error: AppError | None = None) -> Response[Any]:
    rt = runtime_of(request)
    views = await rt.db.read(accounts.views_in, [site.contact_account_id] if site.contact_account_id else [])
    contact = next((view.username for view in views.values()), "")
    t = words_of(request)
    modes = [(mode, t.of("operations.modes", mode)) for mode in get_args(RegistrationMode)]
    feeds = [(access, t.of("operations.feeds", access)) for access in get_args(FeedAccess)]
    empty = [Rule(0, "", "")] * _EMPTY_RULES
    return await operations_page(
        request, "site", error=error, site=site, rules=[*rules, *empty], contact=contact, modes=modes, feeds=feeds
    )


def _site(form: Form, before: Site) -> Site:
    texts: dict[str, Any] = {name: form.get(name).strip() for name in _TEXTS}
    return msgspec.structs.replace(
        before,
        **texts,
        thumbnail_key=None if form.has("remove_thumbnail") else before.thumbnail_key,
        require_invite_reason=form.has("require_invite_reason"),
        members_invite=form.has("members_invite"),
        reserved_names=_lines(form.get("reserved_names")),
        blocked_mail_domains=tuple(line.lower().lstrip("@") for line in _lines(form.get("blocked_mail_domains"))),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _rules_of(form: Form) -> list[Rule]:
    """The rules in the order of the form; one without a text is taken out."""
    rows = zip(form.all("rule_id"), form.all("rule_text"), form.all("rule_hint"), strict=False)
    return [
        Rule(int(number) if number.isdecimal() else 0, text.strip(), hint.strip())
        for number, text, hint in rows
        if text.strip()
    ]


async def _contact(request: WebRequest, form: Form) -> int | None:
    name = form.get("contact_name").strip().lstrip("@")
    if not name:
        return None
    found = await runtime_of(request).db.read(accounts.find_by_name_in, name)
    if found is None or found.state != "active":
        raise Invalid(
            "Validation failed: Contact is nobody here", {"contact_name": [("ERR_INVALID", "is nobody here")]}
        )
    return found.id


async def _thumbnail(request: WebRequest, form: Form) -> str | None:
    """The key of a picture that was sent, or None. Raises Invalid, TooLarge."""
    for sent in form.uploads("thumbnail"):
        try:
            async with spooled(sent) as path:
                return await media.make_picture(runtime_of(request), path, "header")
        except Invalid as error:
            raise Invalid(error.public, {"thumbnail": [("ERR_INVALID", "is no picture that can be read")]}) from error
    return None


ROUTES: list[HTTPRouteHandler] = [site_page, change]
