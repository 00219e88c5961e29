"""What is done with a case short of deciding it: take it, keep it, give it back, pass it on, write a note."""

from typing import Any

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model import Lease
from perdure.moderation.service import leases, reading, working
from perdure.web.page import redirect
from perdure.web.pages.moderation.queue import show
from perdure.web.pages.moderation.telling import wants_json
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of, words_of


def _back(form: Form, case_id: int) -> str:
    return form.get("return_to") or f"/moderation/cases/{case_id}"


def _version(form: Form) -> int | None:
    text = form.get("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@post("/moderation/cases/{case_id:str}/claim", status_code=200)
async def claim(request: WebRequest, case_id: str) -> Response[Any]:
    """Take a case for five minutes; a lead may take it from somebody else."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(case_id)

    def body(tx: Tx) -> tuple[Lease, int]:
        if form.has("take_over"):
            lease = leases.take_over_in(tx, viewer.account_id, number, "console")
        else:
            lease = leases.claim_in(tx, viewer.account_id, number)
        return lease, reading.case_in(tx, viewer.account_id, number).version

    try:
        lease, version = await runtime_of(request).db.write("moderation.claim", body)
    except AppError as error:
        if wants_json(request) or error.kind not in {"conflict", "forbidden"}:
            raise
        return await show(request, number, error=error)
    if wants_json(request):
        return _kept(request, lease, version)
    return redirect(request, _back(form, number))


@post("/moderation/cases/{case_id:str}/renew", status_code=200)
async def renew(request: WebRequest, case_id: str) -> Response[Any]:
    """The heartbeat of an open case."""
    await form_of(request)
    viewer, number = await require_viewer(request), id_of(case_id)
    lease = await runtime_of(request).db.write("moderation.renew", leases.renew_in, viewer.account_id, number)
    return _kept(request, lease, None)


def _kept(request: WebRequest, lease: Lease, version: int | None) -> Response[Any]:
    t = words_of(request)
    words = t("moderation.yours_until", time=t.until(lease.until))
    told = {
        "words": words,
        "until": lease.until,
        "renew": f"/moderation/cases/{lease.case_id}/renew",
        "version": version,
    }
    return Response(told, status_code=200, media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/moderation/cases/{case_id:str}/release")
async def release(request: WebRequest, case_id: str) -> Response[Any]:
    """Give a case back to the queue."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(case_id)
    await runtime_of(request).db.write("moderation.release", leases.release_in, viewer.account_id, number)
    return redirect(request, form.get("return_to") or "/moderation", said="case_released")


@post("/moderation/cases/{case_id:str}/escalate")
async def escalate(request: WebRequest, case_id: str) -> Response[Any]:
    """Hand a case to the leads."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(case_id)
    try:
        await runtime_of(request).db.write(
            "moderation.escalate",
            working.escalate_in,
            viewer.account_id,
            number,
            form.get("queue") or "lead",
            form.get("note"),
            _version(form),
        )
    except AppError as error:
        return await show(request, number, error=error)
    return redirect(request, form.get("return_to") or "/moderation", said="case_passed")


@post("/moderation/cases/{case_id:str}/hand_over")
async def hand_over(request: WebRequest, case_id: str) -> Response[Any]:
    """Give a case to a colleague, with a note."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(case_id)
    to, version = id_of(form.get("to")), _version(form)

    def body(tx: Tx) -> None:
        if form.get("note").strip():
            working.note_in(tx, viewer.account_id, number, form.get("note"))
        working.assign_in(tx, viewer.account_id, number, to, version)

    try:
        await runtime_of(request).db.write("moderation.hand_over", body)
    except AppError as error:
        return await show(request, number, error=error)
    return redirect(request, form.get("return_to") or "/moderation", said="case_passed")


@post("/moderation/cases/{case_id:str}/notes")
async def note(request: WebRequest, case_id: str) -> Response[Any]:
    """Write something down for the staff."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(case_id)
    try:
        await runtime_of(request).db.write(
            "moderation.note", working.note_in, viewer.account_id, number, form.get("text")
        )
    except AppError as error:
        return await show(request, number, error=error)
    return redirect(request, _back(form, number), said="note_kept")


ROUTES: list[HTTPRouteHandler] = [claim, renew, release, escalate, hand_over, note]
