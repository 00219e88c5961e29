"""What is published of decisions: every version of every yearly report, for everybody."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.kernel.errors import NotFound
from perdure.transparency.service import reports
from perdure.web.page import render
from perdure.web.request import WebRequest, runtime_of


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 6):
        raise NotFound
    return int(text)


@get("/transparency")
async def index(request: WebRequest) -> Response[Any]:
    """Which reports there are."""
    return await render(request, "transparency/index.html", reports=await runtime_of(request).db.read(reports.every_in))


@get("/transparency/{year:str}")
async def newest(request: WebRequest, year: str) -> Response[Any]:
    """Leads to the newest version of a year."""
    found = await runtime_of(request).db.read(reports.one_in, _number(year))
    return Redirect(f"/transparency/{found.year}/{found.number}")


@get("/transparency/{year:str}/{number:str}")
async def report(request: WebRequest, year: str, number: str) -> Response[Any]:
    """A version of a report."""
    found = await runtime_of(request).db.read(reports.one_in, _number(year), _number(number))
    return await render(request, "transparency/report.html", one=found)


@get("/transparency/{year:str}/{number:str}/tables.zip")
async def archive(request: WebRequest, year: str, number: str) -> Response[Any]:
    """The tables of a version as CSV."""
    content = await runtime_of(request).db.read(reports.archive_in, _number(year), _number(number))
    name = f"transparency-{_number(year)}-{_number(number)}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "public, max-age=3600"}
    return Response(content, media_type="application/zip", headers=headers)


ROUTES: list[HTTPRouteHandler] = [index, newest, report, archive]
