"""The tamper-evident record of what staff and the site did."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.audit.model import Line
from perdure.kernel.runtime import Runtime
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import WebRequest, id_of, runtime_of

_MOST: Final = 50
_CHECKED: Final = 5000
_TOP: Final = 2**62


@get("/operations/record")
async def record_page(request: WebRequest) -> Response[Any]:
    """A page of entries, and whether the newest part of the chain holds."""
    await require_staff(request, "view_audit_log")
    rt = runtime_of(request)
    before = id_of(request.query_params.get("before"), _TOP)
    entries = await audit.newest(rt, before, _MOST + 1)
    count, broken = await rt.db.read_long(audit.verify_newest_in, _CHECKED)
    return await operations_page(
        request,
        "record",
        entries=[(one, _detail(one)) for one in entries[:_MOST]],
        names=await _names(rt, entries),
        count=count,
        checked=_CHECKED,
        broken=broken,
        older=f"/operations/record?before={entries[_MOST - 1].seq}" if len(entries) > _MOST else "",
        newest="/operations/record" if before != _TOP else "",
    )


async def _names(rt: Runtime, entries: list[Line]) -> dict[int, str]:
    """User names of everybody in the entries, by id."""
    subjects = (one.subject.partition(":") for one in entries)
    ids = {int(number) for kind, _, number in subjects if kind == "account" and number.isdecimal()}
    ids |= {one.actor_id for one in entries if one.actor_id is not None}
    return {view.id: view.username for view in (await rt.db.read(accounts.views_in, list(ids))).values()}


def _detail(entry: Line) -> str:
    detail: dict[str, Any] = msgspec.json.decode(entry.detail_json)
    return " · ".join(f"{name}: {_plain(value)}" for name, value in detail.items())


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


ROUTES: list[HTTPRouteHandler] = [record_page]
