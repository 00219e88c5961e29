"""Appeals: by the author and by whoever reported, for six months, read blind by a different person (I5, C17).

Who decided first is copied into the appeal by the database, which refuses that person as reviewer, whoever asks.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import AppealFiled
from perdure.moderation.model.decisions import AppealFigures, AppealRead, AppealView, DecisionView
from perdure.moderation.queries import appeals as queries
from perdure.moderation.queries import decisions, ordered
from perdure.moderation.service import misuse, notices
from perdure.moderation.service.reading_decisions import APPEAL_MS, anonymous, view_in
from perdure.moderation.service.viewing_appeals import appeal_view
from perdure.moderation.tables.decisions import appeal, appeal_exception

_Load = Callable[[Tx, int], Row | None]
_GOAL_MS: Final = 72 * 3_600_000
_TEXT_MOST: Final = 5000
NOBODY: Final = (
    "Everybody here who may review appeals took part in the first decision: it waits for a jury or new staff"
)
OWN: Final = "Whoever took part in the first decision does not review the appeal"
READ_FIRST: Final = "Read what it is about and record what you think before you see the first decision"
_READS: Final = frozenset({"violation", "no_violation", "unsure"})


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """Who appeals against what."""

    decision_id: int
    party: str  # author, notifier
    account_id: int | None = None
    intake_id: int | None = None
    locale: str = "en"

    @property
    def key(self) -> str:
        """One appeal for each decision and person."""
        return f"{self.decision_id}:{self.party}:{self.account_id or f'i{self.intake_id}'}"


async def file_own(rt: Runtime, account_id: int, decision_id: int, text: str, locale: str = "en") -> AppealView:
    """Appeal as the author, or as whoever reported it. Raises NotFound, Invalid, Conflict for a second one."""
    return await rt.db.write("moderation.appeal", file_own_in, account_id, decision_id, text, locale)


def file_own_in(tx: Tx, account_id: int, decision_id: int, text: str, locale: str = "en") -> AppealView:
    """:func:`file_own` in the caller's transaction."""
    return file_in(tx, filing_of_in(tx, account_id, decision_id, locale), text)


def filing_of_in(tx: Tx, account_id: int, decision_id: int, locale: str = "en") -> Filing:
    """As what a member may appeal against a decision. Raises NotFound for one that does not concern them."""
    found = view_in(tx, decision_id)
    if ordered.suppressed(tx, decision_id):
        raise NotFound  # an order forbids telling that it was decided at all
    if found.author_id == account_id and found.outcome in {"restricted", "warned"}:
        return Filing(decision_id=decision_id, party="author", account_id=account_id, locale=locale)
    row = decisions.one(tx, decision_id)
    assert row is not None
    intake = queries.reported(tx, row.case_id or 0, row.item_id or 0, account_id)
    if intake is None or found.outcome == "reversed":
        raise NotFound
    return Filing(decision_id=decision_id, party="notifier", account_id=account_id, intake_id=intake, locale=locale)


async def file_by_token(rt: Runtime, token: str, text: str, locale: str = "en") -> AppealView:
    """Appeal without an account, by the token of a notice. Raises as :func:`file_own`."""
    return await rt.db.write("moderation.appeal", _file_by_token_in, token, text, locale)


def _file_by_token_in(tx: Tx, token: str, text: str, locale: str) -> AppealView:
    return file_in(tx, _filing_by_token_in(tx, token, locale), text)


def _filing_by_token_in(tx: Tx, token: str, locale: str) -> Filing:
    row = queries.token(tx, notices.token_hash(token))
    if row is None or row.expires_at < tx.now:
        raise NotFound
    return Filing(
        decision_id=row.decision_id,
        party=row.party,
        account_id=row.account_id,
        intake_id=row.intake_id,
        locale=locale,
    )


def by_token_in(tx: Tx, token: str) -> DecisionView:
    """The decision that a token of a notice opens; nobody of the staff is named. Raises NotFound."""
    filing = _filing_by_token_in(tx, token, "en")
    return anonymous(view_in(tx, filing.decision_id))


def file_in(tx: Tx, filing: Filing, text: str) -> AppealView:
    """File an appeal in the caller's transaction, who has asked whether it may be. Raises Invalid, Conflict."""
    found = view_in(tx, filing.decision_id)
    if filing.account_id is not None:
        misuse.refuse_appeal_in(tx, filing.account_id)
    _check(tx, found, text)
    appeal_id = tx.new_id()
    stored = tx.insert_new(
        appeal,
        id=appeal_id,
        key=filing.key,
        decision_id=found.id,
        case_id=found.case_id,
        subject_kind=found.subject_kind,
        subject_ref=found.subject_ref,
        kind="internal",
        party=filing.party,
        appellant_id=filing.account_id,
        intake_id=filing.intake_id,
        text=text.strip(),
        locale=filing.locale,
        state="filed",
        excluded_ids="",
        read_note="",
        outcome_text="",
        due_at=tx.now + _GOAL_MS,
        created_at=tx.now,
        version=1,
    )
    if not stored:
        raise Conflict("You have appealed against this decision already")
    _log(tx, filing.account_id, "file", appeal_id, decision=found.id, party=filing.party)
    tx.emit(AppealFiled(appeal_id, found.id, found.case_id, filing.party))
    _publish_exception_in(tx, appeal_id)
    return appeal_in(tx, appeal_id)


def _check(tx: Tx, found: DecisionView, text: str) -> None:
    if found.reversed_by is not None:
        raise Conflict("This decision was taken back already")
    if tx.now > found.created_at + APPEAL_MS:
        raise Conflict("The six months in which one can appeal are over")
    if not text.strip():
        raise Invalid("Validation failed: Text can't be blank", {"text": [("ERR_BLANK", "can't be blank")]})
    if len(text) > _TEXT_MOST:
        fault = f"is too long (maximum is {_TEXT_MOST} characters)"
        raise Invalid(f"Validation failed: Text {fault}", {"text": [("ERR_TOO_LONG", fault)]})


def _publish_exception_in(tx: Tx, appeal_id: int) -> None:
    """Where nobody may review it, say so in public, and let it wait."""
    row = queries.one(tx, appeal_id)
    assert row is not None
    if any(not excluded(row, one) for one in accounts.holders_in(tx, "manage_appeals")):
        return
    tx.insert_new(appeal_exception, appeal_id=appeal_id, reason=NOBODY, published_at=tx.now, ended_at=None)
    _log(tx, None, "exception", appeal_id, reason="no_other_reviewer")


def excluded(row: Row, staff_id: int) -> bool:
    """Whether somebody took part in what an appeal is about, or filed it."""
    return f",{staff_id}," in row.excluded_ids or staff_id in {row.original_decider_id, row.appellant_id}


def appeal_in(tx: Tx, appeal_id: int) -> AppealView:
    """An appeal, whoever asks: the caller decides who may. Raises NotFound."""
    row = queries.one(tx, appeal_id)
    if row is None:
        raise NotFound
    return appeal_view(tx, row)


def open_in(tx: Tx, staff_id: int, most: int = 100) -> list[tuple[AppealView, bool]]:
    """What is not decided, the most urgent first, and whether the one who asks may review it.

    Asks for ``manage_appeals``. What the appellant wrote stays away: it is read after the first read.
    """
    accounts.authorise_in(tx, staff_id, "manage_appeals")
    rows = queries.open_page(tx, 0, most)
    return [(_blind(appeal_view(tx, row), staff_id), not excluded(row, staff_id)) for row in rows]


def _blind(view: AppealView, staff_id: int) -> AppealView:
    seen = view.read_at is not None and view.reviewer_id == staff_id
    return view if seen else msgspec.structs.replace(view, text="")


async def assign(rt: Runtime, staff_id: int, appeal_id: int, version: int | None = None) -> AppealView:
    """Take an appeal. Raises Forbidden for whoever had part in the first decision, Conflict where another has it."""
    return await rt.db.write("moderation.appeal_assign", assign_in, staff_id, appeal_id, version)


def assign_in(tx: Tx, staff_id: int, appeal_id: int, version: int | None = None) -> AppealView:
    """:func:`assign` in the caller's transaction."""
    row = _mine_in(tx, staff_id, appeal_id, version)
    if row.state not in {"filed", "assigned"}:
        raise Conflict("This appeal is in work already")
    if row.reviewer_id not in {None, staff_id}:
        raise Conflict("Somebody else has taken this appeal")
    queries.change(tx, row, state="assigned", reviewer_id=staff_id, assigned_at=tx.now)
    tx.update(appeal_exception, {"appeal_id": appeal_id}, ended_at=tx.now)
    _log(tx, staff_id, "assign", appeal_id)
    return _blind(appeal_in(tx, appeal_id), staff_id)


def read_in(tx: Tx, staff_id: int, appeal_id: int) -> AppealRead:
    """What the reviewer may see: snapshot and rule; after the first read is recorded the decision and the words too.

    Asks for ``manage_appeals``; raises NotFound, Forbidden for anybody but the reviewer.
    """
    row = _reviewers_in(tx, staff_id, appeal_id, queries.one)
    found = view_in(tx, row.decision_id)
    seen = row.read_at is not None
    return AppealRead(
        appeal=_blind(appeal_view(tx, row), staff_id),
        snapshot_id=found.snapshot_id,
        policy=found.policy,
        decision=msgspec.structs.replace(found, actor_id=None) if seen else None,
    )


async def record_read(rt: Runtime, staff_id: int, appeal_id: int, verdict: str, note: str = "") -> AppealRead:
    """Record the blind first read: violation, no_violation or unsure. It cannot be changed afterwards."""
    return await rt.db.write("moderation.appeal_read", record_read_in, staff_id, appeal_id, verdict, note)


def record_read_in(tx: Tx, staff_id: int, appeal_id: int, verdict: str, note: str = "") -> AppealRead:
    """:func:`record_read` in the caller's transaction. Raises Invalid, Conflict for a second read."""
    row = _reviewers_in(tx, staff_id, appeal_id)
    if verdict not in _READS:
        fault = "is not included in the list"
        raise Invalid(f"Validation failed: Verdict {fault}", {"verdict": [("ERR_INCLUSION", fault)]})
    if row.read_at is not None:
        raise Conflict("The first read is recorded already")
    queries.change(tx, row, state="read", read_verdict=verdict, read_note=note[:2000], read_at=tx.now)
    _log(tx, staff_id, "read", appeal_id, verdict=verdict)
    return read_in(tx, staff_id, appeal_id)


def _reviewers_in(tx: Tx, staff_id: int, appeal_id: int, load: _Load = queries.lock) -> Row:
    row = _mine_in(tx, staff_id, appeal_id, None, load)
    if row.reviewer_id != staff_id:
        raise Forbidden("Take this appeal first")
    return row


def _mine_in(tx: Tx, staff_id: int, appeal_id: int, version: int | None, load: _Load = queries.lock) -> Row:
    """An appeal for somebody who may review it; locked, unless it is only read."""
    accounts.authorise_in(tx, staff_id, "manage_appeals")
    row = load(tx, appeal_id)
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict("Somebody else changed this appeal meanwhile: look again")
    if excluded(row, staff_id):
        raise Forbidden(OWN)
    return row


def reviewers_in(tx: Tx, staff_id: int, appeal_id: int) -> Row:
    """The appeal for its reviewer, who has recorded a first read. Raises Forbidden, Conflict, NotFound."""
    row = _reviewers_in(tx, staff_id, appeal_id)
    if row.read_at is None:
        raise Conflict(READ_FIRST)
    return row


def figures_in(tx: Tx, since: int) -> AppealFigures:
    """How many appeals there were since an instant, how they ended, and how long they took."""
    counts, times = queries.counts(tx, since), queries.times(tx, since)
    decided = sum(counts.get(state, 0) for state in ("upheld", "overturned", "partly"))
    filed = sum(counts.values())
    return AppealFigures(
        filed,
        filed - decided,
        counts.get("overturned", 0) + counts.get("partly", 0),
        decided,
        times[len(times) // 2] if times else None,
        times[min(len(times) - 1, len(times) * 95 // 100)] if times else None,
    )


def exceptions_in(tx: Tx, most: int = 100) -> list[tuple[int, str, int, int | None]]:
    """Appeals that nobody here may review, for everybody to read: (appeal, why, since when, until when)."""
    return [(row.appeal_id, row.reason, row.published_at, row.ended_at) for row in queries.exceptions(tx, most)]


def _log(tx: Tx, actor_id: int | None, verb: str, appeal_id: int, **detail: Any) -> None:
    audit.append_in(tx, actor_id=actor_id, action=f"appeal.{verb}", subject=f"appeal:{appeal_id}", **detail)
