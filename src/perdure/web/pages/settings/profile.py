"""How others see one: names, pictures, a few lines, who may follow."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.accounts.rules import names
from perdure.accounts.service import ProfileChange
from perdure.kernel.errors import AppError, Invalid
from perdure.media import service as media
from perdure.media.ports import Shape
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import Form, WebRequest, form_of, require_viewer, runtime_of, spooled

_SWITCHES: Final = ("locked", "bot", "discoverable", "indexable", "hide_collections")
_PICTURES: Final[tuple[Shape, ...]] = ("avatar", "header")


@get("/settings/profile")
async def profile_page(request: WebRequest) -> Response[Any]:
    """The form with what is set now."""
    viewer = await require_viewer(request)
    return await _page(request, await accounts.view(runtime_of(request), viewer.account_id))


@post("/settings/profile")
async def change(request: WebRequest) -> Response[Any]:
    """Change the profile; pictures that were chosen replace the old ones."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    wanted = _change(form)
    try:
        wanted = msgspec.structs.replace(wanted, **await _pictures(request, form))
        await media.change_profile(rt, viewer.account_id, wanted)
    except AppError as error:
        view = await accounts.view(rt, viewer.account_id)
        kept = {name: getattr(wanted, name) for name in ("display_name", "note", *_SWITCHES)}
        return await _page(request, msgspec.structs.replace(view, **kept), error, list(wanted.fields or ()))
    return redirect(request, "/settings/profile", said="saved")


async def _page(
    request: WebRequest,
    view: AccountView,
    error: AppError | None = None,
    lines: list[tuple[str, str]] | None = None,
) -> Response[Any]:
    shown = [(field.name, field.value) for field in view.fields] if lines is None else lines
    empty = [("", "")] * (names.FIELDS_MAX - len(shown))
    return await settings_page(request, "profile", error=error, view=view, lines=[*shown, *empty])


def _change(form: Form) -> ProfileChange:
    lines = zip(form.all("field_name"), form.all("field_value"), strict=False)
    switches: dict[str, Any] = {name: form.has(name) for name in _SWITCHES}
    return ProfileChange(
        display_name=form.get("display_name").strip(),
        note=form.get("note").strip(),
        fields=[(name, value) for name, value in lines if name.strip() or value.strip()],
        avatar_description=form.get("avatar_description").strip(),
        header_description=form.get("header_description").strip(),
        **switches,
    )


async def _pictures(request: WebRequest, form: Form) -> dict[str, str]:
    """Keys of the pictures that were sent; empty ones for those to be taken away. Raises Invalid, TooLarge."""
    found: dict[str, str] = {}
    for name in _PICTURES:
        if form.has(f"remove_{name}"):
            found[f"{name}_key"] = ""
        for sent in form.uploads(name):
            try:
                async with spooled(sent) as path:
                    found[f"{name}_key"] = await media.make_picture(runtime_of(request), path, name)
            except Invalid as error:
                raise Invalid(error.public, {name: [("ERR_INVALID", "is no picture that can be read")]}) from error
    return found


ROUTES: list[HTTPRouteHandler] = [profile_page, change]
