"""Measures against misuse by members: what was weighed, a warning, a suspension, and taking one back."""

from typing import Any, Final, cast, get_args

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts.model import AccountView
from perdure.desk.service import measuring
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model.misuse import Figures, MisuseInput, MisuseMeasure, Party, Role
from perdure.moderation.service import misuse, people
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import Form, WebRequest, form_of, id_of, runtime_of

ROLES: Final[tuple[str, ...]] = get_args(Role)
_DAY_MS: Final = 86_400_000


class Weighed(msgspec.Struct, frozen=True):
    """A measure as it stands in the form."""

    kind: str = "warning"
    role: str = "notifier"
    gravity: str = ""
    intent: str = ""
    reasons: str = ""
    days: str = "30"
    decision: str = ""

    def input(self, party: Party, party_id: int, until: int | None) -> MisuseInput:
        """The same as the domain takes it."""
        return MisuseInput(
            role=cast("Role", self.role if self.role in ROLES else "notifier"),
            party=party,
            party_id=party_id,
            gravity=self.gravity,
            intent=self.intent,
            reasons=self.reasons,
            until=until,
            decision_id=int(self.decision) if self.decision.isdecimal() and len(self.decision) < 19 else None,
        )


def weighed_of(form: Form) -> Weighed:
    """What somebody filled in."""
    return Weighed(**{name: form.get(name) or "" for name in Weighed.__struct_fields__})


def until_of(weighed: Weighed, now: int) -> int | None:
    """When a suspension ends (ms); None where no number of days was given."""
    return now + int(weighed.days) * _DAY_MS if weighed.days.isdecimal() and len(weighed.days) < 5 else None


class Sheet(msgspec.Struct, frozen=True):
    """What there was against a member, what counts, and the decisions that suspend the account."""

    account: AccountView
    measures: list[MisuseMeasure]
    figures: dict[str, Figures]
    suspensions: list[tuple[int, str]]


@get("/moderation/people/{name:str}/misuse")
async def page(request: WebRequest, name: str) -> Response[Any]:
    """One member's sheet."""
    return await _page(request, name)


async def _page(
    request: WebRequest, name: str, *, weighed: Weighed | None = None, error: AppError | None = None
) -> Response[Any]:
    viewer = await require_staff(request, "manage_users")
    found = await runtime_of(request).db.write("moderation.misuse_sheet", _sheet_in, viewer.account_id, name)
    return await moderation_page(
        request,
        "misuse",
        "people",
        error=error,
        about=found.account,
        measures=found.measures,
        figures=found.figures,
        suspensions=found.suspensions,
        roles=ROLES,
        weighed=weighed or Weighed(),
    )


def _sheet_in(tx: Tx, staff_id: int, name: str) -> Sheet:
    known = people.named_in(tx, staff_id, name)
    record = people.look_in(tx, staff_id, known.id)
    suspending = [
        (taken.decision.id, taken.decision.policy.title("en") if taken.decision.policy else "")
        for taken in record.decisions
        if taken.decision.account is not None and taken.decision.reversed_by is None
    ]
    figures = {role: misuse.figures_in(tx, cast("Role", role), known.id) for role in ROLES}
    return Sheet(known, misuse.of_in(tx, "account", known.id), figures, suspending)


@post("/moderation/people/{name:str}/misuse")
async def measure(request: WebRequest, name: str) -> Response[Any]:
    """Warn or suspend somebody, weighed."""
    viewer, rt = await require_staff(request, "manage_users"), runtime_of(request)
    weighed = weighed_of(await form_of(request))
    try:
        await rt.db.write("moderation.misuse", _measure_in, viewer.account_id, name, weighed)
    except AppError as error:
        return await _page(request, name, weighed=weighed, error=error)
    return redirect(request, f"/moderation/people/{name}/misuse", said="saved")


def _measure_in(tx: Tx, staff_id: int, name: str, weighed: Weighed) -> None:
    known = people.named_in(tx, staff_id, name)
    given = weighed.input("account", known.id, until_of(weighed, tx.now))
    body = misuse.suspend_in if weighed.kind == "suspension" else misuse.warn_in
    body(tx, staff_id, given)


@post("/moderation/misuse/{measure_id:str}/lift")
async def lift(request: WebRequest, measure_id: str) -> Response[Any]:
    """Take one back, with a reason."""
    viewer, form = await require_staff(request, "manage_users"), await form_of(request)
    body, number, reason = measuring.lift_in, id_of(measure_id), form.get("reason")
    await runtime_of(request).db.write("moderation.misuse", body, viewer.account_id, number, reason)
    back = form.get("return_to")
    return redirect(request, back if back.startswith("/moderation/") else "/moderation/people", said="measure_lifted")


ROUTES: list[HTTPRouteHandler] = [page, measure, lift]
