"""Reports: say that something is wrong, and see what became of it (api.md §4, "Reports with an answer")."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.service import Proof
from perdure.desk.service import following as following_letters
from perdure.kernel.errors import NotFound
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api import notices as desk
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.report import objections_entity, own_appeal_entity, report_entity
from perdure.mastodon_api.entities.urls import Urls
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.notifications import bounds
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id
from perdure.moderation.model import Notice, OwnReport, Report
from perdure.moderation.service import following, objecting, reports

_READ, _WRITE = "read:reports", "write:reports"


async def _entities(rt: Runtime, found: list[OwnReport]) -> list[dict[str, Any]]:
    people = await rt.db.read(accounts.views_in, {one.target_id for one in found if one.target_id})
    urls = Urls.of(rt.settings)
    return [report_entity(one, people.get(one.target_id or 0), urls) for one in found]


def _address(request: ApiRequest) -> str:
    return str(request.scope.get("state", {}).get("client_ip", ""))


def _ids(params: Params, name: str) -> tuple[int, ...]:
    """Ids of which every one must be one. Raises NotFound; too many are left for the service to refuse."""
    given = params.texts(name)
    return tuple(range(len(given))) if len(given) > reports.MOST_ITEMS else tuple(path_id(one) for one in given)


@post("/api/v1/reports", status_code=200)
async def create(request: ApiRequest) -> Response[bytes]:
    """Report an account, or posts of it."""
    who, params, rt = await viewer(request, _WRITE), await read_params(request), runtime_of(request)
    rule_ids = tuple(params.ids("rule_ids"))
    report = Report(
        target_id=path_id(params.required("account_id")),
        post_ids=_ids(params, "status_ids"),
        comment=params.text("comment") or "",
        category=params.text("category") or ("violation" if rule_ids else "other"),
        harm=params.text("harm") or "",
        threat_to_life=params.yes("threat_to_life"),
        rule_ids=rule_ids,
        forward=params.yes("forward"),
    )
    filed = await reports.file_report(rt, who, report, _address(request))
    return json_response(report_entity(filed.own, filed.target, Urls.of(rt.settings)))


@get("/api/v1/reports")
async def index(request: ApiRequest) -> Response[bytes]:
    """One's own reports, newest first."""
    who, params, rt = await viewer(request, _READ), await read_params(request), runtime_of(request)
    page = Page.of(params, 20, 100)
    found = await rt.db.read(
        lambda tx: following.own_reports_in(
            tx,
            who.account_id,
            resolved=params.flag("resolved"),
            target_id=params.identifier("target_account_id") or 0,
            **bounds(page),
        )
    )
    return paged(request, await _entities(rt, found), [one.id for one in found], page)


@get("/api/v1/reports/{report_id:str}")
async def show(request: ApiRequest, report_id: str) -> Response[bytes]:
    """One of one's own reports."""
    who, rt = await viewer(request, _READ), runtime_of(request)
    number = path_id(report_id)
    found = await rt.db.read(following.own_report_in, who.account_id, number)
    objections = await rt.db.read(objecting.own_in, who.account_id, number)
    people = await rt.db.read(accounts.views_in, {found.target_id} if found.target_id else set())
    return json_response(report_entity(found, people.get(found.target_id or 0), Urls.of(rt.settings), objections))


@post("/api/perdure/v1/reports/{report_id:str}/appeal", status_code=200)
async def appeal(request: ApiRequest, report_id: str) -> Response[bytes]:
    """Say why a decision about what one reported is wrong; without ``decision_ids`` against all that are open."""
    who, params, rt = await viewer(request, _WRITE), await read_params(request), runtime_of(request)
    made = await objecting.appeal_own(
        rt,
        who.account_id,
        path_id(report_id),
        params.text("text") or "",
        decision_ids=_ids(params, "decision_ids"),
        locale=who.locale,
    )
    return json_response([own_appeal_entity(one) for one in made])


@get("/api/perdure/v1/notices/puzzle")
async def puzzle(request: ApiRequest) -> Response[bytes]:
    """A puzzle to be solved before a notice is sent without an account (ALTCHA's form)."""
    made = await accounts.new_puzzle(runtime_of(request))
    return json_response({"ticket": made.ticket, "challenge": made.challenge})


@post("/api/perdure/v1/notices", status_code=200)
async def notify(request: ApiRequest) -> Response[bytes]:
    """A notice by whoever has no account (DSA Art 16), or a letter of a registered sender; the receipt comes back."""
    if await desk.is_letter(request):
        return await desk.send(request)
    params, rt = await read_params(request), runtime_of(request)
    notice = Notice(
        urls=tuple(params.texts("urls")),
        reasons=params.text("reasons") or "",
        harm=params.text("harm") or "",
        name=params.text("name") or "",
        email=params.text("email") or "",
        good_faith=params.yes("good_faith"),
        threat_to_life=params.yes("threat_to_life"),
        legal_basis=params.text("legal_basis") or "",
        locale="fr" if (params.text("locale") or "").startswith("fr") else "en",
    )
    proof = Proof(params.text("altcha") or "", params.text("ticket") or "", _address(request))
    receipt = await reports.file_notice(rt, notice, proof)
    return json_response(
        {
            "reference": id_text(receipt.intake_id),
            "received_at": iso(receipt.received_at),
            "token": receipt.token,
            "state_url": f"{rt.settings.base_url}/report/state/{receipt.token}",
        }
    )


@get("/api/perdure/v1/notices/{token:str}")
async def state(request: ApiRequest, token: str) -> Response[bytes]:
    """What became of a notice, by the token of its receipt; by its number for its sender and for staff."""
    if token.isascii() and token.isdecimal() and len(token) < 20:  # no token is a number
        return await desk.show(request, min(int(token), 2**63 - 1))
    rt = runtime_of(request)
    await accounts.spend(rt, "report_state", accounts.network_of(_address(request)))
    if len(token) > 200:
        raise NotFound
    told = await following_letters.follow(rt, token)
    found = told.state
    return json_response(
        {
            "reference": told.reference or None,
            "received_at": iso(found.received_at),
            "state": found.stage,
            "deadline": iso(found.deadline) if found.deadline is not None else None,
            "decision": found.outcome,
            "decided_at": iso(found.decided_at) if found.decided_at is not None else None,
            "items": [{"claim": item.claim, "state": item.state} for item in found.items],
            **objections_entity(told.objections),
        }
    )


@post("/api/perdure/v1/notices/{token:str}/appeal", status_code=200)
async def appeal_notice(request: ApiRequest, token: str) -> Response[bytes]:
    """The same as for a member's report, by the token of a notice's receipt."""
    rt, params = runtime_of(request), await read_params(request)
    await accounts.spend(rt, "report_state", accounts.network_of(_address(request)))
    if len(token) > 200:
        raise NotFound
    locale = "fr" if (params.text("locale") or "").startswith("fr") else "en"
    text, wanted = params.text("text") or "", _ids(params, "decision_ids")
    made = await following_letters.appeal(rt, token, text, decision_ids=wanted, locale=locale)
    return json_response([own_appeal_entity(one) for one in made])


ROUTES: list[HTTPRouteHandler] = [create, index, show, appeal, puzzle, notify, state, appeal_notice, *desk.ROUTES]
