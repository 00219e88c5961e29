"""People as moderators know them: a record each, what is in force, and decisions about the account itself."""

from typing import Any, Final, cast
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Viewer
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Conflict, Invalid, NotFound
from perdure.moderation.model.decisions import ActKind, Decided, DecisionInput, PolicyText
from perdure.moderation.service import people, policies
from perdure.moderation.service.people import Overview, Record
from perdure.web.page import redirect
from perdure.web.pages.moderation.deciding import explained_in
from perdure.web.pages.moderation.forming import (
    LABELS,
    TO_ACCOUNTS,
    Given,
    decision_of,
    fields_of,
    for_form,
    given_of,
    undo_of,
)
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.pages.moderation.queue import HELPERS
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, runtime_of, words_of

_BLANK: Final = Given(scope="account", label=LABELS[0])


class Lifted(msgspec.Struct, frozen=True):
    """What somebody typed about lifting a measure."""

    kind: str = ""
    reason: str = ""


class Begun(msgspec.Struct, frozen=True):
    """Where to begin: who was searched for, what waits, what is in force."""

    found: list[AccountView]
    overview: Overview
    names: dict[int, str]


def _address(name: str) -> str:
    return f"/moderation/people/{quote(name)}"


@get("/moderation/people")
async def people_page(request: WebRequest) -> Response[Any]:
    """Search, links to banned people that wait, and what is in force. A whole name leads to its record."""
    viewer = await require_staff(request, "manage_users")
    asked = str(request.query_params.get("name", "")).replace("\0", "").strip()[:80]
    try:
        if asked:
            known = await runtime_of(request).db.read(people.named_in, viewer.account_id, asked)
            return redirect(request, _address(known.username))
    except NotFound:
        pass
    begun = await runtime_of(request).db.read_long(_begun_in, viewer.account_id, asked)
    return await moderation_page(request, "people", "people", asked=asked, **msgspec.structs.asdict(begun))


def _begun_in(tx: Tx, staff_id: int, asked: str) -> Begun:
    overview = people.overview_in(tx, staff_id)
    who: set[int | None] = {one.account_id for one in overview.measures}
    who |= {one.account_id for one in overview.links}
    found = people.search_in(tx, staff_id, asked) if asked else []
    return Begun(found, overview, names_in(tx, who | {one.banned_id for one in overview.links}))


@get("/moderation/people/{name:str}")
async def person_page(request: WebRequest, name: str) -> Response[Any]:
    """One person's record, beside the form that decides about the account."""
    return await _page(request, name)


@post("/moderation/people/{name:str}/decide")
async def decide(request: WebRequest, name: str) -> Response[Any]:
    """Decide about the account; what is missing is named beside its field and nothing typed is lost."""
    form, viewer, rt = await form_of(request), await require_staff(request, "manage_users"), runtime_of(request)
    given = given_of(form)
    draft = decision_of(given, rt.clock.now_ms())
    try:
        made = await rt.db.write("moderation.person", _decide_in, viewer.account_id, name, _version(form), draft)
    except (Invalid, Conflict) as error:
        return await _page(request, name, given=given, error=for_form(error))
    accounts.forget_viewers(rt)
    return redirect(request, f"{_address(name)}?undo={made.batch_id}.{made.undo_until}")


def _decide_in(tx: Tx, staff_id: int, name: str, version: int | None, draft: DecisionInput) -> Decided:
    known = people.named_in(tx, staff_id, name)
    return people.decide_in(tx, staff_id, known.id, version, explained_in(tx, draft, known.id))


@post("/moderation/people/{name:str}/lift")
async def lift(request: WebRequest, name: str) -> Response[Any]:
    """Take back what stands of one kind, with a reason."""
    form, viewer, rt = await form_of(request), await require_staff(request, "manage_users"), runtime_of(request)
    lifted = Lifted(kind=form.get("kind"), reason=form.get("reason"))
    try:
        await rt.db.write("moderation.lift", _lift_in, viewer, name, lifted, _version(form))
    except (Invalid, Conflict) as error:
        return await _page(request, name, lifted=lifted, error=error)
    accounts.forget_viewers(rt)
    return redirect(request, _address(name), said="measure_lifted")


def _lift_in(tx: Tx, viewer: Viewer, name: str, lifted: Lifted, version: int | None) -> None:
    known = people.named_in(tx, viewer.account_id, name)
    people.lift_in(tx, viewer, known.id, frozenset({cast("ActKind", lifted.kind)}), lifted.reason, version)


def _version(form: Form) -> int | None:
    text = form.get("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


async def _page(
    request: WebRequest,
    name: str,
    *,
    given: Given | None = None,
    lifted: Lifted | None = None,
    error: AppError | None = None,
) -> Response[Any]:
    viewer, t = await require_staff(request, "manage_users"), words_of(request)
    found, rules, names = await runtime_of(request).db.write("moderation.person", _look_in, viewer.account_id, name)
    return await moderation_page(
        request,
        "person",
        "people",
        error=error,
        map_of="person",
        found=found,
        about=found.account,
        names=names,
        lifted=lifted or Lifted(),
        undo=undo_of(request, t),
        undo_back=_address(found.account.username),
        standing=found.standing,
        **fields_of(t, rules, given or _BLANK, TO_ACCOUNTS, ("account", "none")),
        **HELPERS,
    )


def _look_in(tx: Tx, staff_id: int, name: str) -> tuple[Record, list[PolicyText], dict[int, str]]:
    known = people.named_in(tx, staff_id, name)
    found = people.look_in(tx, staff_id, known.id)
    who = {one.decision.actor_id for one in found.decisions} | {one.banned_id for one in found.links}
    who |= {one.account_id for one in found.links} | {one.holder_id for one in found.cases}
    who |= {one.assigned_to for one in found.cases}
    return found, policies.current_in(tx), names_in(tx, who)


ROUTES: list[HTTPRouteHandler] = [people_page, person_page, decide, lift]
