"""Reporting: the form under every post and profile, the one for whoever has no account, and what became of it."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.desk.service import following as desk
from perdure.desk.service import wording
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid
from perdure.moderation.model import Notice, OwnReport, Report
from perdure.moderation.service import following, objecting, reports
from perdure.moderation.service.telling import STATE_PATH
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service import Slice
from perdure.web.feeds import TOP
from perdure.web.page import redirect, render
from perdure.web.pages.profile import account_in
from perdure.web.pages.sign_up import proof_of
from perdure.web.pages.write import post_in
from perdure.web.request import (
    Form,
    WebRequest,
    client_address,
    form_of,
    id_of,
    name_of,
    require_viewer,
    runtime_of,
    words_of,
)

# Reasons in the order that people meet them; each is the key of a house rule.
HARMS: Final = (
    "harassment",
    "hate",
    "threat",
    "incitement",
    "doxxing",
    "spam",
    "self_harm",
    "child_safety",
    "graphic",
    "terrorism",
    "armed_gathering",
    "impersonation",
    "illegal",
    "other",
)
_OF_HARM: Final = {"spam": "spam", "illegal": "legal", "other": "other"}
_TEXTS: Final = ("urls", "harm", "reasons", "legal_basis", "name", "email")
_POSTS: Final = 10
_PRIVATE: Final = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
_PAGE: Final = 20


class Asked(msgspec.Struct, frozen=True):
    """What somebody typed into the form so far."""

    harm: str = ""
    posts: tuple[int, ...] = ()
    comment: str = ""
    threat_to_life: bool = False


@get("/{at_name:str}/report")
async def person_page(request: WebRequest, at_name: str) -> Response[Any]:
    """Report a person, with those of their newest posts that it is about."""
    return await _page(request, name_of(at_name), 0, Asked())


@get("/{at_name:str}/{post_id:int}/report")
async def post_page(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """Report a post."""
    return await _page(request, name_of(at_name), id_of(post_id), Asked(posts=(id_of(post_id),)))


@post("/{at_name:str}/report")
async def report_person(request: WebRequest, at_name: str) -> Response[Any]:
    """Send a report about a person."""
    return await _send(request, name_of(at_name), 0)


@post("/{at_name:str}/{post_id:int}/report")
async def report_post(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """Send a report about a post."""
    return await _send(request, name_of(at_name), id_of(post_id))


async def _send(request: WebRequest, name: str, post_id: int) -> Response[Any]:
    form, viewer, rt = await form_of(request), await require_viewer(request), runtime_of(request)
    asked = Asked(
        form.get("harm"),
        tuple(id_of(one) for one in form.all("post")),
        form.get("comment").strip(),
        form.has("threat_to_life"),
    )
    about, _posts = await rt.db.read_long(_about_in, viewer.account_id, name, post_id)
    try:
        if asked.harm not in HARMS:
            raise _needed("harm")
        report = Report(
            target_id=about.id,
            post_ids=asked.posts,
            comment=asked.comment,
            category=_OF_HARM.get(asked.harm, "violation"),
            harm=asked.harm,
            threat_to_life=asked.threat_to_life,
            channel="page",
        )
        receipt = await reports.file_report(rt, viewer, report, client_address(request))
    except AppError as error:
        return await _page(request, name, post_id, asked, error)
    return redirect(request, f"/reports/{receipt.intake_id}", said="reported")


def _needed(field: str) -> Invalid:
    return Invalid("Validation failed", {field: [("ERR_BLANK", "can't be blank")]})


async def _page(
    request: WebRequest, name: str, post_id: int, given: Asked, error: AppError | None = None
) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    about, shown = await rt.db.read_long(_about_in, viewer.account_id, name, post_id)
    return await render(
        request,
        "safety/report.html",
        error=error,
        about=about,
        posts=shown,
        given=given,
        harms=HARMS,
        back=f"/@{name}/{post_id}" if post_id else f"/@{name}",
    )


def _about_in(tx: Tx, viewer_id: int, name: str, post_id: int) -> tuple[AccountView, list[PostView]]:
    """Whom a report is about, and posts to choose from: the one that was pointed at first. Raises NotFound."""
    about = account_in(tx, viewer_id, name)
    first = [post_in(tx, viewer_id, name, post_id)] if post_id else []
    kinds = frozenset({"exclude_reblogs"})
    ids = posts.feed_in(tx, "account", viewer_id, Slice(0, TOP, _POSTS), kinds, {"account_id": about.id})
    newest = posts.views_in(tx, viewer_id, [one for one in ids if one != post_id])
    return about, [*first, *newest][:_POSTS]


@get("/reports")
async def reports_page(request: WebRequest) -> Response[Any]:
    """What the reader reported, newest first."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    upper = id_of(request.query_params.get("max_id"), TOP)
    found = await rt.db.read(_own_in, viewer.account_id, upper)
    names = await rt.db.read(_names_in, found)
    older = f"/reports?max_id={found[-1].id}" if len(found) == _PAGE else ""
    return await render(
        request,
        "safety/reports.html",
        reports=found,
        names=names,
        older=older,
        newest="/reports" if upper != TOP else "",
    )


@get("/reports/{report_id:str}")
async def report_page(request: WebRequest, report_id: str) -> Response[Any]:
    """One report: how far it is, and what was decided."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    found = await rt.db.read(following.own_report_in, viewer.account_id, id_of(report_id))
    names = await rt.db.read(_names_in, [found])
    objections = await rt.db.read(objecting.own_in, viewer.account_id, found.id)
    return await render(
        request, "safety/reported.html", report=found, names=names, back="/reports", objections=objections
    )


def _own_in(tx: Tx, reporter_id: int, upper: int) -> list[OwnReport]:
    return following.own_reports_in(tx, reporter_id, upper=upper, most=_PAGE)


def _names_in(tx: Tx, found: list[OwnReport]) -> dict[int, str]:
    ids = {one.target_id for one in found if one.target_id is not None}
    return {view.id: view.username for view in accounts.views_in(tx, ids).values()} if ids else {}


@get("/report")
async def notice_page(request: WebRequest) -> Response[Any]:
    """The form for everybody, also without an account (DSA Art 16)."""
    return await _notice(request, dict.fromkeys(_TEXTS, ""))


@post("/report")
async def notice(request: WebRequest) -> Response[Any]:
    """Take a notice in; the way leads to the page that shows what becomes of it."""
    form, rt, t = await form_of(request), runtime_of(request), words_of(request)
    given = {name: form.get(name).strip() for name in _TEXTS}
    told = Notice(
        urls=wording.addresses(rt, given["urls"]),
        reasons=given["reasons"],
        harm=given["harm"],
        name=given["name"],
        email=given["email"],
        legal_basis=given["legal_basis"],
        good_faith=form.has("good_faith"),
        threat_to_life=form.has("threat_to_life"),
        locale=t.language,
    )
    try:
        if given["harm"] not in HARMS:
            raise _needed("harm")
        receipt = await reports.file_notice(rt, told, proof_of(request, form))
    except AppError as error:
        return await _notice(request, given, form, error)
    return redirect(request, f"{STATE_PATH}{receipt.token}?new=1")


async def _notice(
    request: WebRequest, given: dict[str, str], form: Form | None = None, error: AppError | None = None
) -> Response[Any]:
    ticked = {name: form is not None and form.has(name) for name in ("good_faith", "threat_to_life")}
    puzzle = await accounts.new_puzzle(runtime_of(request))
    return await render(request, "safety/notice.html", error=error, given=given | ticked, harms=HARMS, puzzle=puzzle)


@get("/report/state/{token:str}")
async def status_page(request: WebRequest, token: str) -> Response[Any]:
    """What became of a notice, for whoever has its link. Nothing of the author is in it."""
    rt = runtime_of(request)
    await accounts.spend(rt, "report_state", client_address(request))
    found = await desk.follow(rt, token)
    fresh = "new" in request.query_params
    values = msgspec.structs.asdict(found) | {"report": found.state, "token": token}
    return await render(request, "safety/status.html", fresh=fresh, headers=_PRIVATE, **values)


@get("/report/state/{token:str}/files/{number:str}/{name:str}")
async def answer_file(request: WebRequest, token: str, number: str, name: str) -> Response[Any]:
    """A file of an answer, for whoever has the link."""
    rt = runtime_of(request)
    await accounts.spend(rt, "report_state", client_address(request))

    def read(tx: Tx) -> tuple[str, bytes]:
        return desk.file_in(tx, token, id_of(number, 0), name)

    mime, content = await rt.db.read(read)
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=mime, headers=headers)


ROUTES: list[HTTPRouteHandler] = [
    person_page,
    post_page,
    report_person,
    report_post,
    reports_page,
    report_page,
    notice_page,
    notice,
    status_page,
    answer_file,
]
