"""Orders of authorities: the list, one with everything that belongs to it, and the form for one that came on paper."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.desk.model import Arrived, SenderView
from perdure.desk.rules.orders import annex
from perdure.desk.rules.orders.annex import OrderFields
from perdure.desk.service import arriving, orders_acting, orders_reading, senders
from perdure.desk.service import orders_answering as answering
from perdure.desk.service.orders import AUTHORITIES
from perdure.desk.service.orders_reading import OrderOpened, OrderView
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid, NotFound
from perdure.web.page import redirect
from perdure.web.pages.moderation import telling
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, id_of, runtime_of

_PAGE: Final = 40
_TOP: Final = 2**63 - 1
_SHOWN_AGAIN: Final = frozenset({"invalid", "conflict"})
_TEXTS: Final = (
    "authority", "country", "reference", "file_number", "issued", "legal_ground", "reasons", "silence_reason",
    "representative", "address", "telephone", "email", "redress", "authentication",
)  # fmt: skip
_MOST: Final = 4000


@get("/moderation/orders")
async def index(request: WebRequest) -> Response[Any]:
    """Orders, newest first."""
    viewer = await require_staff(request, "manage_reports")
    before = id_of(request.query_params.get("before"), _TOP)

    def read(tx: Tx) -> tuple[list[OrderView], int]:
        return orders_reading.orders_in(
            tx, viewer.account_id, before=before, most=_PAGE
        ), orders_reading.open_conflicts_in(tx)

    found, contradicting = await runtime_of(request).db.read_long(read)
    older = f"/moderation/orders?before={found[-1].id}" if len(found) == _PAGE else ""
    return await moderation_page(
        request,
        "orders",
        "orders",
        orders=found,
        contradicting=contradicting,
        older=older,
        newest="/moderation/orders" if before != _TOP else "",
        due=telling.due,
        may_change=accounts.holds(viewer.role, "manage_settings"),
    )


@get("/moderation/orders/of-letter/{letter_id:str}")
async def of_letter(request: WebRequest, letter_id: str) -> Response[Any]:
    """Leads to the order that a letter is."""
    viewer = await require_staff(request, "manage_reports")
    found = await runtime_of(request).db.read(orders_reading.of_letter_in, viewer.account_id, id_of(letter_id))
    return redirect(request, f"/moderation/orders/{found}")


@get("/moderation/orders/{order_id:str}")
async def order_page(request: WebRequest, order_id: str) -> Response[Any]:
    """One order."""
    return await _show(request, id_of(order_id))


async def _show(request: WebRequest, order_id: int, error: AppError | None = None) -> Response[Any]:
    viewer = await require_staff(request, "manage_reports")
    found: OrderOpened = await runtime_of(request).db.read_long(orders_reading.order_in, viewer.account_id, order_id)
    values = {name: getattr(found, name) for name in OrderOpened.__struct_fields__}
    return await moderation_page(
        request, "order", "orders", error=error, running=telling.running, obligation=telling.obligation, **values
    )


_BY_WORDS: Final[dict[str, Callable[..., Any]]] = {
    "verify": orders_acting.verify_in,
    "reject": orders_acting.reject_in,
    "fall": orders_acting.fall_in,
    "stay_silent": orders_acting.stay_silent_in,
}
_PLAIN: Final[dict[str, Callable[..., Any]]] = {
    "confirm": orders_acting.confirm_in,
    "resume": orders_acting.resume_in,
    "contacted": orders_acting.contacted_in,
}


@post("/moderation/orders/{order_id:str}/{verb:str}")
async def act(request: WebRequest, order_id: str, verb: str) -> Response[Any]:
    """Do something about an order."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_reports"), id_of(order_id)
    db, who = runtime_of(request).db, viewer.account_id
    try:
        if verb in _BY_WORDS:
            await db.write(f"desk.order_{verb}", _BY_WORDS[verb], who, number, form.get("text"))
        elif verb in _PLAIN:
            await db.write(f"desk.order_{verb}", _PLAIN[verb], who, number)
        elif verb == "cannot":
            said = form.get("reason"), form.get("text")
            await db.write("desk.order_cannot", orders_acting.cannot_in, who, number, *said)
        else:
            raise NotFound
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await _show(request, number, error)
    return redirect(request, f"/moderation/orders/{number}", said="order_saved")


@post("/moderation/orders/{order_id:str}/answers/{answer_id:str}")
async def send(request: WebRequest, order_id: str, answer_id: str) -> Response[Any]:
    """Send an answer to the authority."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_reports"), id_of(order_id)
    try:
        await answering.send(runtime_of(request), viewer.account_id, id_of(answer_id), form.get("to") or None)
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await _show(request, number, error)
    return redirect(request, f"/moderation/orders/{number}", said="order_sent")


@get("/moderation/orders/{order_id:str}/answers/{answer_id:str}/paper")
async def paper(request: WebRequest, order_id: str, answer_id: str) -> Response[Any]:
    """An answer on paper."""
    viewer, number = await require_staff(request, "manage_reports"), id_of(answer_id)
    content = await answering.paper(runtime_of(request), viewer.account_id, number)
    return pdf(content, f"order-{id_of(order_id)}")


def pdf(content: bytes, name: str) -> Response[bytes]:
    """A PDF to be kept, in no cache."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


@post("/moderation/orders/{order_id:str}/conflicts/{conflict_id:str}")
async def settle(request: WebRequest, order_id: str, conflict_id: str) -> Response[Any]:
    """Say what holds where two orders contradict each other."""
    form, viewer, number = await form_of(request), await require_staff(request, "manage_reports"), id_of(order_id)
    try:
        await runtime_of(request).db.write(
            "desk.order_conflict",
            orders_acting.settle_conflict_in,
            viewer.account_id,
            id_of(conflict_id),
            form.get("text"),
        )
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await _show(request, number, error)
    return redirect(request, f"/moderation/orders/{number}", said="order_saved")


@get("/moderation/orders/new")
async def new_page(request: WebRequest) -> Response[Any]:
    """The form for an order that came on paper, by telephone or through another system."""
    return await _form(request, OrderFields(), "", 0, None)


async def _form(
    request: WebRequest, typed: OrderFields, urls: str, sender_id: int, error: AppError | None
) -> Response[Any]:
    viewer = await require_staff(request, "manage_reports")
    known = await runtime_of(request).db.read(senders.every_in, viewer.account_id)
    return await moderation_page(
        request,
        "order_new",
        "orders",
        error=error,
        typed=typed,
        urls=urls,
        sender_id=sender_id,
        senders=_authorities(known),
        grounds=annex.GROUNDS,
    )


def _authorities(known: list[SenderView]) -> list[SenderView]:
    return [one for one in known if one.authority in AUTHORITIES]


@post("/moderation/orders/new")
async def bring(request: WebRequest) -> Response[Any]:
    """Bring an order in: it is written on the template and goes the way of every letter."""
    form, viewer, rt = await form_of(request), await require_staff(request, "manage_reports"), runtime_of(request)
    typed, sender_id = _typed(form), id_of(form.get("sender_id"), 0) if form.get("sender_id") else 0
    known = {one.id for one in _authorities(await rt.db.read(senders.every_in, viewer.account_id))}
    try:
        _check(typed, sender_id, known)
        arrived = Arrived(
            raw=annex.as_text(typed).encode(),
            channel="paste",
            received_at=rt.clock.now_ms(),
            name="order.txt",
            mime="text/plain",
            sender_id=sender_id or None,
            proof="staff" if sender_id else "",
            by_account=viewer.account_id,
        )
        letter_id = await arriving.arrive(rt, arrived)
    except AppError as error:
        if error.kind not in _SHOWN_AGAIN:
            raise
        return await _form(request, typed, form.get("urls"), sender_id, error)
    return redirect(request, f"/moderation/letters/{letter_id}", said="order_saved")


def _typed(form: Form) -> OrderFields:
    plain = {name: " ".join(form.get(name).split())[:_MOST] for name in _TEXTS}
    kind = form.get("kind") if form.get("kind") in {"removal", "preservation", "reinstatement"} else "removal"
    return msgspec.convert(
        plain
        | {
            "kind": kind,
            "urls": tuple(form.get("urls").split())[: annex.MOST_URLS],
            "grounds": tuple(one for one in form.all("grounds") if one in annex.GROUNDS),
            "silence": form.has("silence"),
            "emergency": form.has("emergency"),
        },
        OrderFields,
    )


def _check(typed: OrderFields, sender_id: int, known: set[int]) -> None:
    faults: dict[str, list[tuple[str, str]]] = {}
    if not typed.reference:
        faults["reference"] = [("ERR_BLANK", "can't be blank")]
    if not typed.urls:
        faults["urls"] = [("ERR_BLANK", "can't be blank")]
    if sender_id and sender_id not in known:
        faults["sender_id"] = [("ERR_INCLUSION", "is not included in the list")]
    if faults:
        said = ", ".join(f"{name.capitalize()} {found[0][1]}" for name, found in faults.items())
        raise Invalid(f"Validation failed: {said}", faults)


ROUTES: list[HTTPRouteHandler] = [index, new_page, bring, of_letter, order_page, act, send, paper, settle]
