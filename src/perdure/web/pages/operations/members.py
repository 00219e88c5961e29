"""Members: find them, look at one, change a role, suspend and restore."""

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.rules.rights import RANK
from perdure.accounts.service import MemberQuery
from perdure.kernel.errors import AppError
from perdure.kernel.text import clean
from perdure.moderation.model.decisions import Act, ActKind
from perdure.moderation.service import account_actions
from perdure.web.page import redirect
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import WebRequest, form_of, id_of, runtime_of, words_of

_MOST: Final = 40
_TOP: Final = 2**63 - 1
_SUSPENDED: Final[frozenset[ActKind]] = frozenset({"account_suspend", "account_ban"})
_ROLES: Final = ("owner", "admin", "moderator", "member")
_STATES: Final = ("active", "pending", "suspended", "deactivated")


@get("/operations/members")
async def members_page(request: WebRequest) -> Response[Any]:
    """Members that fit what was asked, newest first, forty a page."""
    viewer = await require_staff(request, "manage_users")
    asked = {name: clean(str(request.query_params.get(name, "")))[:100] for name in ("q", "role", "state")}
    wanted = MemberQuery(
        text=asked["q"],
        role=asked["role"],
        state=asked["state"],
        before=id_of(request.query_params.get("before"), _TOP),
        most=_MOST + 1,
    )
    found = await accounts.find_members(runtime_of(request), viewer, wanted)
    query = {name: value for name, value in asked.items() if value}
    older = {**query, "before": str(found[_MOST - 1].id)} if len(found) > _MOST else {}
    return await operations_page(
        request,
        "members",
        members=found[:_MOST],
        asked=asked,
        roles=_ROLES,
        states=_STATES,
        older=f"/operations/members?{urlencode(older)}" if older else "",
        newest=f"/operations/members?{urlencode(query)}" if wanted.before != _TOP else "",
    )


@get("/operations/members/{account_id:str}")
async def member_page(request: WebRequest, account_id: str) -> Response[Any]:
    """One member, and what may be done."""
    return await _member(request, id_of(account_id))


@post("/operations/members/{account_id:str}/role")
async def change_role(request: WebRequest, account_id: str) -> Response[Any]:
    """Give or take a role."""
    viewer, form = await require_staff(request, "manage_roles"), await form_of(request)
    role = form.get("role")
    try:
        await accounts.set_role(runtime_of(request), viewer, id_of(account_id), role)  # type: ignore[arg-type] # an unknown role is refused there
    except AppError as error:
        return await _member(request, id_of(account_id), error)
    return redirect(request, f"/operations/members/{id_of(account_id)}", said="saved")


@post("/operations/members/{account_id:str}/suspend")
async def suspend(request: WebRequest, account_id: str) -> Response[Any]:
    """Take an account out of sight and end its access."""
    viewer = await require_staff(request, "manage_users")
    await form_of(request)
    try:
        await account_actions.act(runtime_of(request), viewer, id_of(account_id), (Act(kind="account_suspend"),))
    except AppError as error:
        return await _member(request, id_of(account_id), error)
    return redirect(request, f"/operations/members/{id_of(account_id)}", said="suspended")


@post("/operations/members/{account_id:str}/restore")
async def restore(request: WebRequest, account_id: str) -> Response[Any]:
    """Lift a suspension."""
    viewer = await require_staff(request, "manage_users")
    await form_of(request)
    try:
        await account_actions.lift(runtime_of(request), viewer, id_of(account_id), _SUSPENDED)
    except AppError as error:
        return await _member(request, id_of(account_id), error)
    return redirect(request, f"/operations/members/{id_of(account_id)}", said="restored")


async def _member(request: WebRequest, account_id: int, error: AppError | None = None) -> Response[Any]:
    viewer = await require_staff(request, "manage_users")
    rt = runtime_of(request)
    found = await accounts.member_of(rt, viewer, account_id)
    lower = RANK[found.role] < RANK[viewer.role]
    may_give, t = lower and accounts.holds(viewer.role, "manage_roles"), words_of(request)
    roles = [role for role in _ROLES if RANK[role] < RANK[viewer.role] or viewer.role == "owner"]
    return await operations_page(
        request,
        "member",
        error=error,
        back="/operations/members",
        member=found,
        view=await accounts.view(rt, account_id),
        may_act=lower,
        roles=[(role, t.of("roles", role)) for role in roles] if may_give else [],
    )


ROUTES: list[HTTPRouteHandler] = [members_page, member_page, change_role, suspend, restore]
