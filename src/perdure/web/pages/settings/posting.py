"""What new posts start with, and how posts of others open."""

from typing import Any, Final

from babel import Locale
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.service import ProfileChange
from perdure.kernel.errors import AppError
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import WebRequest, form_of, require_viewer, runtime_of, words_of

_CODES_TEXT: Final = (
    "ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms nl no "
    "pl pt ro ru sk sl sq sr sv sw ta th tr uk ur vi zh"
)
_CODES: Final = tuple(_CODES_TEXT.split())


@get("/settings/posting")
async def posting_page(request: WebRequest) -> Response[Any]:
    """The form with what is set now."""
    return await _page(request)


@post("/settings/posting")
async def change(request: WebRequest) -> Response[Any]:
    """Change the defaults."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    language = form.get("default_language")
    wanted = ProfileChange(
        default_visibility=form.get("privacy"),
        default_sensitive=form.has("default_sensitive"),
        default_language=language if language in _CODES else "",
    )
    try:
        await accounts.update_profile(rt, viewer.account_id, wanted)
        await accounts.change_reading(
            rt, viewer.account_id, expand_media=form.get("expand_media"), expand_spoilers=form.has("expand_spoilers")
        )
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/posting", said="saved")


async def _page(request: WebRequest, error: AppError | None = None) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    view = await accounts.view(rt, viewer.account_id)
    login = await rt.db.read(accounts.login_in, viewer.account_id)
    return await settings_page(request, "posting", error=error, view=view, login=login, codes=_languages(request))


def _languages(request: WebRequest) -> list[tuple[str, str]]:
    """Codes with their names in the reader's language, by name."""
    known = Locale.parse(words_of(request).language).languages
    return sorted(((code, str(known[code]).capitalize()) for code in _CODES if code in known), key=lambda one: one[1])


ROUTES: list[HTTPRouteHandler] = [posting_page, change]
