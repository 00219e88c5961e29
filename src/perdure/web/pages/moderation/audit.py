"""The record, narrowed by what it was done to, who did it, and what was done."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.audit.model import Line, Wanted
from perdure.kernel.db import Tx
from perdure.kernel.text import clean
from perdure.web.links import link_to
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, id_of, runtime_of

_MOST: Final = 50
_TOP: Final = 2**62


@get("/moderation/audit")
async def audit_page(request: WebRequest) -> Response[Any]:
    """The newest entries that fit what was asked."""
    await require_staff(request, "view_audit_log")
    asked = {
        name: clean(str(request.query_params.get(name, ""))).strip()[:80] for name in ("subject", "actor", "action")
    }
    before = id_of(request.query_params.get("before"), _TOP)
    lines, names = await runtime_of(request).db.read_long(_lines_in, asked, before)
    older = link_to("/moderation/audit", **asked, before=lines[_MOST - 1].seq) if len(lines) > _MOST else ""
    newest = link_to("/moderation/audit", **asked) if before != _TOP else ""
    shown = [(one, _detail(one)) for one in lines[:_MOST]]
    return await moderation_page(
        request, "audit", "audit", lines=shown, names=names, asked=asked, older=older, newest=newest
    )


def _lines_in(tx: Tx, asked: dict[str, str], before: int) -> tuple[list[Line], dict[int, str]]:
    actor = accounts.find_by_name_in(tx, asked["actor"].removeprefix("@")) if asked["actor"] else None
    if asked["actor"] and actor is None:
        return [], {}
    wanted = Wanted(
        subject=asked["subject"] or None,
        actor_id=actor.id if actor else None,
        action=asked["action"] or None,
        upper=before - 1,
    )
    lines = audit.lines_in(tx, wanted, _MOST + 1)
    subjects = (one.subject.partition(":") for one in lines)
    people: set[int | None] = {int(number) for kind, _, number in subjects if kind == "account" and number.isdecimal()}
    return lines, names_in(tx, people | {one.actor_id for one in lines})


def _detail(line: Line) -> str:
    detail: dict[str, Any] = msgspec.json.decode(line.detail_json)
    return " · ".join(f"{name}: {value}" for name, value in detail.items() if value not in (None, "", [], {}))


ROUTES: list[HTTPRouteHandler] = [audit_page]
