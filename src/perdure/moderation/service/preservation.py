"""Preservation holds, and the purge: the one job that erases, after everything that speaks against it was asked (I3).

A hold blocks the purge and nothing else. What a decision was about is kept until its retention and the time for an
appeal are over, no appeal is open and no hold stands; the purge writes what it erased and what it left, and why.
"""

from typing import Final, get_args

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.media import service as media
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import HoldReason, Preservation
from perdure.moderation.queries import appeals, decisions
from perdure.moderation.queries import preservation as queries
from perdure.moderation.service import snapshots
from perdure.moderation.service.reading_decisions import APPEAL_MS
from perdure.moderation.tables.decisions import preservation, retention
from perdure.posts import service as posts

_DAY_MS: Final = 86_400_000
RETENTION_MS: Final = 30 * _DAY_MS
"""How long what was removed is kept after the time for an appeal."""
_POSTS: Final = frozenset({"post", "message"})
_NEVER_COPIED: Final = "child_safety"
_REASONS: Final[frozenset[str]] = frozenset(get_args(HoldReason))


def keep_in(tx: Tx, decision_id: int, kind: str, ref: int, snapshot_id: int | None) -> None:
    """Keep what a decision is about, its files and what stands around it, as long as somebody may appeal."""
    if snapshot_id is not None:
        snapshots.keep_in(tx, snapshots.peek_in(tx, snapshot_id), f"decision:{decision_id}")
    tx.insert_new(
        retention,
        decision_id=decision_id,
        subject_kind=kind,
        ref_id=ref,
        state="kept",
        due_at=tx.now + APPEAL_MS + RETENTION_MS,
        skipped="",
        purged_at=None,
    )


def quarantine_in(tx: Tx, decision_id: int, policy: str, about: Subject) -> None:
    """Have no store get the files of what was decided to show the abuse of children: they stay on this host alone.

    What was copied before cannot be read any more.
    """
    if policy != _NEVER_COPIED:
        return
    if about.kind in {*_POSTS, "media"}:
        media.bar_in(tx, f"decision:{decision_id}", media_ids=_media_of(tx, about.kind, about.id))
    elif about.kind == "account":
        view = accounts.view_in(tx, about.id)
        media.bar_in(tx, f"decision:{decision_id}", keys=(view.avatar_key, view.header_key))


def end_quarantine_in(tx: Tx, decision_id: int, kind: str, ref: int) -> None:
    """Have the files copied again: the decision about a subject was taken back."""
    media.unbar_in(tx, f"decision:{decision_id}", _media_of(tx, kind, ref))


def _media_of(tx: Tx, kind: str, ref: int) -> list[int]:
    if kind in _POSTS:
        return posts.media_ids_in(tx, ref)
    return [ref] if kind == "media" else []


def place_in(
    tx: Tx,
    staff_id: int,
    about: tuple[str, int],
    *,
    reason: str,
    reference: str,
    until: int | None = None,
    case_id: int | None = None,
) -> Preservation:
    """Keep a thing from being erased, whoever wants it gone. Asks for ``manage_reports``.

    ``reason`` is one of ``HoldReason``, ``reference`` that of the order or case behind it, ``until`` ms or None: until
    it is released. Raises Invalid, every field named.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    _check(tx, reason, reference, until)
    return _place_in(tx, staff_id, about, reason, reference, until, case_id)


def place_ordered_in(
    tx: Tx, about: tuple[str, int], *, reason: HoldReason, reference: str, until: int | None, case_id: int
) -> Preservation:
    """Keep a thing from being erased because an authority's order says so, before anybody looked."""
    return _place_in(tx, None, about, reason, reference[:200], until, case_id)


def _place_in(
    tx: Tx,
    staff_id: int | None,
    about: tuple[str, int],
    reason: str,
    reference: str,
    until: int | None,
    case_id: int | None,
) -> Preservation:
    hold_id = tx.new_id()
    tx.insert(
        preservation,
        id=hold_id,
        subject_kind=about[0],
        ref_id=about[1],
        case_id=case_id,
        reason=reason,
        reference=reference.strip(),
        state="active",
        until=until,
        placed_by=staff_id,
        release_reason="",
        created_at=tx.now,
    )
    _keep(tx, about, f"hold:{hold_id}")
    _log(tx, staff_id, "place", hold_id, about, reason)
    return _view(queries.one(tx, hold_id))


def _check(tx: Tx, reason: str, reference: str, until: int | None) -> None:
    if reason not in _REASONS:
        fault = "is not included in the list"
        raise Invalid(f"Validation failed: Reason {fault}", {"reason": [("ERR_INCLUSION", fault)]})
    if not reference.strip() or len(reference) > 200:
        fault = "must name the order or case, in 200 characters at most"
        raise Invalid(f"Validation failed: Reference {fault}", {"reference": [("ERR_INVALID", fault)]})
    if until is not None and until <= tx.now:
        raise Invalid("Validation failed: Until must be in the future", {"until": [("ERR_INVALID", "is past")]})


def _keep(tx: Tx, about: tuple[str, int], keeper: str) -> None:
    kind, ref = about
    if kind in _POSTS:
        posts.keep_in(tx, [ref], keeper)
        media.keep_in(tx, [one.id for one in media.views_of_posts_in(tx, [ref]).get(ref, ())], keeper)
    elif kind == "media":
        media.keep_in(tx, [ref], keeper)
    elif kind == "account":
        accounts.keep_in(tx, ref, keeper)


def release_in(tx: Tx, staff_id: int, hold_id: int, reason: str) -> None:
    """End a hold. Asks for ``manage_reports``; raises NotFound, Conflict for one that has ended, Invalid."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.one(tx, hold_id)
    if row is None:
        raise NotFound
    if row.state != "active":
        raise Conflict("This hold has ended already")
    if not reason.strip():
        raise Invalid("Validation failed: Reason can't be blank", {"reason": [("ERR_BLANK", "can't be blank")]})
    _end(tx, row, "released", staff_id, reason[:500])


def _end(tx: Tx, row: Row, state: str, by: int | None, reason: str) -> None:
    queries.change(tx, row.id, state=state, released_by=by, release_reason=reason, released_at=tx.now)
    posts.unkeep_in(tx, f"hold:{row.id}")
    media.unkeep_in(tx, f"hold:{row.id}")
    accounts.unkeep_in(tx, f"hold:{row.id}")
    _log(tx, by, state, row.id, (row.subject_kind, row.ref_id), reason)


def holds_in(tx: Tx, staff_id: int, most: int = 100) -> list[Preservation]:
    """What is held, newest first. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return [_view(row) for row in queries.active(tx, most)]


def holds_on_in(tx: Tx, about: tuple[str, int]) -> list[Preservation]:
    """The holds on one thing; the caller decides who may know."""
    return [_view(row) for row in queries.on(tx, *about)]


def _view(row: Row | None) -> Preservation:
    if row is None:
        raise NotFound
    return Preservation(**{name: getattr(row, name) for name in Preservation.__struct_fields__})


def expire_due_in(tx: Tx, most: int) -> int:
    """End the holds whose time is over; returns how many."""
    rows = queries.over(tx, most)
    for row in rows:
        _end(tx, row, "expired", None, "its time is over")
    return len(rows)


def purge_in(tx: Tx, most: int) -> int:
    """Look at what the retention no longer keeps: erase it, or leave it for a day and say why; returns how many."""
    rows = queries.due(tx, most)
    for row in rows:
        if why := _reason_to_keep(tx, row):
            queries.change_kept(tx, row.decision_id, skipped=why, due_at=tx.now + _DAY_MS)
        else:
            _purge(tx, row)
        subject = f"{row.subject_kind}:{row.ref_id}"
        verb = "purge.skip" if why else "purge.erase"
        audit.append_in(tx, actor_id=None, action=verb, subject=subject, decision=row.decision_id, why=why)
    return len(rows)


def _reason_to_keep(tx: Tx, row: Row) -> str:
    if queries.on(tx, row.subject_kind, row.ref_id):
        return "preservation"
    return "appeal" if appeals.open_on(tx, row.subject_kind, row.ref_id) else ""


def _purge(tx: Tx, row: Row) -> None:
    """The ledger's row is in the same transaction. A post that is still hidden goes the way of deleted ones now."""
    posts.unkeep_in(tx, f"decision:{row.decision_id}")
    media.unkeep_in(tx, f"decision:{row.decision_id}")
    acts = decisions.actions(tx, [row.decision_id])
    hidden = any(act.kind == "hide" and act.state == "active" for act in acts)
    if hidden and row.subject_kind in _POSTS:
        posts.withdraw_in(tx, row.ref_id)
    queries.change_kept(tx, row.decision_id, state="purged", purged_at=tx.now, skipped="")


def _log(tx: Tx, actor_id: int | None, verb: str, hold_id: int, about: tuple[str, int], reason: str) -> None:
    subject = f"{about[0]}:{about[1]}"
    audit.append_in(tx, actor_id=actor_id, action=f"hold.{verb}", subject=subject, hold=hold_id, reason=reason)
