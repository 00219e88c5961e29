"""Trends: what waits for a person, what rises now, what is kept out. Approve and block, each with its reason."""

import re
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Conflict, Invalid
from perdure.signals.service import trend_desk
from perdure.signals.service.trend_desk import Thing
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, form_of, runtime_of
from perdure.web.words import Words

_COUNTED: Final = re.compile(r"(\d{1,9}) of (\d{1,9})")


class Typed(msgspec.Struct, frozen=True):
    """What somebody wrote about which thing."""

    kind: str = ""
    key: str = ""
    reason: str = ""


class Shown(msgspec.Struct, frozen=True):
    """Everything on the page."""

    waiting: list[Thing]
    rising: list[Thing]
    blocked: list[Thing]
    names: dict[int, str]


@get("/moderation/trends")
async def trends_page(request: WebRequest) -> Response[Any]:
    """What waits first."""
    return await _page(request)


@post("/moderation/trends")
async def decide(request: WebRequest) -> Response[Any]:
    """Approve or block one thing."""
    form, viewer = await form_of(request), await require_staff(request, "manage_taxonomies")
    given = Typed(kind=form.get("kind"), key=form.get("key"), reason=form.get("reason"))
    approved, version = form.get("verdict") == "approve", form.get("version")

    def body(tx: Tx) -> None:
        trend_desk.decide_in(
            tx,
            viewer.account_id,
            given.kind,
            given.key,
            approved=approved,
            reason=given.reason,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )

    try:
        await runtime_of(request).db.write("trend.decide", body)
    except (Invalid, Conflict) as error:
        return await _page(request, given, error)
    return redirect(request, "/moderation/trends", said="trend_approved" if approved else "trend_blocked")


async def _page(request: WebRequest, given: Typed | None = None, error: AppError | None = None) -> Response[Any]:
    viewer = await require_staff(request, "manage_taxonomies")
    shown = await runtime_of(request).db.read_long(_read_in, viewer.account_id)
    return await moderation_page(
        request,
        "trends",
        "trends",
        error=error,
        given=given or Typed(),
        detail_words=_detail_words,
        **msgspec.structs.asdict(shown),
    )


def _read_in(tx: Tx, staff_id: int) -> Shown:
    waiting = trend_desk.waiting_in(tx, staff_id)
    known = {(one.kind, one.key) for one in waiting}
    blocked = [one for one in trend_desk.blocked_in(tx, staff_id) if (one.kind, one.key) not in known]
    known |= {(one.kind, one.key) for one in blocked}
    rising = [one for one in trend_desk.rising_in(tx, staff_id) if (one.kind, one.key) not in known]
    every = (*waiting, *rising, *blocked)
    people = {one.author_id for one in every} | {each.author_id for one in every for each in one.samples}
    people |= {one.review.reviewer_id for one in every if one.review}
    return Shown(waiting, rising, blocked, names_in(tx, people))


def _detail_words(t: Words, detail: str) -> str:
    """What the guard counted, in the reader's language; what it quotes, as it stands."""
    found = _COUNTED.fullmatch(detail)
    return t("moderation.trending.of", n=int(found[1]), most=int(found[2])) if found else detail


ROUTES: list[HTTPRouteHandler] = [trends_page, decide]
