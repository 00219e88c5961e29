"""Accounts for the staff's apps: look, let in, turn away, suspend (api.md §2). Scope and role are both asked.

``ETag`` carries the account's version; a change that sends it back as ``If-Match`` fails where somebody was faster.
"""

from typing import Any, Final, cast, get_args

from litestar import Response, get, post

from perdure.accounts.model import Role, StaffSearch, State
from perdure.accounts.service import oversight
from perdure.kernel.errors import Invalid
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.admin import admin_account_entity
from perdure.mastodon_api.entities.urls import Urls
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of, version_wanted
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id
from perdure.moderation.model.decisions import Act, ActKind, LabelBlur, LabelInput, LabelSeverity
from perdure.moderation.service import account_actions
from perdure.moderation.service.account_actions import Words

Answer = Response[bytes]
_READ, _WRITE = "admin:read:accounts", "admin:write:accounts"
_STATES: Final[dict[str, State]] = {
    "active": "active",
    "pending": "pending",
    "disabled": "deactivated",
    "suspended": "suspended",
}
# States that staff cannot put an account into here: nobody is in one.
_NOBODY: Final = frozenset({"silenced", "sensitized"})
_ROLE_IDS: Final[dict[str, Role]] = {"3": "owner", "2": "admin", "1": "moderator", "-99": "member"}


@get(["/api/v1/admin/accounts", "/api/v2/admin/accounts"])
async def index(request: ApiRequest) -> Answer:
    """A page of accounts, newest first, as both editions ask for them."""
    who = await viewer(request, _READ)
    params, rt = await read_params(request), runtime_of(request)
    page, wanted = Page.of(params, 100, 200), _wanted(params, rt.settings.domain)
    found = await rt.db.read_long(
        lambda tx: oversight.search_in(
            tx,
            who.account_id,
            wanted,
            lower=page.lower,
            upper=page.upper,
            most=page.limit,
            ascending=page.ascending,
        )
    )
    urls = Urls.of(rt.settings)
    return paged(request, [admin_account_entity(one, urls) for one in found], [one.account.id for one in found], page)


def _wanted(params: Params, domain: str) -> StaffSearch:
    elsewhere = params.text("origin") == "remote" or params.yes("remote")
    elsewhere = elsewhere or (params.text("by_domain") or domain) != domain
    status = params.text("status") or next((name for name in (*_STATES, *_NOBODY) if params.yes(name)), "")
    states = StaffSearch().states
    if elsewhere or status in _NOBODY:
        states = frozenset()
    elif status:
        states = frozenset({_state(status)})
    roles = StaffSearch().roles
    if params.text("permissions") == "staff" or params.yes("staff"):
        roles -= {"member"}
    if params.has("role_ids"):
        roles &= {_ROLE_IDS[text] for text in params.texts("role_ids") if text in _ROLE_IDS}
    return StaffSearch(
        states=states,
        roles=roles,
        username=params.text("username") or "",
        display_name=params.text("display_name") or "",
        email=params.text("email") or "",
        address=params.text("ip") or "",
        invited_by=params.identifier("invited_by") or 0,
    )


def _state(status: str) -> State:
    if status not in _STATES:
        raise Invalid("Validation failed: Status is not included in the list")
    return _STATES[status]


@get("/api/v1/admin/accounts/{account_id:str}")
async def show(request: ApiRequest, account_id: str) -> Answer:
    """One account."""
    who = await viewer(request, _READ)
    return await _account(request, who.account_id, path_id(account_id))


async def _account(request: ApiRequest, staff_id: int, account_id: int) -> Answer:
    rt = runtime_of(request)
    found = await rt.db.read(oversight.account_in, staff_id, account_id)
    etag = {"ETag": f'"{found.account.version}"'}
    return json_response(admin_account_entity(found, Urls.of(rt.settings)), headers=etag)


def _change(verb: str, act: oversight.Act) -> Any:
    """A route ``POST …/:id/verb`` that answers with the account."""

    @post(f"/api/v1/admin/accounts/{{account_id:str}}/{verb}", status_code=200, name=f"admin/accounts/{verb}")
    async def handler(request: ApiRequest, account_id: str) -> Answer:
        who, number = await viewer(request, _WRITE), path_id(account_id)
        answer = await _account(request, who.account_id, number)
        await oversight.act(runtime_of(request), who, number, act, version_wanted(request))
        return answer if act == "reject" else await _account(request, who.account_id, number)

    return handler


def _lift(verb: str, *kinds: ActKind) -> Any:
    """A route ``POST …/:id/verb`` that takes back what stands of some kinds, and answers with the account."""

    @post(f"/api/v1/admin/accounts/{{account_id:str}}/{verb}", status_code=200, name=f"admin/accounts/{verb}")
    async def handler(request: ApiRequest, account_id: str) -> Answer:
        who, number, rt = await viewer(request, _WRITE), path_id(account_id), runtime_of(request)
        await account_actions.lift(rt, who, number, frozenset(kinds), version_wanted(request))
        return await _account(request, who.account_id, number)

    return handler


_KINDS: Final[dict[str, ActKind]] = {
    "none": "warn",
    "sensitive": "account_sensitive",
    "disable": "account_freeze",
    "silence": "account_limit",
    "suspend": "account_suspend",
    "label": "account_label",
}


@post("/api/v1/admin/accounts/{account_id:str}/action", status_code=200)
async def action(request: ApiRequest, account_id: str) -> Answer:
    """Decide about an account; its owner is told in any case (DSA Art 17), by mail unless that is declined.

    They read the text of ``warning_preset_id`` and then ``text``. Our own type ``label`` takes ``label``,
    ``label_reason``, ``label_severity``, ``label_blur`` and ``expires_in`` (seconds; without it, for good).
    """
    who, params, rt = await viewer(request, _WRITE), await read_params(request), runtime_of(request)
    kind = params.required("type")
    if kind not in _KINDS:
        raise Invalid("Validation failed: Type is not included in the list")
    number, report = path_id(account_id), params.identifier("report_id")
    words = Words(
        text=params.text("text") or "",
        preset_id=params.identifier("warning_preset_id"),
        by_mail=params.flag("send_email_notification", default=True) is not False,
    )
    if kind == "none" and not words.text and report is None and words.preset_id is None:
        await rt.db.read(oversight.account_in, who.account_id, number)  # a warning that says nothing is none
        return empty()
    acts = (Act(kind=_KINDS[kind], label=_label(params, rt.clock.now_ms()) if kind == "label" else None),)
    await account_actions.act(rt, who, number, acts, words, report_id=report, version=version_wanted(request))
    return empty()


def _label(params: Params, now: int) -> LabelInput:
    lasts = params.integer("expires_in")
    severity, blur = params.text("label_severity") or "alert", params.text("label_blur") or "content"
    if severity not in get_args(LabelSeverity) or blur not in get_args(LabelBlur):
        raise Invalid("Validation failed: Label is not included in the list")
    return LabelInput(
        value=params.required("label"),
        reason=params.required("label_reason"),
        severity=cast("LabelSeverity", severity),
        blur=cast("LabelBlur", blur),
        until=now + lasts * 1000 if lasts is not None else None,
        permanent=lasts is None,
    )


ROUTES: list[Any] = [
    index,
    show,
    action,
    _change("approve", "approve"),
    _change("reject", "reject"),
    _lift("unsuspend", "account_suspend", "account_ban"),
    _lift("enable", "account_freeze"),
    _lift("unsilence", "account_limit"),
    _lift("unsensitive", "account_sensitive"),
    _lift("unlabel", "account_label"),
]
