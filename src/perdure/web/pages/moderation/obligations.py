"""The register of obligations, who is on duty and what else is called; clocks that are stopped, go on, or are taken."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid, NotFound
from perdure.moderation.model.obligations import Obligation, Registered
from perdure.moderation.rules import hours as spans
from perdure.moderation.rules import obligations as rules
from perdure.moderation.rules.paging import Duty
from perdure.moderation.service import duty, obligations, paging, pausing
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.moderation.queue import show
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of, words_of
from perdure.web.words import Words

PATH: Final = "/moderation/obligations"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 86_400_000
_IN_HOURS: Final = 3  # so many days are said in hours, as laws and contracts do
_LINES: Final = ("key", "applies", "limit", "target", "start", "ends", "resume", "scope", "source")


class Typed(msgspec.Struct, frozen=True):
    """What somebody typed into the form of a row so far."""

    key: str = ""
    applies: str = "yes"
    limit: str = ""
    target: str = ""
    start: str = "receipt"
    ends: str = "decision"
    resume: str = "continue"
    scope: str = "case"
    source: str = ""
    title_en: str = ""
    title_fr: str = ""
    pause: tuple[str, ...] = ()
    extend: bool = False
    zone: str = ""
    days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: str = "09:00"
    closes: str = "17:00"
    holidays: str = ""
    reason: str = ""


class Shown(msgspec.Struct, frozen=True):
    """What the page shows."""

    register: list[Registered]
    history: list[Registered]
    own: Duty
    staff: list[duty.OnDuty]
    programs: list[duty.Program]


def length(t: Words, text: str) -> str:
    """A limit as people say it; a dash where there is none."""
    if not text:
        return "–"
    found = spans.parse(text)
    days, rest = divmod(found.ms, _DAY_MS) if found.ms > _IN_HOURS * _DAY_MS else (0, found.ms)
    named = (("months", found.months), ("days", days), ("hours", rest // 3_600_000))
    minutes = rest % 3_600_000 // _MINUTE_MS
    return " ".join(t.of("clocks.units", unit, n=n) for unit, n in (*named, ("minutes", minutes)) if n)


def _choices(t: Words) -> dict[str, list[tuple[str, str]]]:
    """The words of the fields that hold one of a few."""
    codes = rules.CODES
    return {
        "start": [(one, t.of("clocks.start", one)) for one in codes["start"]],
        "ends": [(one, t.of("clocks.ends", one)) for one in codes["ends"]],
        "pause": [(one, t.of("clocks.pause", one)) for one in codes["pause"]],
        "resume": [(one, t.of("clocks.resume", one)) for one in codes["resume"]],
        "scope": [(one, t.of("clocks.scope", one)) for one in codes["scope"]],
    }


@get(PATH)
async def page(request: WebRequest) -> Response[Any]:
    """The register; with ``key`` every version of one row, and a form for the next."""
    return await _page(request, str(request.query_params.get("key", ""))[:80])


async def _page(
    request: WebRequest, key: str, error: AppError | None = None, given: Typed | None = None
) -> Response[Any]:
    viewer, t = await require_staff(request, "manage_reports"), words_of(request)
    may_change = accounts.holds(viewer.role, "manage_settings")
    shown = await runtime_of(request).db.read(_shown_in, viewer.account_id, key, may_change)
    return await moderation_page(
        request,
        "obligations",
        "obligations",
        error=error,
        shown=shown,
        key=key,
        given=given or _from(shown.history[0].obligation if shown.history else None),
        may_change=may_change,
        length=length,
        days=_DAYS,
        choices=_choices(t),
    )


def _shown_in(tx: Tx, staff_id: int, key: str, may_change: bool) -> Shown:  # noqa: FBT001 - one caller
    register = obligations.list_in(tx, staff_id)
    known = any(one.obligation.key == key for one in register)
    return Shown(
        register=register,
        history=obligations.history_in(tx, staff_id, key) if known else [],
        own=duty.own_in(tx, staff_id),
        staff=duty.staff_in(tx, staff_id) if may_change else [],
        programs=duty.programs_in(tx, staff_id) if may_change else [],
    )


def _from(one: Obligation | None) -> Typed:
    if one is None:
        return Typed()
    plain = {name: getattr(one, name) for name in (*_LINES, "pause", "extend")}
    office = one.hours
    if office is not None:
        plain |= {"zone": office.zone, "days": office.days, "opens": office.opens, "closes": office.closes}
        plain["holidays"] = "\n".join(office.holidays)
    return Typed(title_en=one.title.get("en", ""), title_fr=one.title.get("fr", ""), **plain)


def _typed(form: Form) -> Typed:
    names = (*_LINES, "title_en", "title_fr", "zone", "opens", "closes", "holidays", "reason")
    return Typed(
        **{name: form.get(name).strip() for name in names},
        pause=tuple(form.all("pause")),
        days=tuple(form.all("days")),
        extend=form.has("extend"),
    )


def _changes(given: Typed) -> dict[str, Any]:
    office = {
        "zone": given.zone,
        "days": list(given.days),
        "from": given.opens,
        "to": given.closes,
        "holidays": given.holidays.split(),
    }
    return {name: getattr(given, name) for name in _LINES if name != "key"} | {
        "title": {"en": given.title_en, "fr": given.title_fr},
        "pause": list(given.pause),
        "extend": given.extend,
        "hours": office if given.zone else None,
    }


@post(PATH)
async def change(request: WebRequest) -> Response[Any]:
    """Write the next version of a row, or a new row."""
    form, viewer = await form_of(request), await require_viewer(request)
    given = _typed(form)
    try:
        await runtime_of(request).db.write(
            "moderation.obligation", obligations.set_in, viewer.account_id, given.key, _changes(given), given.reason
        )
    except Invalid as error:
        return await _page(request, given.key, _by_field(error), given)
    return redirect(request, f"{PATH}?key={given.key}", said="saved")


def _by_field(error: Invalid) -> Invalid:
    """The refusal with the names of the form's fields."""
    names = {"title": "title_en", "hours": "zone"}
    details = {names.get(name, name): found for name, found in error.details.items()}
    return Invalid(error.public, details)


@post(f"{PATH}/calls")
async def prefer(request: WebRequest) -> Response[Any]:
    """How the reader wants to be called."""
    form, viewer = await form_of(request), await require_viewer(request)
    wanted = {"mail": form.has("mail"), "push": form.has("push")}
    await runtime_of(request).db.write("moderation.duty", duty.prefer_in, viewer.account_id, **wanted)
    return redirect(request, f"{PATH}#calls", said="saved")


@post(f"{PATH}/duty")
async def name(request: WebRequest) -> Response[Any]:
    """Who is on duty."""
    form, viewer = await form_of(request), await require_viewer(request)
    wanted = [id_of(one) for one in form.all("on_call")]
    await runtime_of(request).db.write("moderation.duty", duty.name_in, viewer.account_id, wanted)
    return redirect(request, f"{PATH}#duty", said="saved")


@post(f"{PATH}/programs")
async def add_program(request: WebRequest) -> Response[Any]:
    """Call a program too."""
    form, viewer = await form_of(request), await require_staff(request, "manage_settings")
    values = {"name": form.get("name"), "url": form.get("url").strip(), "secret": form.get("secret")}
    try:
        await duty.add_program(runtime_of(request), viewer.account_id, **values)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _page(request, "", error)
    return redirect(request, f"{PATH}#programs", said="saved")


_PROGRAM: Final = {"remove": duty.remove_program_in, "try": duty.try_program_in}


@post(f"{PATH}/programs/{{hook_id:str}}/{{verb:str}}")
async def change_program(request: WebRequest, hook_id: str, verb: str) -> Response[Any]:
    """Call a program no more, or try whether it listens."""
    await form_of(request)
    viewer, number = await require_viewer(request), id_of(hook_id)
    if verb not in _PROGRAM:
        raise NotFound
    await runtime_of(request).db.write("moderation.hook", _PROGRAM[verb], viewer.account_id, number)
    return redirect(request, f"{PATH}#programs", said="saved")


@post("/moderation/cases/{case_id:str}/clocks/{clock_id:str}/{verb:str}")
async def act(request: WebRequest, case_id: str, clock_id: str, verb: str) -> Response[Any]:
    """Stop a clock with a reason and a proof, let it run on, move it to a later instant, or say that one is on it."""
    form, viewer = await form_of(request), await require_viewer(request)
    case, clock = id_of(case_id), id_of(clock_id)

    def body(tx: Tx) -> None:
        if verb == "pause":
            pausing.pause_in(tx, viewer.account_id, clock, form.get("reason"), form.get("proof"))
        elif verb == "extend":
            pausing.extend_in(tx, viewer.account_id, clock, _instant(form.get("until")), form.get("proof"))
        elif verb in {"resume", "take"}:
            (pausing.resume_in if verb == "resume" else paging.take_in)(tx, viewer.account_id, clock)
        else:
            raise NotFound

    try:
        await runtime_of(request).db.write(f"moderation.clock_{verb}", body)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await show(request, case, error=error)
    return redirect(request, form.get("return_to") or f"/moderation/cases/{case}", said="saved")


def _instant(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise Invalid("Validation failed: Until is not a date and time (UTC)") from error


ROUTES: list[HTTPRouteHandler] = [page, change, prefer, name, add_program, change_program, act]
