"""Who writes letters: how their notices fare, what they are registered as, their tokens, and measures against them."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.desk.model import SenderInput, SenderView
from perdure.desk.rules.senders import AUTHORITIES
from perdure.desk.service import letters, measuring, senders
from perdure.desk.service.letters import LetterView
from perdure.desk.service.measuring import SenderFigures
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model.misuse import MisuseMeasure
from perdure.moderation.service import misuse
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.moderation.misusing import Weighed, until_of, weighed_of
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, id_of, runtime_of

_LETTERS: Final = 20
_HOUR: Final = 60


class Known(msgspec.Struct, frozen=True):
    """A sender beside how their letters fare."""

    sender: SenderView
    figures: SenderFigures


class Whole(msgspec.Struct, frozen=True):
    """Everything about one sender."""

    sender: SenderView
    figures: SenderFigures
    letters: list[LetterView]
    measures: list[MisuseMeasure]


class Typed(msgspec.Struct, frozen=True):
    """A sender as it stands in the form."""

    name: str = ""
    authority: str = "provider"
    domains: str = ""
    addresses: str = ""
    locale: str = "en"
    answer_to: str = ""
    hours: str = ""
    hook_url: str = ""


def _typed(form: Form) -> Typed:
    return Typed(**{name: form.get(name) for name in Typed.__struct_fields__})


def _as_typed(one: SenderView) -> Typed:
    hours = "" if one.limit_minutes is None else f"{one.limit_minutes / _HOUR:g}"
    return Typed(
        name=one.name,
        authority=one.authority,
        domains="\n".join(one.domains),
        addresses="\n".join(one.addresses),
        locale=one.locale,
        answer_to=one.answer_to,
        hours=hours,
        hook_url=one.hook_url,
    )


def _input_of(typed: Typed, obligation: str = "") -> SenderInput:
    """The form as it is checked; what is no number of hours becomes one that is refused."""
    try:
        minutes = round(float(typed.hours.replace(",", ".")) * _HOUR) if typed.hours.strip() else None
    except (ValueError, OverflowError):
        minutes = 0
    given = {
        "name": typed.name,
        "domains": tuple(typed.domains.split()),
        "addresses": tuple(typed.addresses.split()),
        "locale": typed.locale,
        "answer_to": typed.answer_to,
        "obligation": obligation,
        "limit_minutes": minutes,
        "hook_url": typed.hook_url,
    }
    return msgspec.convert(
        given | {"authority": typed.authority if typed.authority in AUTHORITIES else "provider"}, SenderInput
    )


@get("/moderation/senders")
async def index(request: WebRequest) -> Response[Any]:
    """Every sender, with the figures of a year, and the form for a new one."""
    return await _list(request, Typed(), None)


async def _list(request: WebRequest, typed: Typed, error: AppError | None) -> Response[Any]:
    viewer = await require_staff(request, "manage_reports")
    found = await runtime_of(request).db.read_long(_known_in, viewer.account_id)
    return await moderation_page(
        request,
        "senders",
        "senders",
        error=error,
        senders=found,
        typed=typed,
        authorities=AUTHORITIES,
        may_change=accounts.holds(viewer.role, "manage_settings"),
    )


def _known_in(tx: Tx, staff_id: int) -> list[Known]:
    found = senders.every_in(tx, staff_id)
    figures = measuring.figures_of_in(tx, [one.id for one in found])
    return [Known(one, figures[one.id]) for one in found]


@post("/moderation/senders")
async def create(request: WebRequest) -> Response[Any]:
    """Register one."""
    viewer = await require_staff(request, "manage_settings")
    typed = _typed(await form_of(request))
    try:
        made, secret = await senders.create(runtime_of(request), viewer.account_id, _input_of(typed))
    except AppError as error:
        return await _list(request, typed, error)
    if not secret:
        return redirect(request, f"/moderation/senders/{made.id}", said="saved")
    return await _page(request, made.id, secret=secret)


@get("/moderation/senders/{sender_id:str}")
async def page(request: WebRequest, sender_id: str) -> Response[Any]:
    """One sender."""
    return await _page(request, id_of(sender_id))


async def _page(
    request: WebRequest,
    sender_id: int,
    *,
    typed: Typed | None = None,
    weighed: Weighed | None = None,
    error: AppError | None = None,
    secret: str = "",
    token: str = "",
) -> Response[Any]:
    viewer = await require_staff(request, "manage_reports")
    found = await runtime_of(request).db.read_long(_whole_in, viewer.account_id, sender_id)
    return await moderation_page(
        request,
        "sender",
        "senders",
        error=error,
        one=found.sender,
        figures=found.figures,
        letters=found.letters,
        measures=found.measures,
        typed=typed or _as_typed(found.sender),
        weighed=weighed or Weighed(),
        authorities=AUTHORITIES,
        secret=secret,
        token=token,
        may_change=accounts.holds(viewer.role, "manage_settings"),
        may_measure=accounts.holds(viewer.role, "manage_users"),
    )


def _whole_in(tx: Tx, staff_id: int, sender_id: int) -> Whole:
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return Whole(
        senders.one_in(tx, sender_id),
        measuring.figures_in(tx, sender_id),
        letters.letters_in(tx, sender_id=sender_id, most=_LETTERS),
        misuse.of_in(tx, "sender", sender_id),
    )


@post("/moderation/senders/{sender_id:str}")
async def change(request: WebRequest, sender_id: str) -> Response[Any]:
    """Say something else about one."""
    viewer, number, rt = await require_staff(request, "manage_settings"), id_of(sender_id), runtime_of(request)
    form = await form_of(request)
    typed, version = _typed(form), form.get("version")
    known = await rt.db.read(senders.one_in, number)
    try:
        given = _input_of(typed, known.obligation)
        seen = int(version) if version.isdecimal() else None
        _, secret = await senders.change(rt, viewer.account_id, number, given, seen)
    except AppError as error:
        return await _page(request, number, typed=typed, error=error)
    if secret:
        return await _page(request, number, secret=secret)
    return redirect(request, f"/moderation/senders/{number}", said="saved")


@post("/moderation/senders/{sender_id:str}/tokens")
async def issue(request: WebRequest, sender_id: str) -> Response[Any]:
    """A token, shown this once."""
    viewer, number = await require_staff(request, "manage_settings"), id_of(sender_id)
    name = (await form_of(request)).get("token_name")
    try:
        token = await runtime_of(request).db.write(
            "desk.sender_token", senders.new_token_in, viewer.account_id, number, name
        )
    except AppError as error:
        return await _page(request, number, error=error)
    return await _page(request, number, token=token)


@post("/moderation/senders/{sender_id:str}/tokens/revoke")
async def revoke(request: WebRequest, sender_id: str) -> Response[Any]:
    """Make the tokens of a name worthless."""
    viewer, number = await require_staff(request, "manage_settings"), id_of(sender_id)
    name = (await form_of(request)).get("token_name")
    await runtime_of(request).db.write("desk.sender_token", senders.revoke_tokens_in, viewer.account_id, number, name)
    return redirect(request, f"/moderation/senders/{number}", said="saved")


@post("/moderation/senders/{sender_id:str}/measures")
async def measure(request: WebRequest, sender_id: str) -> Response[Any]:
    """Warn or suspend one, weighed."""
    viewer, number, rt = await require_staff(request, "manage_users"), id_of(sender_id), runtime_of(request)
    weighed = weighed_of(await form_of(request))
    given = weighed.input("sender", number, until_of(weighed, rt.clock.now_ms()))
    body = measuring.suspend_in if weighed.kind == "suspension" else measuring.warn_in
    try:
        await rt.db.write("moderation.misuse", body, viewer.account_id, given)
    except AppError as error:
        return await _page(request, number, weighed=weighed, error=error)
    return redirect(request, f"/moderation/senders/{number}", said="saved")


ROUTES: list[HTTPRouteHandler] = [index, create, page, change, issue, revoke, measure]
