"""The queue and, beside it, the case that is open. Three panes on a desk, one at a time on a phone."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.desk.service import letters
from perdure.desk.service.letters import LetterView
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model import Case, CaseEvent, Clock, SavedFilter
from perdure.moderation.rules.harms import SEVERITY
from perdure.moderation.service import queue
from perdure.web.addresses import Addresses
from perdure.web.pages.moderation import filters, forming, telling
from perdure.web.pages.moderation.case import opened_in
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.request import WebRequest, id_of, require_viewer, runtime_of, words_of
from perdure.web.words import Words

_PAGE: Final = 50
_OVER: Final = frozenset({"decided", "notified", "closed"})


class Listed(msgspec.Struct, frozen=True):
    """The queue as one member of staff sees it."""

    cases: list[Case]
    total: int
    saved: list[SavedFilter]
    names: dict[int, str]
    more: bool
    clocks: dict[int, list[Clock]]


@get("/moderation")
async def queue_page(request: WebRequest) -> Response[Any]:
    """The queue alone."""
    return await show(request, None)


@get("/moderation/cases/{case_id:str}")
async def case_page(request: WebRequest, case_id: str) -> Response[Any]:
    """A case between the queue and the form that decides it."""
    return await show(request, id_of(case_id))


async def show(
    request: WebRequest,
    case_id: int | None,
    *,
    error: AppError | None = None,
    given: "forming.Given | None" = None,
    seen: int | None = None,
) -> Response[Any]:
    """The console's page: the queue, and the case of that id with what was typed so far.

    ``seen`` is the newest event that the reader knew of, where somebody else was faster: the page says what is new.
    """
    viewer, rt = await require_viewer(request), runtime_of(request)
    t, asked, skip = words_of(request), filters.given_of(dict(request.query_params)), _skip(request)
    listed, saved_id, asked = await rt.db.read_long(_listed_in, viewer.account_id, asked, _saved(request), skip)
    query = filters.query_of(asked)
    policies = [(key, telling.policy_name(t, key)) for key in SEVERITY]
    values: dict[str, Any] = {
        "case": None,
        "cases": listed.cases,
        "total": listed.total,
        "names": listed.names,
        "clocks_of": listed.clocks,
        "saved": listed.saved,
        "saved_id": saved_id,
        "filtered": bool(query),
        "wanted": asked,
        "query": query,
        "filter_fields": filters.fields(t, policies),
        "more_href": f"/moderation{filters.query_of(asked, skip=skip + _PAGE)}" if listed.more else "",
        "next_href": _next(listed.cases, case_id, viewer.account_id, query),
        "undo": forming.undo_of(request, t),
        **HELPERS,
    }
    if case_id is not None:
        opened = await rt.db.write("moderation.view", opened_in, viewer.account_id, case_id, Addresses.of(rt.settings))
        values |= msgspec.structs.asdict(opened) | {"names": listed.names | opened.names}
        values |= await forming.form_values(request, opened, given, seen)
        lease = opened.case.lease
        live = lease is not None and lease.until > rt.clock.now_ms()
        over = opened.case.case.state in _OVER
        values |= {
            "mine": live and lease is not None and lease.holder_id == viewer.account_id,
            "claimable": not live and not over,
            "decided": over,
            "here": f"/moderation/cases/{case_id}{query}",
            "letters": await rt.db.read(_letters_in, case_id),
            "colleagues": await rt.db.read(_colleagues_in, viewer.account_id),
        }
    return await moderation_page(request, "queue", "queue", error=error, **values)


def _skip(request: WebRequest) -> int:
    text = request.query_params.get("skip", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _saved(request: WebRequest) -> int:
    return id_of(request.query_params["saved"]) if request.query_params.get("saved") else 0


def _listed_in(
    tx: Tx, staff_id: int, asked: dict[str, str], saved_id: int, skip: int
) -> tuple[Listed, int, dict[str, str]]:
    saved = queue.filters_in(tx, staff_id)
    if saved_id:
        asked = filters.saved_query(filters.find(saved, saved_id))
    wanted = filters.filter_of(asked)
    found = queue.list_in(tx, staff_id, wanted, most=_PAGE + 1, skip=skip)
    shown = found[:_PAGE]
    names = names_in(tx, {one.holder_id for one in shown} | {one.assigned_to for one in shown})
    total = queue.count_in(tx, staff_id, wanted)
    clocks = queue.clocks_in(tx, staff_id, [one.id for one in shown])
    return Listed(shown, total, saved, names, len(found) > _PAGE, clocks), saved_id, asked


def _letters_in(tx: Tx, case_id: int) -> list[LetterView]:
    return letters.of_case_in(tx, case_id)


def _colleagues_in(tx: Tx, staff_id: int) -> list[tuple[int, str]]:
    found = names_in(tx, set(accounts.holders_in(tx, "manage_reports")))
    return sorted(((one, name) for one, name in found.items() if one != staff_id), key=lambda pair: pair[1])


def _next(cases: list[Case], case_id: int | None, staff_id: int, query: str) -> str:
    """The case after this one that nobody else works on; empty where there is none."""
    free = [one.id for one in cases if one.holder_id in {None, staff_id} or one.id == case_id]
    if case_id in free:
        at = free.index(case_id)
        free = [*free[at + 1 :], *free[:at]]
    return f"/moderation/cases/{free[0]}{query}" if free else ""


def _event_detail(event: CaseEvent) -> str:
    return " · ".join(f"{name}: {value}" for name, value in event.detail.items() if value not in (None, "", [], {}))


def _event_words(t: Words, event: CaseEvent) -> str:
    word = event.kind.replace(".", "_")
    return t.of("moderation.events", word) if t.has("moderation.events", word) else event.kind


HELPERS: Final[dict[str, Any]] = {
    "because": telling.because,
    "clock_of": telling.clock_of,
    "running": telling.running,
    "obligation": telling.obligation,
    "subject_words": telling.subject_words,
    "why": telling.why,
    "event_detail": _event_detail,
    "event_words": _event_words,
    "policy_name": telling.policy_name,
}

ROUTES: list[HTTPRouteHandler] = [queue_page, case_page]
