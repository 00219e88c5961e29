"""What was decided about the reader: every statement of reasons, first in plain words, then the clauses."""

from typing import Any, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.moderation.model.decisions import DecisionView
from perdure.moderation.service import reading_decisions, snapshots
from perdure.web.feeds import TOP
from perdure.web.page import render
from perdure.web.pages.moderation.telling import short_acts
from perdure.web.request import WebRequest, id_of, require_viewer, runtime_of

_PAGE: Final = 20
_OWED: Final = frozenset({"restricted", "warned"})


@get("/decisions")
async def decisions_page(request: WebRequest) -> Response[Any]:
    """Every decision about the reader, newest first."""
    viewer, upper = await require_viewer(request), id_of(request.query_params.get("max_id"), TOP)

    def read(tx: Tx) -> list[DecisionView]:
        return reading_decisions.owns_in(tx, viewer.account_id, upper=upper, most=_PAGE)

    found = await runtime_of(request).db.read_long(read)
    return await render(
        request,
        "safety/decisions.html",
        decisions=[one for one in found if one.outcome in _OWED],
        older=f"/decisions?max_id={found[-1].id}" if len(found) == _PAGE else "",
        newest="/decisions" if upper != TOP else "",
        short_acts=short_acts,
    )


@get("/decisions/{decision_id:str}")
async def decision_page(request: WebRequest, decision_id: str) -> Response[Any]:
    """One decision: what happened, why, and what one can do."""
    viewer, number = await require_viewer(request), id_of(decision_id)
    found, words = await runtime_of(request).db.read(_one_in, viewer.account_id, number)
    return await render(
        request,
        "safety/decision.html",
        decision=found,
        words=words,
        may_appeal=found.reversed_by is None and runtime_of(request).clock.now_ms() < found.appeal_until,
        back="/decisions",
    )


def _one_in(tx: Tx, account_id: int, decision_id: int) -> tuple[DecisionView, str]:
    found = reading_decisions.own_in(tx, account_id, decision_id)
    words = snapshots.peek_in(tx, found.snapshot_id).text if found.snapshot_id is not None else ""
    return found, words


ROUTES: list[HTTPRouteHandler] = [decisions_page, decision_page]
