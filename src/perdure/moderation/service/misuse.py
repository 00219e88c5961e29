"""Measures against misuse (DSA Art 23): a warning first, then a suspension that ends, each weighed and told.

A suspended notifier's reports are not taken, except about a threat to somebody's life or the safety of children; a
suspended complainant's appeals are not. A poster's suspension is a decision about the account, as any other; the
measure keeps the weighing beside it. Authorities and courts cannot be suspended.
"""

from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.kernel.text import clean
from perdure.moderation.events import MisuseMeasured
from perdure.moderation.model.misuse import Figures, MisuseInput, MisuseMeasure, Party, Role
from perdure.moderation.queries import decisions
from perdure.moderation.queries import misuse as queries
from perdure.moderation.rules.statements import Faults

YEAR_MS: Final = 365 * 86_400_000
LONGEST_MS: Final = 180 * 86_400_000
_MOST: Final = 100
_WORDS_MOST: Final = 2000
_ALWAYS: Final = frozenset({"child_safety"})


def figures_in(tx: Tx, role: Role, account_id: int) -> Figures:
    """What counts against a member within a year: reports dismissed, unlawful posts, appeals in vain."""
    return Figures(*queries.figures(tx, role, account_id, tx.now - YEAR_MS))


def warn_in(tx: Tx, staff_id: int, given: MisuseInput, figures: Figures | None = None) -> MisuseMeasure:
    """Warn somebody, with the weighing. Asks for ``manage_users``; raises Invalid, NotFound, Forbidden.

    ``figures`` are needed for a sender, of whom this room knows nothing.
    """
    return _keep_in(tx, staff_id, given, figures, "warning", None)


def suspend_in(tx: Tx, staff_id: int, given: MisuseInput, figures: Figures | None = None) -> MisuseMeasure:
    """Suspend somebody who was warned within a year and went on. Raises Conflict where nobody warned them."""
    warning = queries.standing(tx, given.role, given.party, given.party_id, "warning", tx.now - YEAR_MS)
    if warning is None:
        raise Conflict("Warn them first: a suspension follows a warning that was given within a year")
    if queries.standing(tx, given.role, given.party, given.party_id, "suspension") is not None:
        raise Conflict("They are suspended already")
    return _keep_in(tx, staff_id, given, figures, "suspension", warning.id)


def _keep_in(
    tx: Tx, staff_id: int, given: MisuseInput, figures: Figures | None, kind: str, warning_id: int | None
) -> MisuseMeasure:
    accounts.authorise_in(tx, staff_id, "manage_users")
    words = _checked(tx, given, kind)
    if given.party == "account":
        _check_rank_in(tx, staff_id, given.party_id)
        figures = figures_in(tx, given.role, given.party_id)
    assert figures is not None
    measure_id = queries.insert(
        tx,
        role=given.role,
        party=given.party,
        party_id=given.party_id,
        kind=kind,
        counted=figures.counted,
        of_all=figures.of_all,
        warning_id=warning_id,
        decision_id=given.decision_id,
        until=given.until if kind == "suspension" else None,
        created_by=staff_id,
        **words,
    )
    _log_in(tx, staff_id, kind, measure_id, given.role, given.party, until=given.until)
    tx.emit(MisuseMeasured(measure_id, kind, given.role, given.party, given.party_id))
    return one_in(tx, measure_id)


def _checked(tx: Tx, given: MisuseInput, kind: str) -> dict[str, str]:
    words = {name: clean(getattr(given, name)).strip() for name in ("gravity", "intent", "reasons")}
    faults = Faults()
    for name, text in words.items():
        faults.unless(text, name, "ERR_BLANK", "can't be blank")
        faults.unless(
            len(text) <= _WORDS_MOST, name, "ERR_TOO_LONG", f"is too long (maximum is {_WORDS_MOST} characters)"
        )
    if kind == "suspension":
        bounded = given.until is not None and tx.now < given.until <= tx.now + LONGEST_MS
        faults.unless(bounded, "until", "ERR_INVALID", "must be within the next 180 days")
        if given.role == "poster":
            faults.unless(_suspends_in(tx, given), "decision_id", "ERR_INVALID", "must name what suspends the account")
    faults.unless(
        given.party == "account" or given.role == "notifier", "role", "ERR_INVALID", "of a sender is notifier"
    )
    faults.refuse()
    return words


def _suspends_in(tx: Tx, given: MisuseInput) -> bool:
    row = decisions.one(tx, given.decision_id) if given.decision_id is not None else None
    return row is not None and row.author_id == given.party_id and row.decision_account is not None


def _check_rank_in(tx: Tx, staff_id: int, account_id: int) -> None:
    view = accounts.views_in(tx, [account_id]).get(account_id)
    if view is None or view.state == "deleted":
        raise NotFound
    if accounts.standing_in(tx, account_id).role != "member" or account_id == staff_id:
        raise Forbidden("Staff is not measured here: take the role away first")


def lift_in(tx: Tx, staff_id: int, measure_id: int, reason: str) -> MisuseMeasure:
    """Take a measure back before its end. Asks for ``manage_users``; raises Invalid without a reason, Conflict."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    row, why = _one(tx, measure_id), clean(reason).strip()[:_WORDS_MOST]
    if not why:
        raise Invalid("Validation failed: Reason can't be blank", {"reason": [("ERR_BLANK", "can't be blank")]})
    if row.state != "active":
        raise Conflict("This is over already")
    queries.change(tx, row, state="lifted", ended_at=tx.now, ended_by=staff_id, end_reason=why)
    _log_in(tx, staff_id, "lift", row.id, row.role, row.party)
    tx.emit(MisuseMeasured(row.id, "lifted", row.role, row.party, row.party_id))
    return one_in(tx, measure_id)


def end_due_in(tx: Tx, most: int = _MOST) -> int:
    """End suspensions whose time is over; returns how many."""
    found = queries.due(tx, most)
    for row in found:
        queries.change(tx, row, state="ended", ended_at=tx.now)
        _log_in(tx, None, "end", row.id, row.role, row.party)
        tx.emit(MisuseMeasured(row.id, "ended", row.role, row.party, row.party_id))
    return len(found)


def suspended_until_in(tx: Tx, role: Role, party_id: int, party: Party = "account") -> int | None:
    """Until when (ms) somebody is suspended in a role; None where they are not."""
    row = queries.standing(tx, role, party, party_id, "suspension")
    return row.until if row is not None and row.until > tx.now else None


def refuse_report_in(tx: Tx, account_id: int, harm: str, *, threat_to_life: bool) -> None:
    """Raise Forbidden for a report by whoever is suspended as a notifier; what concerns lives is always taken."""
    if threat_to_life or harm in _ALWAYS:
        return
    if suspended_until_in(tx, "notifier", account_id) is not None:
        raise Forbidden("Your reports are not looked at for some time: you were told why. A threat to life is, always")


def refuse_appeal_in(tx: Tx, account_id: int) -> None:
    """Raise Forbidden for an appeal by whoever is suspended as a complainant."""
    if suspended_until_in(tx, "complainant", account_id) is not None:
        raise Forbidden("Your appeals are not looked at for some time: you were told why")


def of_in(tx: Tx, party: Party, party_id: int) -> list[MisuseMeasure]:
    """What there was against somebody, newest first. The caller asks who may see it."""
    return [_view(row) for row in queries.of(tx, party, party_id, _MOST)]


def every_in(tx: Tx, staff_id: int, before: int, most: int) -> list[MisuseMeasure]:
    """All measures, newest first. Asks for ``manage_users``."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    return [_view(row) for row in queries.every(tx, before, min(most, _MOST))]


def one_in(tx: Tx, measure_id: int) -> MisuseMeasure:
    """A measure. Raises NotFound."""
    return _view(_one(tx, measure_id))


def _one(tx: Tx, measure_id: int) -> Row:
    row = queries.one(tx, measure_id)
    if row is None:
        raise NotFound
    return row


def _view(row: Row) -> MisuseMeasure:
    return MisuseMeasure(**{name: getattr(row, name) for name in MisuseMeasure.__struct_fields__})


def _log_in(tx: Tx, staff_id: int | None, verb: str, measure_id: int, role: str, party: str, **detail: Any) -> None:
    audit.append_in(
        tx,
        actor_id=staff_id,
        action=f"misuse.{verb}",
        subject=f"misuse:{measure_id}",
        role=role,
        party=party,
        **msgspec.to_builtins(detail),
    )
