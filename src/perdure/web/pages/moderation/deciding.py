"""Deciding a case, its undo. What is missing is named beside its field; nothing typed is lost."""

from typing import Any

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Conflict, Invalid
from perdure.moderation.model.decisions import Decided, DecisionInput
from perdure.moderation.service import decisions, policies, queue, reading
from perdure.web.page import redirect, render
from perdure.web.pages.moderation.forming import Given, decision_of, for_form, given_of, undo_strip
from perdure.web.pages.moderation.queue import show
from perdure.web.pages.moderation.telling import wants_json
from perdure.web.request import Form, WebRequest, form_of, id_of, local_path, require_viewer, runtime_of, words_of


@post("/moderation/cases/{case_id:str}/decide", status_code=200)
async def decide(request: WebRequest, case_id: str) -> Response[Any]:
    """Decide a case, and the copies of it where that is ticked."""
    form = await form_of(request)
    given = given_of(form)
    draft = decision_of(given, runtime_of(request).clock.now_ms())
    return await _decide(request, id_of(case_id), form, given, draft)


@post("/moderation/cases/{case_id:str}/dismiss", status_code=200)
async def dismiss(request: WebRequest, case_id: str) -> Response[Any]:
    """It keeps to the rules: what was held goes out, and whoever reported it is told."""
    form = await form_of(request)
    facts = form.get("facts").strip() or words_of(request)("moderation.facts_for.dismissed")
    draft = DecisionInput(facts=facts, automated_detection=False, automated_decision="not", scope="none")
    return await _decide(request, id_of(case_id), form, Given(), draft)


async def _decide(request: WebRequest, case_id: int, form: Form, given: Given, draft: DecisionInput) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    version = int(form.get("version")) if form.get("version").isdecimal() else -1
    try:
        made = await rt.db.write(
            "moderation.decide", _all_in, viewer.account_id, case_id, draft, version, with_copies=given.copies
        )
    except (Invalid, Conflict) as error:
        return await _refused(request, case_id, form, given, error)
    batches = "-".join(str(one.batch_id) for one in made)
    until = min(one.undo_until for one in made)
    back = local_path(form.get("return_to") or "/moderation")
    onward = f"{back}{'&' if '?' in back else '?'}undo={batches}.{until}"
    if not wants_json(request):
        return redirect(request, onward)
    strip = await render(
        request, "moderation/strip.html", undo=undo_strip(words_of(request), tuple(batches.split("-")), until)
    )
    return _told({"next": onward, "strip": strip.content}, 200)


def _all_in(
    tx: Tx, staff_id: int, case_id: int, draft: DecisionInput, version: int, *, with_copies: bool
) -> list[Decided]:
    case = reading.case_in(tx, staff_id, case_id)
    copies = [one for one in queue.copies_in(tx, staff_id, case.group_key if with_copies else "") if one.id != case_id]
    free = [(one.id, one.version) for one in copies if one.holder_id in {None, staff_id}]
    return decisions.decide_cluster_in(
        tx, staff_id, [(case_id, version), *free], explained_in(tx, draft, case.author_id)
    )


def explained_in(tx: Tx, draft: DecisionInput, author_id: int | None) -> DecisionInput:
    """Without words of one's own the rule itself is the explanation, in the author's language."""
    if draft.explanation or not draft.acts:
        return draft
    rule = next((one for one in policies.current_in(tx) if one.key == draft.policy), None)
    if rule is None:
        return draft
    locale = accounts.login_in(tx, author_id).locale if author_id else ""
    return msgspec.structs.replace(draft, explanation=rule.text((locale or "en")[:2]))


async def _refused(request: WebRequest, case_id: int, form: Form, given: Given, error: AppError) -> Response[Any]:
    """The case again with everything that was typed: what is wrong beside its field, or what changed meanwhile."""
    seen = int(form.get("seen")) if form.get("seen").isdecimal() else 0
    page = await show(
        request, case_id, error=for_form(error), given=given, seen=seen if isinstance(error, Conflict) else None
    )
    if not wants_json(request):
        return page
    return _told({"error": error.public, "page": page.content}, page.status_code or 422)


def _told(told: dict[str, Any], status: int) -> Response[Any]:
    return Response(told, status_code=status, media_type="application/json", headers={"Cache-Control": "no-store"})


@post("/moderation/undo")
async def undo(request: WebRequest) -> Response[Any]:
    """Take the last decisions back, within half a minute."""
    form, viewer = await form_of(request), await require_viewer(request)
    batches = [id_of(one) for one in form.all("batch")]

    def body(tx: Tx) -> None:
        for batch in batches:
            decisions.undo_in(tx, viewer.account_id, batch)

    await runtime_of(request).db.write("moderation.undo", body)
    if back := form.get("return_to"):
        return redirect(request, local_path(back), said="measure_undone")
    case = id_of(form.get("case"), 1)
    return redirect(request, f"/moderation/cases/{case}" if case > 1 else "/moderation", said="decision_undone")


ROUTES: list[HTTPRouteHandler] = [decide, dismiss, undo]
