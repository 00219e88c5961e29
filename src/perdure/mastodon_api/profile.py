"""One's own account: as others see it with one's defaults, or as a form to change (api.md §3.6)."""

from typing import Any

from litestar import Response, delete, get, patch

from perdure.accounts import service
from perdure.accounts.model import Viewer
from perdure.graph import service as graph
from perdure.kernel.errors import NotFound
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.account import Urls, credential_entity, profile_entity
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.profile_images import stored_image
from perdure.media.service import change_profile


@get("/api/v1/accounts/verify_credentials")
async def verify_credentials(request: ApiRequest) -> Response[bytes]:
    """One's own account."""
    person = await viewer(request, "read:accounts", "profile")
    return await _credentials(request, person.account_id)


@patch("/api/v1/accounts/update_credentials")
async def update_credentials(request: ApiRequest) -> Response[bytes]:
    """Change one's own profile and defaults."""
    person = await viewer(request, "write:accounts")
    await _change(request, person)
    return await _credentials(request, person.account_id)


@get("/api/v1/profile")
async def profile(request: ApiRequest) -> Response[bytes]:
    """One's own profile as typed."""
    person = await viewer(request, "read:accounts", "profile")
    return await _profile(request, person.account_id)


@patch("/api/v1/profile")
async def change(request: ApiRequest) -> Response[bytes]:
    """Change one's own profile."""
    person = await viewer(request, "write:accounts")
    await _change(request, person)
    return await _profile(request, person.account_id)


@delete("/api/v1/profile/{picture:str}", status_code=200)
async def remove_picture(request: ApiRequest, picture: str) -> Response[bytes]:
    """Take the avatar or header away."""
    person = await viewer(request, "write:accounts")
    changes = {
        "avatar": service.ProfileChange(avatar_key="", avatar_description=""),
        "header": service.ProfileChange(header_key="", header_description=""),
    }
    if picture not in changes:
        raise NotFound
    await change_profile(runtime_of(request), person.account_id, changes[picture])
    return await _credentials(request, person.account_id)


async def _change(request: ApiRequest, person: Viewer) -> None:
    params, rt = await read_params(request), runtime_of(request)
    flags = ("locked", "bot", "discoverable", "indexable", "hide_collections", "show_featured", "show_media")
    texts = ("display_name", "note", "avatar_description", "header_description")
    given: dict[str, Any] = {name: params.flag(name) for name in (*flags, "show_media_replies")}
    given |= {name: params.text(name) for name in texts}
    wanted = service.ProfileChange(
        **given,
        fields=_fields(params),
        attribution_domains=params.texts("attribution_domains") if params.has("attribution_domains") else None,
        avatar_key=await stored_image(rt, person, params, "avatar"),
        header_key=await stored_image(rt, person, params, "header"),
        default_visibility=params.text("source.privacy"),
        default_sensitive=params.flag("source.sensitive"),
        default_language=params.text("source.language"),
        default_quote_policy=params.text("source.quote_policy"),
    )
    await change_profile(rt, person.account_id, wanted)


def _fields(params: Params) -> list[tuple[str, str]] | None:
    if not params.has("fields_attributes"):
        return None
    return [(one.text("name") or "", one.text("value") or "") for one in params.objects("fields_attributes")]


async def _credentials(request: ApiRequest, account_id: int) -> Response[bytes]:
    rt = runtime_of(request)
    view = await rt.db.read(service.view_in, account_id)
    login = await rt.db.read(service.login_in, account_id)
    waiting = await rt.db.read(graph.requests_waiting_in, account_id)
    return json_response(credential_entity(view, login, Urls.of(rt.settings), waiting))


async def _profile(request: ApiRequest, account_id: int) -> Response[bytes]:
    rt = runtime_of(request)
    return json_response(profile_entity(await rt.db.read(service.view_in, account_id), Urls.of(rt.settings)))


ROUTES: list[Any] = [verify_credentials, update_credentials, profile, change, remove_picture]
