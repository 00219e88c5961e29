"""Sign-up, preferences, accounts by id and name."""

from typing import Any

from litestar import Response, get, post

from perdure.accounts import service
from perdure.accounts.model import AccountView
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, NotFound
from perdure.mastodon_api.auth import any_token, optional_viewer, viewer
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.emoji import emoji_entities
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.oauth import issued_entity
from perdure.mastodon_api.params import read_params


@post("/api/v1/accounts")
async def sign_up(request: ApiRequest) -> Response[bytes]:
    """Make an account from an app, with the app's own token."""
    caller = await any_token(request, "write:accounts")
    if caller.viewer is not None:
        raise Forbidden
    params = await read_params(request)
    given = service.Application(
        username=(params.text("username") or "").strip(),
        email=(params.text("email") or "").strip(),
        password=params.text("password") or "",
        agreement=params.yes("agreement"),
        locale=params.text("locale") or "en",
        reason=params.text("reason") or "",
        invite_code=params.text("invite_code") or "",
    )
    return json_response(issued_entity(await service.sign_up_by_app(runtime_of(request), caller, given)))


@get("/api/v1/preferences")
async def preferences(request: ApiRequest) -> Response[bytes]:
    """The defaults that clients follow."""
    person = await viewer(request, "read:accounts")
    rt = runtime_of(request)
    view = await rt.db.read(service.view_in, person.account_id)
    login = await rt.db.read(service.login_in, person.account_id)
    return json_response(
        {
            "posting:default:visibility": view.default_visibility,
            "posting:default:sensitive": view.default_sensitive,
            "posting:default:language": view.default_language,
            "posting:default:quote_policy": view.default_quote_policy,
            "reading:expand:media": login.expand_media,
            "reading:expand:spoilers": login.expand_spoilers,
            "reading:autoplay:gifs": False,
        }
    )


@get("/api/v1/accounts/lookup")
async def lookup(request: ApiRequest) -> Response[bytes]:
    """An account by its full name, also with this site's host."""
    await optional_viewer(request, "read:accounts")
    rt = runtime_of(request)
    name, _, host = (await read_params(request)).required("acct").strip().lstrip("@").partition("@")
    view = None
    if not host or host.lower() in {rt.settings.domain.lower(), rt.settings.domain.lower().split(":")[0]}:
        view = await rt.db.read(service.find_by_name_in, name)
    if view is None or view.state in {"pending", "deleted"}:
        raise NotFound
    return json_response(account_entity(view, Urls.of(rt.settings)))


@get("/api/v1/accounts/{account_id:str}")
async def show(request: ApiRequest, account_id: str) -> Response[bytes]:
    """An account."""
    person = await optional_viewer(request, "read:accounts")
    rt = runtime_of(request)
    view = await rt.db.read(_shown_in, _id(account_id), person.account_id if person else None)
    return json_response(account_entity(view, Urls.of(rt.settings)))


@get("/api/v1/accounts")
async def show_many(request: ApiRequest) -> Response[bytes]:
    """Several accounts in the order asked; those that are hidden are left out."""
    await optional_viewer(request, "read:accounts")
    rt = runtime_of(request)
    ids = (await read_params(request)).ids("id")[:80]
    views = await rt.db.read(service.views_in, ids)
    urls = Urls.of(rt.settings)
    shown = [
        views[one] for one in dict.fromkeys(ids) if one in views and views[one].state not in {"pending", "deleted"}
    ]
    return json_response([account_entity(view, urls) for view in shown])


@post("/api/v1/emails/confirmations")
async def confirm_again(request: ApiRequest) -> Response[bytes]:
    """Mail the confirmation link again, perhaps to a corrected address."""
    caller = await any_token(request, "write:accounts")
    rt = runtime_of(request)
    if caller.viewer is None:
        raise Forbidden
    if rt.settings.peer_test:
        return empty()
    params = await read_params(request)
    await service.resend_confirmation(rt, caller.viewer.account_id, params.text("email"))
    return empty()


@get("/api/v1/emails/check_confirmation")
async def check_confirmation(request: ApiRequest) -> Response[bytes]:
    """Whether the address is confirmed, also for somebody who may not act yet."""
    caller = await any_token(request)
    if caller.viewer is None:
        raise Forbidden
    login = await runtime_of(request).db.read(service.login_in, caller.viewer.account_id)
    return json_response(login.confirmed_at is not None)


@get("/api/v1/custom_emojis")
async def custom_emojis(request: ApiRequest) -> Response[bytes]:
    """The site's own emoji that people may pick."""
    rt = runtime_of(request)
    return json_response(emoji_entities(await rt.db.read(service.emojis_in), Urls.of(rt.settings)))


def _shown_in(tx: Tx, account_id: int, viewer_id: int | None) -> AccountView:
    view = service.view_in(tx, account_id)
    if view.state == "deleted" or (view.state == "pending" and viewer_id != account_id):
        raise NotFound
    return view


def _id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) >= 2**63:
        raise NotFound
    return int(text)


ROUTES: list[Any] = [
    sign_up,
    preferences,
    lookup,
    show,
    show_many,
    confirm_again,
    check_confirmation,
    custom_emojis,
]
