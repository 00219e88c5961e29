"""House rules for the staff: every version, a draft for the next one, and its publication from a day on."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid
from perdure.moderation.model.decisions import PolicyDraft, PolicyText
from perdure.moderation.rules.harms import SEVERITY
from perdure.moderation.rules.statements import CATEGORIES
from perdure.moderation.service import policies
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.moderation.telling import policy_name
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of, words_of


class Draft(msgspec.Struct, frozen=True):
    """What somebody typed into the form so far."""

    key: str = "other"
    severity: int = 2
    category: str = "OTHER_VIOLATION_TC"
    keyword: str = ""
    strike_weight: int = 0
    strike_days: int | str = ""
    label_only: bool = False
    title_en: str = ""
    text_en: str = ""
    title_fr: str = ""
    text_fr: str = ""


_LINES: Final = ("key", "category", "keyword", "title_en", "text_en", "title_fr", "text_fr")


@get("/moderation/policies")
async def policies_page(request: WebRequest) -> Response[Any]:
    """The rules that hold; with ``key`` every version of one, and a draft that begins with its words."""
    return await _page(request, str(request.query_params.get("key", ""))[:40])


@post("/moderation/policies")
async def draft(request: WebRequest) -> Response[Any]:
    """Write the next version of a rule."""
    form, viewer = await form_of(request), await require_viewer(request)
    given = _given(form)
    wanted = PolicyDraft(
        key=given.key,
        severity=given.severity,
        category=given.category,
        keyword=given.keyword,
        strike_weight=given.strike_weight,
        strike_days=given.strike_days if isinstance(given.strike_days, int) and given.strike_days else None,
        label_only=given.label_only,
        titles={"en": given.title_en, "fr": given.title_fr},
        texts={"en": given.text_en, "fr": given.text_fr},
    )
    try:
        await runtime_of(request).db.write("moderation.policy", policies.draft_in, viewer.account_id, wanted)
    except Invalid as error:
        return await _page(request, given.key, _by_field(error), given)
    return redirect(request, f"/moderation/policies?key={given.key}", said="policy_kept")


@post("/moderation/policies/{policy_id:str}/publish")
async def publish(request: WebRequest, policy_id: str) -> Response[Any]:
    """Publish a draft, from now or from a day on (UTC)."""
    form, viewer = await form_of(request), await require_viewer(request)
    number = id_of(policy_id)
    try:
        start = _instant(form.get("from"))
        found = await runtime_of(request).db.write(
            "moderation.policy", policies.publish_in, viewer.account_id, number, start
        )
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _page(request, "", error)
    return redirect(request, f"/moderation/policies?key={found.key}", said="policy_published")


def _instant(text: str) -> int | None:
    if not text:
        return None
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise Invalid("Validation failed: Effective at is invalid") from error


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1


def _given(form: Form) -> Draft:
    days = form.get("strike_days").strip()
    return Draft(
        **{name: form.get(name).strip() for name in _LINES},
        severity=_number(form.get("severity")),
        strike_weight=_number(form.get("strike_weight") or "0"),
        strike_days=_number(days) if days else "",
        label_only=form.has("label_only"),
    )


def _by_field(error: Invalid) -> Invalid:
    """The refusal with the names of the form's fields: a text is asked for in two languages."""
    details = {}
    for name, found in error.details.items():
        for locale in ("en", "fr"):
            mine = [(code, text.replace(f" in {locale}", "")) for code, text in found if f" in {locale}" in text]
            if name in {"titles", "texts"} and mine:
                details[f"{name[:-1]}_{locale}"] = mine
        if name not in {"titles", "texts"}:
            details[name] = found
    return Invalid(error.public, details or error.details)


async def _page(
    request: WebRequest, key: str, error: AppError | None = None, given: Draft | None = None
) -> Response[Any]:
    viewer, t = await require_staff(request, "manage_reports"), words_of(request)
    shown = await runtime_of(request).db.read(_shown_in, key)
    return await moderation_page(
        request,
        "policies",
        "policies",
        error=error,
        policies=shown,
        given=given or _from(shown, key),
        may_change=accounts.holds(viewer.role, "manage_rules"),
        keys=[(one, policy_name(t, one)) for one in SEVERITY],
        severities=[(n, t.of("moderation.severity", n)) for n in ("0", "1", "2", "3")],
        categories=sorted(CATEGORIES),
    )


def _shown_in(tx: Tx, key: str) -> list[PolicyText]:
    return policies.history_in(tx, key) if key in SEVERITY else policies.current_in(tx)


def _from(shown: list[PolicyText], key: str) -> Draft:
    if key not in SEVERITY or not shown:
        return Draft()
    one = shown[0]
    return Draft(
        key=one.key,
        severity=one.severity,
        category=one.category,
        keyword=one.keyword,
        strike_weight=one.strike_weight,
        strike_days=one.strike_days or "",
        label_only=one.label_only,
        title_en=one.titles.get("en", ""),
        text_en=one.texts.get("en", ""),
        title_fr=one.titles.get("fr", ""),
        text_fr=one.texts.get("fr", ""),
    )


ROUTES: list[HTTPRouteHandler] = [policies_page, draft, publish]
