"""Orders of authorities and referrals to them, for staff; drills of the notice desk for everybody."""

from typing import Any

import msgspec
from litestar import Response, get, post, put

from perdure.desk.service import contact, referrals, referrals_reading
from perdure.desk.service import orders_acting as acting
from perdure.desk.service import orders_answering as answering
from perdure.desk.service import orders_reading as reading
from perdure.desk.service.referrals import ReferralInput
from perdure.kernel.errors import NotFound
from perdure.ops_api.moderation.common import (
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    number_of,
    page_of,
    runtime_of,
    staff,
    version_of,
)

Answer = Response[bytes]
_ORDERS = "/api/perdure/v1/orders"
_REFERRALS = "/api/perdure/v1/referrals"
_TOP = 2**63 - 1


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says about what they do. ``reason`` is that of Annex III, ``to`` an address."""

    text: str = ""
    reason: str = ""
    to: str = ""


@get(_ORDERS)
async def index(request: ApiRequest) -> Answer:
    """Orders, newest first; ``before`` an id."""
    who, before = await staff(request, READ), page_of(request, "before", _TOP)
    return answer(await runtime_of(request).db.read(lambda tx: reading.orders_in(tx, who.account_id, before=before)))


@get(f"{_ORDERS}/{{order_id:str}}")
async def show(request: ApiRequest, order_id: str) -> Answer:
    """One order with what it names, its clocks, its answers and what contradicts it."""
    who = await staff(request, READ)
    found = await runtime_of(request).db.read_long(reading.order_in, who.account_id, number_of(order_id))
    return answer(found, version=found.order.version)


@post(f"{_ORDERS}/{{order_id:str}}/{{verb:str}}", status_code=200)
async def act(request: ApiRequest, order_id: str, verb: str) -> Answer:
    """verify, reject, confirm, cannot, resume, fall, stay_silent, contacted; ``text`` says how or why."""
    who, given, number = await staff(request, WRITE), await body_of(request, Words), number_of(order_id)
    by_words: dict[str, Any] = {
        "verify": acting.verify_in,
        "reject": acting.reject_in,
        "fall": acting.fall_in,
        "stay_silent": acting.stay_silent_in,
    }
    plain: dict[str, Any] = {
        "confirm": acting.confirm_in,
        "resume": acting.resume_in,
        "contacted": acting.contacted_in,
    }
    db = runtime_of(request).db
    if verb in by_words:
        await db.write(f"desk.order_{verb}", by_words[verb], who.account_id, number, given.text)
    elif verb in plain:
        await db.write(f"desk.order_{verb}", plain[verb], who.account_id, number)
    elif verb == "cannot":
        await db.write("desk.order_cannot", acting.cannot_in, who.account_id, number, given.reason, given.text)
    else:
        raise NotFound
    return answer(await db.read_long(reading.order_in, who.account_id, number))


@post("/api/perdure/v1/order_answers/{answer_id:str}/send", status_code=200)
async def send(request: ApiRequest, answer_id: str) -> Answer:
    """Send Annex II or III to the authority; ``to`` is another address than the order's own."""
    who, given = await staff(request, WRITE), await body_of(request, Words)
    await answering.send(runtime_of(request), who.account_id, number_of(answer_id), given.to or None)
    return answer({"sent": True})


@post("/api/perdure/v1/order_conflicts/{conflict_id:str}/settle", status_code=200)
async def settle(request: ApiRequest, conflict_id: str) -> Answer:
    """Say what holds where two orders contradict each other."""
    who, given, number = await staff(request, WRITE), await body_of(request, Words), number_of(conflict_id)
    await runtime_of(request).db.write(
        "desk.order_conflict", acting.settle_conflict_in, who.account_id, number, given.text
    )
    return answer({"settled": True})


@get("/api/perdure/v1/contact_point")
async def point(request: ApiRequest) -> Answer:
    """Where authorities and users reach this site, for everybody."""
    found = await runtime_of(request).db.read(contact.contact_in)
    return answer(found, version=found.version)


@put("/api/perdure/v1/contact_point")
async def change_point(request: ApiRequest) -> Answer:
    """Say where authorities reach this site."""
    who, given, version = (
        await staff(request, WRITE),
        await body_of(request, contact.ContactInput),
        version_of(request),
    )
    made = await runtime_of(request).db.write("desk.contact_point", contact.change_in, who.account_id, given, version)
    return answer(made, version=made.version)


@get(_REFERRALS)
async def referred(request: ApiRequest) -> Answer:
    """Referrals, newest first; ``before`` an id."""
    who, before = await staff(request, READ), page_of(request, "before", _TOP)
    return answer(
        await runtime_of(request).db.read(lambda tx: referrals_reading.referrals_in(tx, who.account_id, before=before))
    )


@get(f"{_REFERRALS}/{{referral_id:str}}")
async def one(request: ApiRequest, referral_id: str) -> Answer:
    """One referral with its pack; who looked is written down."""
    who, rt, number = await staff(request, READ), runtime_of(request), number_of(referral_id)
    pack = await referrals.read(rt, who.account_id, number)
    view, seen = await rt.db.read(referrals_reading.referral_in, who.account_id, number)
    return answer({"referral": view, "accesses": seen, "pack": pack}, version=view.version)


@post("/api/perdure/v1/moderation/cases/{case_id:str}/refer", status_code=200)
async def refer(request: ApiRequest, case_id: str) -> Answer:
    """Tell an authority of a threat to life."""
    who, given, rt = await staff(request, WRITE), await body_of(request, ReferralInput), runtime_of(request)
    made = await referrals.refer(rt, who.account_id, number_of(case_id), given)
    view, _ = await rt.db.read(referrals_reading.referral_in, who.account_id, made)
    return answer(view, version=view.version)


@post(f"{_REFERRALS}/{{referral_id:str}}/receipt", status_code=200)
async def receipt(request: ApiRequest, referral_id: str) -> Answer:
    """Write down the authority's number (``text``)."""
    who, given, number = await staff(request, WRITE), await body_of(request, Words), number_of(referral_id)
    await runtime_of(request).db.write(
        "desk.referral_receipt", referrals.acknowledge_in, who.account_id, number, given.text
    )
    return answer({"acknowledged": True})


@get("/api/perdure/v1/referral_contacts")
async def contacts(request: ApiRequest) -> Answer:
    """Whom to tell, the one to propose in front."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.write("desk.contacts", referrals_reading.contacts_in, who.account_id))


@post("/api/perdure/v1/referral_contacts", status_code=200)
async def add_contact(request: ApiRequest) -> Answer:
    """Register whom to tell."""
    who, given = await staff(request, WRITE), await body_of(request, referrals_reading.ContactInput)
    made = await runtime_of(request).db.write("desk.contact", referrals_reading.add_contact_in, who.account_id, given)
    return answer({"id": made})


@put("/api/perdure/v1/referral_contacts/{contact_id:str}")
async def change_contact(request: ApiRequest, contact_id: str) -> Answer:
    """Say something else about one."""
    who, given = await staff(request, WRITE), await body_of(request, referrals_reading.ContactInput)
    await runtime_of(request).db.write(
        "desk.contact", referrals_reading.change_contact_in, who.account_id, number_of(contact_id), given
    )
    return answer({"changed": True})


ROUTES = [
    index,
    show,
    act,
    send,
    settle,
    point,
    change_point,
    referred,
    one,
    refer,
    receipt,
    contacts,
    add_contact,
    change_contact,
]
