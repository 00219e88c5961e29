"""Filters: phrases one does not want to read, where, and what happens to posts that hold them."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.graph.model import FilterDraft, FilterView, KeywordDraft
from perdure.graph.service import filters
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of

_LIFE_S: Final = {"hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A filter as the form shows it. ``keywords`` has a phrase a line; whole words only where ``whole_word``."""

    id: int = 0
    title: str = ""
    keywords: str = ""
    whole_word: bool = True
    contexts: tuple[str, ...] = ("home", "public", "thread", "notifications", "account")
    action: str = "warn"
    expires_at: int | None = None

    @classmethod
    def of(cls, view: FilterView) -> "Given":
        """The form of a filter that exists."""
        return cls(
            id=view.id,
            title=view.title,
            keywords="\n".join(one.keyword for one in view.keywords),
            whole_word=all(one.whole_word for one in view.keywords),
            contexts=view.contexts,
            action=view.action,
            expires_at=view.expires_at,
        )

    @classmethod
    def sent(cls, form: Form, filter_id: int) -> "Given":
        """The form as it was sent."""
        return cls(
            id=filter_id,
            title=form.get("title").strip(),
            keywords=form.get("keywords"),
            whole_word=form.has("whole_word"),
            contexts=tuple(form.all("context")),
            action=form.get("action"),
        )


@get("/settings/filters")
async def filters_page(request: WebRequest) -> Response[Any]:
    """Every filter, and the way to a new one."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    found = await rt.db.read(filters.filters_in, viewer.account_id)
    return await settings_page(request, "filters", filters=found, now=rt.clock.now_ms())


@get("/settings/filters/new")
async def new_page(request: WebRequest) -> Response[Any]:
    """The form for a new filter."""
    return await _page(request, Given())


@get("/settings/filters/{filter_id:str}")
async def filter_page(request: WebRequest, filter_id: str) -> Response[Any]:
    """The form for a filter that exists."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    found = await rt.db.read(filters.filter_in, viewer.account_id, id_of(filter_id))
    return await _page(request, Given.of(found))


@post("/settings/filters/new")
async def create(request: WebRequest) -> Response[Any]:
    """Make a filter."""
    return await _save(request, 0)


@post("/settings/filters/{filter_id:str}")
async def change(request: WebRequest, filter_id: str) -> Response[Any]:
    """Change a filter."""
    return await _save(request, id_of(filter_id))


async def _save(request: WebRequest, filter_id: int) -> Response[Any]:
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    try:
        await rt.db.write("filters.save", _save_in, viewer.account_id, filter_id, form)
    except AppError as error:
        return await _page(request, Given.sent(form, filter_id), error)
    return redirect(request, "/settings/filters", said="saved")


@post("/settings/filters/{filter_id:str}/delete")
async def delete(request: WebRequest, filter_id: str) -> Response[Any]:
    """Delete a filter."""
    viewer = await require_viewer(request)
    await form_of(request)
    await runtime_of(request).db.write("filters.delete", filters.delete_filter_in, viewer.account_id, id_of(filter_id))
    return redirect(request, "/settings/filters", said="filter_deleted")


async def _page(request: WebRequest, given: Given, error: AppError | None = None) -> Response[Any]:
    return await settings_page(
        request, "filter", error=error, back="/settings/filters", given=given, lives=list(_LIFE_S)
    )


def _save_in(tx: Tx, account_id: int, filter_id: int, form: Form) -> None:
    given = Given.sent(form, filter_id)
    old = filters.filter_in(tx, account_id, filter_id) if filter_id else None
    life = form.get("expires")
    draft = FilterDraft(
        title=given.title,
        contexts=given.contexts,
        action=given.action,
        expires_in_s=_LIFE_S.get(life),
        forever=life == "never",
        keywords=_keywords(old, given),
    )
    if old is None:
        filters.create_filter_in(tx, account_id, draft)
    else:
        filters.change_filter_in(tx, account_id, filter_id, draft)


def _keywords(old: FilterView | None, given: Given) -> tuple[KeywordDraft, ...]:
    """What to add, change and take out, so that the filter has the phrases of the form."""
    wanted = list(dict.fromkeys(line.strip() for line in given.keywords.splitlines() if line.strip()))
    known = {one.keyword: one for one in old.keywords} if old else {}
    gone = (KeywordDraft(id=one.id, removed=True) for text, one in known.items() if text not in wanted)
    kept = (KeywordDraft(id=known[text].id, whole_word=given.whole_word) for text in wanted if text in known)
    added = (KeywordDraft(keyword=text, whole_word=given.whole_word) for text in wanted if text not in known)
    return (*gone, *kept, *added)


ROUTES: list[HTTPRouteHandler] = [filters_page, new_page, filter_page, create, change, delete]
