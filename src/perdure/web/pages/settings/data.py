"""One's own lists as CSV files, out and in."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler

from perdure.graph.model import Ported
from perdure.graph.service import porting
from perdure.kernel.errors import AppError, Invalid, NotFound, TooLarge
from perdure.kernel.runtime import Runtime
from perdure.portability.service import exports
from perdure.posts.service import porting as posts_porting
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import WebRequest, form_of, require_viewer, runtime_of

_KINDS: Final = (*porting.KINDS, "bookmarks")
_MOST_BYTES: Final = 4_000_000
_MOST_SHOWN: Final = 100


@get("/settings/data")
async def data_page(request: WebRequest) -> Response[Any]:
    """What can be taken along, and the form to bring it in."""
    return await _page(request)


@get("/settings/data/{name:str}")
async def export(request: WebRequest, name: str) -> Response[Any]:
    """One list as a CSV file to keep."""
    return await _table(request, name.removesuffix(".csv"))


@get("/settings/export")
async def where_mastodon_has_it(request: WebRequest) -> Response[Any]:
    """Where people who come from Mastodon look for all this."""
    return redirect(request, "/settings/data")


@get("/settings/exports/{name:str}")
async def export_as_mastodon(request: WebRequest, name: str) -> Response[Any]:
    """The same lists under the addresses that Mastodon gives them."""
    kind = name.removesuffix(".csv")
    return await _table(request, {"domain_blocks": "domains"}.get(kind, kind))


async def _table(request: WebRequest, kind: str) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    if kind not in _KINDS:
        raise NotFound
    if kind == "bookmarks":
        text = await posts_porting.export_bookmarks(rt, viewer.account_id)
    else:
        text = await porting.export_csv(rt, viewer.account_id, kind)
    headers = {
        "Content-Disposition": f'attachment; filename="{kind}.csv"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


@post("/settings/data")
async def bring(request: WebRequest) -> Response[Any]:
    """Read a file in, and say row by row what could not be taken."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    kind, sent = form.get("kind"), form.uploads("file")
    try:
        if kind not in _KINDS:
            raise Invalid(
                "Validation failed: Request is invalid", {"kind": [("ERR_INCLUSION", "is not included in the list")]}
            )
        if not sent:
            raise Invalid("Validation failed: File can't be blank", {"file": [("ERR_BLANK", "can't be blank")]})
        done = await _bring(rt, viewer.account_id, kind, await _text(sent[0]))
    except AppError as error:
        return await _page(request, error, kind)
    if not done.refused:
        return redirect(request, "/settings/data", said="imported")
    return await _page(request, kind=kind, done=done)


async def _bring(rt: Runtime, account_id: int, kind: str, text: str) -> Ported:
    if kind == "bookmarks":
        return await posts_porting.import_bookmarks(rt, account_id, text)
    return await porting.import_csv(rt, account_id, kind, text)


async def _text(sent: UploadFile) -> str:
    raw = await sent.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise TooLarge("The file is too large")
    try:
        return raw.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        raise Invalid("Validation failed: File is invalid", {"file": [("ERR_INVALID", "is invalid")]}) from error


async def _page(
    request: WebRequest, error: AppError | None = None, kind: str = "follows", done: Ported | None = None
) -> Response[Any]:
    viewer = await require_viewer(request)
    return await settings_page(
        request,
        "data",
        error=error,
        kinds=_KINDS,
        kind=kind,
        done=done,
        most_shown=_MOST_SHOWN,
        archives=exports.all_of(runtime_of(request), viewer.account_id),
    )


ROUTES: list[HTTPRouteHandler] = [data_page, export, where_mastodon_has_it, export_as_mastodon, bring]
