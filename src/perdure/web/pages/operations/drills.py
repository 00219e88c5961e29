"""Reports of drills, to be read by staff and shown to others: on paper, or as the signed file."""

import asyncio
from pathlib import Path
from typing import Any, Final, NamedTuple

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.continuity.model.drills import Drill
from perdure.continuity.service import drills
from perdure.kernel.errors import NotFound
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import WebRequest, id_of, runtime_of

_PAGE: Final = "/operations/drills"
_MOST: Final = 60


class Report(NamedTuple):
    """A report as the page shows it. ``key``: whose signature holds, hex; empty where none does."""

    drill: Drill
    key: str
    signed: bool


@get(_PAGE)
async def drills_page(request: WebRequest) -> Response[Any]:
    """Every drill, the newest first. From files alone."""
    await require_staff(request, "view_devops")
    data = runtime_of(request).settings.data
    found = await asyncio.to_thread(drills.every, data)
    return await operations_page(request, "drills", found=found[:_MOST], weekly=drills.weekly(data))


@get(f"{_PAGE}/{{at:str}}")
async def report_page(request: WebRequest, at: str) -> Response[Any]:
    """One report, whole. Raises NotFound."""
    await require_staff(request, "view_devops")
    found = await asyncio.to_thread(_read, runtime_of(request).settings.data, id_of(at, 0))
    return await operations_page(request, "drill", one=found.drill, key=found.key, signed=found.signed)


@get(f"{_PAGE}/{{at:str}}/signed")
async def signed_report(request: WebRequest, at: str) -> Response[Any]:
    """The signed file, as it lies at the stores. Raises NotFound."""
    await require_staff(request, "view_devops")
    raw = await asyncio.to_thread(drills.signature, runtime_of(request).settings.data, id_of(at, 0))
    if raw is None:
        raise NotFound("This report is not signed")
    name = f"drill-{id_of(at, 0)}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(raw, media_type="application/json", headers=headers)


def _read(data: Path, at: int) -> Report:
    drill = drills.one(data, at)
    return Report(drill, drills.signed_by(data, drill), drills.signature(data, at) is not None)


ROUTES: list[HTTPRouteHandler] = [drills_page, report_page, signed_report]
