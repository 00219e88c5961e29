"""Appeals: read blind, then decided, by somebody who had no part in the decision."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model import SnapshotContent
from perdure.moderation.model.decisions import AppealRead, AppealView
from perdure.moderation.service import appeal_outcomes, appeals, snapshots
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.pages.moderation.telling import due
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, form_of, id_of, runtime_of


class Given(msgspec.Struct, frozen=True):
    """What the reviewer typed so far."""

    note: str = ""
    outcome: str = ""
    text: str = ""
    actions: tuple[int, ...] = ()


@get("/moderation/appeals")
async def appeals_page(request: WebRequest) -> Response[Any]:
    """What waits, the most urgent first; what the reader had part in is not among it."""
    viewer = await require_staff(request, "manage_appeals")

    def read(tx: Tx) -> tuple[list[AppealView], dict[int, str]]:
        found = [one for one, may in appeals.open_in(tx, viewer.account_id) if may]
        return found, names_in(tx, {one.reviewer_id for one in found})

    found, names = await runtime_of(request).db.read_long(read)
    return await moderation_page(request, "appeals", "appeals", appeals=found, names=names, due=due)


@get("/moderation/appeals/{appeal_id:str}")
async def appeal_page(request: WebRequest, appeal_id: str) -> Response[Any]:
    """One appeal, as far as the reader may see it."""
    return await _page(request, id_of(appeal_id))


@post("/moderation/appeals/{appeal_id:str}/take")
async def take(request: WebRequest, appeal_id: str) -> Response[Any]:
    """Take an appeal."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_appeals"), id_of(appeal_id)
    version = int(form.get("version")) if form.get("version").isdecimal() else None
    try:
        await appeals.assign(runtime_of(request), viewer.account_id, number, version)
    except AppError as error:
        if error.kind != "conflict":
            raise
        return await _page(request, number, error)
    return redirect(request, f"/moderation/appeals/{number}")


@post("/moderation/appeals/{appeal_id:str}/read")
async def read(request: WebRequest, appeal_id: str) -> Response[Any]:
    """Record the blind first read."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_appeals"), id_of(appeal_id)
    given = Given(note=form.get("note"))
    try:
        await appeals.record_read(runtime_of(request), viewer.account_id, number, form.get("verdict"), given.note)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _page(request, number, error, given)
    return redirect(request, f"/moderation/appeals/{number}")


@post("/moderation/appeals/{appeal_id:str}/decide")
async def decide(request: WebRequest, appeal_id: str) -> Response[Any]:
    """Answer an appeal; what was wrong comes back as it was."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_appeals"), id_of(appeal_id)
    actions = tuple(id_of(one) for one in form.all("action"))
    given = Given(outcome=form.get("outcome"), text=form.get("text"), actions=actions)
    chosen = actions if given.outcome == "partly" else ()
    try:
        await appeal_outcomes.decide_appeal(
            runtime_of(request), viewer.account_id, number, given.outcome, given.text, chosen
        )
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _page(request, number, error, given)
    return redirect(request, "/moderation/appeals", said="appeal_answered")


async def _page(
    request: WebRequest, number: int, error: AppError | None = None, given: Given | None = None
) -> Response[Any]:
    viewer = await require_staff(request, "manage_appeals")
    found, shown = await runtime_of(request).db.write("moderation.appeal", _shown_in, viewer.account_id, number)
    return await moderation_page(
        request,
        "appeal",
        "appeals",
        error=error,
        read=found,
        words=shown.text if shown else "",
        media=shown.media if shown else (),
        mine=found.appeal.reviewer_id == viewer.account_id,
        given=given or Given(),
        names={},
    )


def _shown_in(tx: Tx, staff_id: int, appeal_id: int) -> tuple[AppealRead, SnapshotContent | None]:
    """What may be seen of an appeal: before it is taken, that it is there."""
    waiting = {one.id: one for one, may in appeals.open_in(tx, staff_id) if may}
    one = waiting.get(appeal_id)
    if one is not None and one.reviewer_id != staff_id:
        return AppealRead(appeal=one, snapshot_id=None, policy=None, decision=None), None
    found = appeals.read_in(tx, staff_id, appeal_id)
    if found.snapshot_id is None:
        return found, None
    return found, snapshots.open_in(tx, staff_id, found.snapshot_id, "appeal", found.appeal.case_id).content


ROUTES: list[HTTPRouteHandler] = [appeals_page, appeal_page, take, read, decide]
