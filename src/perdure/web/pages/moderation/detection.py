"""What finds things: every rule with its last thirty days, on or off; a text to try; the action matrix in force."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Conflict, Invalid
from perdure.moderation.rules.harms import SEVERITY
from perdure.moderation.service import detecting
from perdure.moderation.service.detecting import RuleRecord
from perdure.signals.rules.matrix import ORDER, Matrix
from perdure.signals.service import rulebook, trying
from perdure.signals.service.rulebook import Rulebook
from perdure.signals.service.trying import Tried
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.moderation.telling import fired_spans, marked, policy_name
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, form_of, runtime_of, words_of

_STATES: Final = ("on", "off")
TRUSTS: Final = ("new", "known", "trusted")


class Typed(msgspec.Struct, frozen=True):
    """What somebody typed: a text to try; or why the rule ``name`` is switched."""

    text: str = ""
    name: str = ""
    reason: str = ""


@get("/moderation/rules")
async def rules_page(request: WebRequest) -> Response[Any]:
    """Every rule, narrowed by house rule and by whether it is on."""
    return await _page(request)


@post("/moderation/rules/try", status_code=200)
async def try_text(request: WebRequest) -> Response[Any]:
    """What would fire on a text. Nothing of it is kept."""
    form, viewer = await form_of(request), await require_staff(request, "manage_reports")
    given = Typed(text=form.get("text"))
    try:
        tried = await trying.try_text(runtime_of(request), viewer.account_id, given.text)
    except Invalid as error:
        return await _page(request, given, error=error)
    return await _page(request, given, tried=tried)


@post("/moderation/rules/{name:str}/switch")
async def switch(request: WebRequest, name: str) -> Response[Any]:
    """Switch a rule on or off, with a reason."""
    form, viewer = await form_of(request), await require_staff(request, "manage_rules")
    rt, on, reason = runtime_of(request), form.get("on") == "1", form.get("reason")

    def body(tx: Tx) -> None:
        rulebook.switch_in(tx, rt.port(Rulebook), viewer.account_id, name, on=on, reason=reason)

    try:
        await rt.db.write("rules.switch", body)
    except (Invalid, Conflict) as error:
        return await _page(request, Typed(name=name, reason=reason), error=error)
    return redirect(request, "/moderation/rules", said="rule_on" if on else "rule_off")


async def _page(
    request: WebRequest, given: Typed | None = None, *, tried: Tried | None = None, error: AppError | None = None
) -> Response[Any]:
    viewer, t, rt = await require_staff(request, "manage_reports"), words_of(request), runtime_of(request)
    rules, matrix = await rt.db.read_long(_read_in, viewer.account_id, rt.port(Rulebook))
    asked = {name: request.query_params.get(name, "") for name in ("policy", "state")}
    return await moderation_page(
        request,
        "rules",
        "rules",
        error=error,
        rules=[one for one in rules if _fits(one, asked)],
        total=len(rules),
        off=sum(not one.rule.enabled for one in rules),
        asked=asked,
        matrix=matrix,
        order=ORDER[1:],
        trusts=TRUSTS,
        given=given or Typed(),
        tried=tried,
        in_text=_marked,
        may_switch=accounts.holds(viewer.role, "manage_rules"),
        policy_name=policy_name,
        policies=[(one, policy_name(t, one)) for one in SEVERITY],
        states=[(one, t.of("moderation.detect.states", one)) for one in _STATES],
    )


def _read_in(tx: Tx, staff_id: int, book: Rulebook) -> tuple[list[RuleRecord], Matrix]:
    return detecting.rules_in(tx, staff_id, book), detecting.matrix_in(tx, staff_id)


def _fits(one: RuleRecord, asked: dict[str, str]) -> bool:
    state = "on" if one.rule.enabled else "off"
    return asked["policy"] in {"", one.rule.policy} and (asked["state"] not in _STATES or asked["state"] == state)


def _marked(text: str, words: tuple[str, ...]) -> Markup:
    return marked(text, fired_spans(text, words))


ROUTES: list[HTTPRouteHandler] = [rules_page, try_text, switch]
