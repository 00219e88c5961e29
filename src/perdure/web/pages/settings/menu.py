"""The list of all settings, and the frame around each of them."""

from typing import Any, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError
from perdure.web.page import render
from perdure.web.request import WebRequest, require_viewer, runtime_of

_PAGES: Final[tuple[tuple[str, str], ...]] = (
    ("profile", "person"),
    ("posting", "write"),
    ("account", "mail"),
    ("security", "lock"),
    ("access", "link"),
    ("filters", "eye"),
    ("hidden", "mute"),
    ("invites", "people"),
    ("data", "out"),
    ("move", "people"),
)


async def settings_page(
    request: WebRequest, name: str, *, error: AppError | None = None, back: str = "/settings", **values: Any
) -> Response[Any]:
    """A page of the settings, with the list of all of them beside it."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    may_invite = await rt.db.read(accounts.may_invite_in, viewer.account_id)
    standing = await rt.db.read(accounts.standing_in, viewer.account_id)
    return await render(
        request,
        f"settings/{name}.html",
        error=error,
        pages=[page for page in _PAGES if page[0] != "invites" or may_invite],
        back=back,
        must_enrol=standing.must_enrol,
        **values,
    )


@get("/settings")
async def menu(request: WebRequest) -> Response[Any]:
    """The list of all settings."""
    return await settings_page(request, "menu", back="")


ROUTES: list[HTTPRouteHandler] = [menu]
