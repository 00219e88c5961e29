"""The frame around each of the operators' pages: who may see it, and which others there are."""

from typing import Any, Final

from litestar import Response

from perdure.accounts import service as accounts
from perdure.accounts.model import Right, Viewer
from perdure.kernel.errors import AppError
from perdure.web.page import render
from perdure.web.request import WebRequest, require_viewer, runtime_of

_PAGES: Final[tuple[tuple[str, str, Right], ...]] = (
    ("members", "people", "manage_users"),
    ("waiting", "clock", "manage_users"),
    ("invites", "mail", "manage_invites"),
    ("copies", "shield", "view_devops"),
    ("site", "settings", "manage_settings"),
    ("record", "list", "view_audit_log"),
)


async def require_staff(request: WebRequest, right: Right) -> Viewer:
    """Who is signed in, if they hold a staff right now. Raises SignInFirst, Forbidden, FactorMissing."""
    viewer = await require_viewer(request)
    await runtime_of(request).db.read(accounts.authorise_in, viewer.account_id, right)
    return viewer


async def operations_page(
    request: WebRequest, name: str, *, error: AppError | None = None, back: str = "/operations", **values: Any
) -> Response[Any]:
    """A page of the operators', with the list of those that the reader may see beside it."""
    viewer = await require_viewer(request)
    pages = [(page, picture) for page, picture, right in _PAGES if accounts.holds(viewer.role, right)]
    return await render(request, f"operations/{name}.html", error=error, back=back, pages=pages, **values)
