"""Statements and reports for programs: published versions for everybody, the rest for staff."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post

from perdure.kernel.errors import Invalid
from perdure.ops_api.moderation.common import (
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    number_of,
    page_of,
    runtime_of,
    staff,
)
from perdure.transparency.model import STATES
from perdure.transparency.service import reports, statements

Answer = Response[bytes]
_BASE: Final = "/api/perdure/v1/transparency"
_MOST: Final = 500


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which refused statements are made anew: ids of decisions."""

    decision_ids: tuple[int, ...]


class Publish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a newer version is published; empty for the first."""

    why: str = ""


@get(f"{_BASE}/reports")
async def published(request: ApiRequest) -> Answer:
    """Every published version, for everybody."""
    return answer(await runtime_of(request).db.read(reports.every_in))


@get(f"{_BASE}/reports/{{year:str}}")
async def report(request: ApiRequest, year: str) -> Answer:
    """The report of a year as it would be now."""
    who = await staff(request, READ)
    return answer(await reports.look(runtime_of(request), who.account_id, number_of(year)))


@post(f"{_BASE}/reports/{{year:str}}", status_code=200)
async def publish(request: ApiRequest, year: str) -> Answer:
    """Publish it."""
    who, given = await staff(request, WRITE), await body_of(request, Publish)
    return answer(await reports.publish(runtime_of(request), who.account_id, number_of(year), given.why))


@get(f"{_BASE}/statements")
async def index(request: ApiRequest) -> Answer:
    """How statements stand, and those of one state (``state``, ``after``, ``limit``)."""
    who, state = await staff(request, READ), request.query_params.get("state", "pending")
    if state not in STATES:
        raise Invalid(f"Validation failed: state must be {', '.join(STATES)}")
    rt, after, most = runtime_of(request), page_of(request, "after", 0), page_of(request, "limit", 100, _MOST)
    counted: Any = await rt.db.read(statements.counts_in, who.account_id)
    found = await rt.db.read(statements.page_in, who.account_id, state, after, most)
    return answer({"counts": counted, "statements": found})


@post(f"{_BASE}/statements/again", status_code=200)
async def again(request: ApiRequest) -> Answer:
    """Make refused statements anew and send them."""
    who, given = await staff(request, WRITE), await body_of(request, Again)
    if len(given.decision_ids) > _MOST:
        raise Invalid(f"Validation failed: decision_ids can be at most {_MOST}")
    made = await runtime_of(request).db.write(
        "transparency.again", statements.again_in, who.account_id, list(given.decision_ids)
    )
    return answer({"again": made})


ROUTES = [published, report, publish, index, again]
