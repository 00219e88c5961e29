"""Threats to life: the pack that one key builds from a case, who was told, and whom to tell."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.desk.service import referrals, referrals_reading
from perdure.desk.service.referrals import ReferralInput
from perdure.desk.service.referrals_reading import ContactInput, ContactView
from perdure.kernel.errors import AppError, Invalid
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.pages.moderation.orders import pdf
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, id_of, runtime_of

_SHOWN_AGAIN: Final = frozenset({"invalid", "conflict"})
_YEAR_MS: Final = 365 * 86_400_000
_BASES: Final = ("dsa18", "tco14")


@get("/moderation/cases/{case_id:str}/refer")
async def refer_page(request: WebRequest, case_id: str) -> Response[Any]:
    """The pack as it would go out now, and one button that sends it."""
    return await _confirm(request, id_of(case_id), None, None)


async def _confirm(
    request: WebRequest, case_id: int, given: ReferralInput | None, error: AppError | None
) -> Response[Any]:
    viewer, rt = await require_staff(request, "manage_reports"), runtime_of(request)
    contacts = await rt.db.write("desk.contacts", referrals_reading.contacts_in, viewer.account_id)
    usable = [one for one in contacts if one.active]
    given = given or ReferralInput(contact_id=usable[0].id, why="")
    shown = await referrals.draft(rt, viewer.account_id, case_id, given)
    earlier = await rt.db.read(referrals_reading.of_case_in, case_id)
    return await moderation_page(
        request,
        "refer",
        "referrals",
        error=error,
        case_id=case_id,
        given=given,
        contacts=usable,
        bases=_BASES,
        pack=shown.pack,
        earlier=earlier,
    )


@post("/moderation/cases/{case_id:str}/refer")
async def refer(request: WebRequest, case_id: str) -> Response[Any]:
    """Tell the authority."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_reports"), id_of(case_id)
    given = ReferralInput(
        contact_id=id_of(form.get("contact_id")),
        why=form.get("why"),
        basis="tco14" if form.get("basis") == "tco14" else "dsa18",
    )
    try:
        made = await referrals.refer(runtime_of(request), viewer.account_id, number, given)
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await _confirm(request, number, given, error)
    return redirect(request, f"/moderation/referrals/{made}", said="order_sent")


@get("/moderation/referrals")
async def index(request: WebRequest) -> Response[Any]:
    """Who was told what, newest first."""
    return await _list(request, ContactInput(name=""), None)


async def _list(request: WebRequest, typed: ContactInput, error: AppError | None) -> Response[Any]:
    viewer, rt = await require_staff(request, "manage_reports"), runtime_of(request)
    contacts = await rt.db.write("desk.contacts", referrals_reading.contacts_in, viewer.account_id)
    found = await rt.db.read(referrals_reading.referrals_in, viewer.account_id)
    names = await rt.db.read(names_in, {one.made_by for one in found})
    now = rt.clock.now_ms()
    figures = await rt.db.read(referrals_reading.figures_in, now - _YEAR_MS, now + 1)
    return await moderation_page(
        request,
        "referrals",
        "referrals",
        error=error,
        referrals=found,
        figures=figures,
        contacts=contacts,
        names=names,
        typed=typed,
        may_change=accounts.holds(viewer.role, "manage_settings"),
    )


@get("/moderation/referrals/{referral_id:str}")
async def referral_page(request: WebRequest, referral_id: str) -> Response[Any]:
    """One referral with its pack; that it was looked at is written down."""
    return await _show(request, id_of(referral_id), None)


async def _show(request: WebRequest, number: int, error: AppError | None) -> Response[Any]:
    viewer, rt = await require_staff(request, "manage_reports"), runtime_of(request)
    pack = await referrals.read(rt, viewer.account_id, number)
    one, seen = await rt.db.read(referrals_reading.referral_in, viewer.account_id, number)
    people = {one.made_by, one.receipt_by, *(each.account_id for each in seen)}
    names = await rt.db.read(names_in, people)
    return await moderation_page(
        request, "referral", "referrals", error=error, one=one, pack=pack, seen=seen, names=names
    )


@get("/moderation/referrals/{referral_id:str}/paper")
async def paper(request: WebRequest, referral_id: str) -> Response[Any]:
    """A pack on paper."""
    viewer, number = await require_staff(request, "manage_reports"), id_of(referral_id)
    return pdf(await referrals.paper(runtime_of(request), viewer.account_id, number), f"referral-{number}")


@post("/moderation/referrals/{referral_id:str}/receipt")
async def receipt(request: WebRequest, referral_id: str) -> Response[Any]:
    """Write down the authority's number."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_reports"), id_of(referral_id)
    try:
        await runtime_of(request).db.write(
            "desk.referral_receipt", referrals.acknowledge_in, viewer.account_id, number, form.get("receipt")
        )
    except Invalid as error:
        return await _show(request, number, error)
    return redirect(request, f"/moderation/referrals/{number}", said="order_saved")


@post("/moderation/referral-contacts")
async def add(request: WebRequest) -> Response[Any]:
    """Register whom to tell."""
    form, viewer = await form_of(request), await require_staff(request, "manage_settings")
    typed = _typed(form)
    try:
        await runtime_of(request).db.write("desk.contact", referrals_reading.add_contact_in, viewer.account_id, typed)
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await _list(request, typed, error)
    return redirect(request, "/moderation/referrals#contacts", said="order_saved")


@get("/moderation/referral-contacts/{contact_id:str}")
async def contact_page(request: WebRequest, contact_id: str) -> Response[Any]:
    """One of them, to be changed."""
    viewer = await require_staff(request, "manage_settings")
    number = id_of(contact_id)
    contacts: list[ContactView] = await runtime_of(request).db.write(
        "desk.contacts", referrals_reading.contacts_in, viewer.account_id
    )
    found = next((one for one in contacts if one.id == number), None)
    if found is None:
        return redirect(request, "/moderation/referrals#contacts")
    return await moderation_page(request, "referral_contact", "referrals", typed=found, contact_id=number)


@post("/moderation/referral-contacts/{contact_id:str}")
async def change(request: WebRequest, contact_id: str) -> Response[Any]:
    """Say something else about one."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_settings"), id_of(contact_id)
    typed = msgspec.structs.replace(_typed(form), active=form.has("active"))
    try:
        await runtime_of(request).db.write(
            "desk.contact", referrals_reading.change_contact_in, viewer.account_id, number, typed
        )
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await moderation_page(
            request, "referral_contact", "referrals", error=error, typed=typed, contact_id=number
        )
    return redirect(request, "/moderation/referrals#contacts", said="order_saved")


def _typed(form: Form) -> ContactInput:
    given = {name: form.get(name) for name in ("name", "country", "email", "telephone", "note")}
    kind = form.get("kind") if form.get("kind") in {"home", "state", "europol"} else "state"
    return msgspec.convert(given | {"kind": kind, "locale": "fr" if form.get("locale") == "fr" else "en"}, ContactInput)


ROUTES: list[HTTPRouteHandler] = [
    refer_page,
    refer,
    index,
    referral_page,
    paper,
    receipt,
    add,
    contact_page,
    change,
]
