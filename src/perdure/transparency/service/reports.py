"""The yearly report: looked at any time, published once the year is over, corrected by a newer version only."""

import hashlib
from datetime import UTC, datetime
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.service import referrals_reading
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.moderation.service import publishing
from perdure.transparency.model import Report, ReportView
from perdure.transparency.queries import reports as queries
from perdure.transparency.queries import statements
from perdure.transparency.rules import report as rules
from perdure.transparency.rules.archive import archive_of
from perdure.transparency.service.statements import collect

FIRST_YEAR: Final = 2020
_MOST: Final = 200
_WHY_MOST: Final = 1000
_SETTLE_MS: Final = 7 * 86_400_000
"""How long after the end of a year its report is published without being asked for."""
_reports: Final = msgspec.json.Decoder(Report)


def period(year: int) -> tuple[int, int]:
    """First millisecond of a calendar year (UTC), and of the next."""
    first, end = (datetime(one, 1, 1, tzinfo=UTC).timestamp() for one in (year, year + 1))
    return int(first * 1000), int(end * 1000)


async def look(rt: Runtime, staff_id: int | None, year: int) -> Report:
    """The report as it would be now; of a year that is not over, so much of it as there is.

    Asks for ``view_dashboard``; ``staff_id`` None is whoever has the machine. Raises Invalid for a year with no days.
    """
    _checked(rt, year)
    await collect(rt)
    return await rt.db.read_long(_look_in, staff_id, year)


def _checked(rt: Runtime, year: int) -> None:
    this = datetime.fromtimestamp(rt.clock.now_ms() / 1000, UTC).year
    if not FIRST_YEAR <= year <= this:
        raise Invalid(f"Validation failed: Year must be {FIRST_YEAR} to {this}", {"year": [("ERR_INVALID", "is none")]})


def _look_in(tx: Tx, staff_id: int | None, year: int) -> Report:
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "view_dashboard")
    return report_in(tx, year)


def report_in(tx: Tx, year: int) -> Report:
    """The report of a year from the rows as they are. Long."""
    first, end = period(year)
    found, standing = publishing.year_in(tx, first, end), statements.standing(tx, first, end)
    return Report(
        year=year,
        first=first,
        end=min(end, tx.now),
        complete=tx.now >= end,
        decisions=rules.total(found),
        restrictions=rules.restricted(found),
        statements=sum(standing.values()),
        parts=rules.parts_of(found, standing, _referred_in(tx, first, end)),
    )


def _referred_in(tx: Tx, first: int, end: int) -> dict[str, int]:
    """Authorities told of threats to life or safety: by which law, and how often they gave a receipt."""
    found = referrals_reading.figures_in(tx, first, end)
    return {"dsa18": found.dsa18, "tco14": found.tco14, "receipts": found.receipts}


async def publish(rt: Runtime, staff_id: int | None, year: int, why: str = "") -> ReportView:
    """Publish a year's report, or a correction of it, which says why. Older versions stay public.

    Asks for ``manage_settings``. Raises Invalid, Conflict for a year that is not over and where nothing changed.
    """
    _checked(rt, year)
    await collect(rt)
    made = await rt.db.read_long(report_in, year)
    if not made.complete:
        raise Conflict(f"The year {year} is not over: its report can be looked at, and published from 1 January on")
    if made.decisions != made.statements:
        raise Conflict("The last decisions can still be undone: publish in two minutes")
    return await rt.db.write("transparency.publish", _publish_in, staff_id, made, archive_of(made), why)


def _publish_in(tx: Tx, staff_id: int | None, made: Report, archive: bytes, why: str) -> ReportView:
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_settings")
    number, reason = queries.last(tx, made.year) + 1, clean(why).strip()[:_WHY_MOST]
    if number > 1:
        _check_correction(tx, made, number, reason)
    digest = hashlib.sha256(archive).hexdigest()
    queries.insert(
        tx,
        year=made.year,
        number=number,
        from_at=made.first,
        until_at=made.end,
        document_json=msgspec.json.encode(made).decode(),
        archive=archive,
        digest=digest,
        why=reason if number > 1 else "",
        published_by=staff_id,
        published_at=tx.now,
    )
    audit.append_in(
        tx, actor_id=staff_id, action="report.publish", subject=f"report:{made.year}", number=number, digest=digest
    )
    return one_in(tx, made.year, number)


def _check_correction(tx: Tx, made: Report, number: int, reason: str) -> None:
    if _reports.decode(_row(tx, made.year, number - 1).document_json).parts == made.parts:
        raise Conflict(f"Version {number - 1} of {made.year} says the same: there is nothing to correct")
    if not reason:
        raise Invalid("Validation failed: Say why it is corrected", {"why": [("ERR_BLANK", "can't be blank")]})


async def publish_due(rt: Runtime) -> None:
    """Publish last year's report a week into the new year, unless somebody did."""
    now = rt.clock.now_ms()
    year = datetime.fromtimestamp(now / 1000, UTC).year - 1
    if now < period(year)[1] + _SETTLE_MS:
        return
    published: int = await rt.db.read(queries.last, year)
    if published:
        return
    if (await rt.db.read_long(report_in, year)).decisions:
        await publish(rt, None, year)


def every_in(tx: Tx) -> list[ReportView]:
    """Every published version, the newest first. Everybody may see them."""
    return [_view(row) for row in queries.every(tx, _MOST)]


def one_in(tx: Tx, year: int, number: int = 0) -> ReportView:
    """A version, or the newest of a year. Raises NotFound."""
    return _view(_row(tx, year, number))


def _row(tx: Tx, year: int, number: int) -> Row:
    row = queries.one(tx, year, number or queries.last(tx, year))
    if row is None:
        raise NotFound
    return row


def archive_in(tx: Tx, year: int, number: int = 0) -> bytes:
    """The zip of CSV files of a version, or of the newest. Raises NotFound."""
    found = queries.archive(tx, year, number or queries.last(tx, year))
    if found is None:
        raise NotFound
    return found


def _view(row: Row) -> ReportView:
    return ReportView(
        id=row.id,
        year=row.year,
        number=row.number,
        why=row.why,
        digest=row.digest,
        published_at=row.published_at,
        report=_reports.decode(row.document_json),
    )
