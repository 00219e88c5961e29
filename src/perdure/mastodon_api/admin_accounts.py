"""Accounts for the staff's apps: look, let in, turn away, suspend (api.md §2). Scope and role are both asked.

``ETag`` carries the account's version; a change that sends it back as ``If-Match`` fails where somebody was faster.
"""

from typing import Any, Final

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


def _change(verb: str, act: oversight.Act | None) -> Any:
    """A route ``POST …/:id/verb`` that answers with the account; without ``act`` it undoes what is never done here."""

    @post(f"/api/v1/admin/accounts/{{account_id:str}}/{verb}", status_code=200, name=f"admin/accounts/{verb}")
    async def handler(request: ApiRequest, account_id: str) -> Answer:
        who, number = await viewer(request, _WRITE), path_id(account_id)
        answer = await _account(request, who.account_id, number)
        if act is not None:
            await oversight.act(runtime_of(request), who, number, act, version_wanted(request))
        return answer if act == "reject" else await _account(request, who.account_id, number)

    return handler


@post("/api/v1/admin/accounts/{account_id:str}/action", status_code=200)
async def action(request: ApiRequest, account_id: str) -> Answer:
    """Act on an account. Only ``suspend`` exists here, and ``none``, which changes nothing."""
    who, params = await viewer(request, _WRITE), await read_params(request)
    kind = params.required("type")
    if kind not in {"none", "suspend"}:
        raise Invalid("Validation failed: Type is not included in the list")
    rt, number = runtime_of(request), path_id(account_id)
    if kind == "suspend":
        await oversight.act(rt, who, number, "suspend", version_wanted(request))
    else:
        await rt.db.read(oversight.account_in, who.account_id, number)
    return empty()


ROUTES: list[Any] = [
    index,
    show,
    action,
    _change("approve", "approve"),
    _change("reject", "reject"),
    _change("unsuspend", "restore"),
    _change("enable", None),
    _change("unsilence", None),
    _change("unsensitive", None),
]
