"""Reports for the staff's apps (api.md §2, Admin). They stand on cases: what is done here is done to the case.

``ETag`` carries the case's version; a change that sends it back as ``If-Match`` fails where somebody was faster.
"""

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post, put
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.accounts.service import oversight
from perdure.kernel.db import Tx
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.admin_report import Around, admin_report_entity
from perdure.mastodon_api.entities.status import render_statuses
from perdure.mastodon_api.entities.urls import Urls
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of, version_wanted
from perdure.mastodon_api.notifications import bounds
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.statuses import path_id
from perdure.moderation.service import overseeing
from perdure.moderation.service.overseeing import StaffReport

Answer = Response[bytes]
_READ, _WRITE = "admin:read:reports", "admin:write:reports"


@get("/api/v1/admin/reports")
async def index(request: ApiRequest) -> Answer:
    """A page of reports, newest first: those that are open, or with ``resolved`` the others."""
    who, params, rt = await viewer(request, _READ), await read_params(request), runtime_of(request)
    page = Page.of(params, 100, 200)
    found = await rt.db.read_long(
        lambda tx: overseeing.search_in(
            tx,
            who.account_id,
            resolved=params.yes("resolved"),
            reporter_id=params.identifier("account_id") or 0,
            target_id=params.identifier("target_account_id") or 0,
            **bounds(page),
        )
    )
    return paged(request, await _entities(request, who, found), [one.report.id for one in found], page)


@get("/api/v1/admin/reports/{report_id:str}")
async def show(request: ApiRequest, report_id: str) -> Answer:
    """One report."""
    return await _report(request, await viewer(request, _READ), path_id(report_id))


async def _report(request: ApiRequest, who: Viewer, report_id: int) -> Answer:
    found = await runtime_of(request).db.read(overseeing.report_in, who.account_id, report_id)
    (entity,) = await _entities(request, who, [found])
    return json_response(entity, headers={"ETag": f'"{found.version}"'})


async def _entities(request: ApiRequest, who: Viewer, found: list[StaffReport]) -> list[dict[str, Any]]:
    rt = runtime_of(request)
    around = await rt.db.read(_around_in, who.account_id, found, Urls.of(rt.settings))
    ids = list(dict.fromkeys(post_id for one in found for post_id in one.report.post_ids))
    posts = {post_id: raw for post_id in ids for raw in await render_statuses(rt, who, [post_id])}
    return [admin_report_entity(one, around, posts) for one in found]


def _around_in(tx: Tx, staff_id: int, found: list[StaffReport], urls: Urls) -> Around:
    owner_id = accounts.owner_id_in(tx)
    named = {owner_id} | {
        one_id for one in found for one_id in (one.reporter_id, one.report.target_id, one.assigned_to, one.decided_by)
    }
    people = {one_id: oversight.account_in(tx, staff_id, one_id) for one_id in named if one_id}
    return Around(people, owner_id or 0, {rule.id: rule for rule in accounts.rules_in(tx)}, urls)


@put("/api/v1/admin/reports/{report_id:str}")
async def change(request: ApiRequest, report_id: str) -> Answer:
    """Say what a report is about: its category, and for violations the rules."""
    who, params, number = await viewer(request, _WRITE), await read_params(request), path_id(report_id)
    rule_ids = tuple(params.ids("rule_ids")) if params.has("rule_ids") else None
    category, version = params.text("category"), version_wanted(request)
    await runtime_of(request).db.write(
        "moderation.change_report",
        lambda tx: overseeing.change_in(
            tx, who.account_id, number, category=category, rule_ids=rule_ids, version=version
        ),
    )
    return await _report(request, who, number)


def _act(verb: str, act: Callable[[Tx, int, int, int | None], None]) -> HTTPRouteHandler:
    """A route ``POST …/:id/verb`` that answers with the report as it is then."""

    @post(f"/api/v1/admin/reports/{{report_id:str}}/{verb}", status_code=200, name=f"admin/reports/{verb}")
    async def handler(request: ApiRequest, report_id: str) -> Answer:
        who, number = await viewer(request, _WRITE), path_id(report_id)
        version = version_wanted(request)
        await runtime_of(request).db.write(f"moderation.{verb}", act, who.account_id, number, version)
        return await _report(request, who, number)

    return handler


ROUTES: list[HTTPRouteHandler] = [
    index,
    show,
    change,
    _act("assign_to_self", lambda tx, staff, one, version: overseeing.assign_in(tx, staff, one, staff, version)),
    _act("unassign", lambda tx, staff, one, version: overseeing.assign_in(tx, staff, one, None, version)),
    _act("resolve", overseeing.resolve_in),
    _act("reopen", overseeing.reopen_in),
]
