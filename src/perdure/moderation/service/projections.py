"""Every night: what the console shows is computed anew from decisions, actions and events, and must be the same (I1).

What differs is put right, written into the record, and is an alarm for a week: somebody changed a row by hand, or this
program has a defect.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.moderation.queries import cases as case_rows
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import projections as rows
from perdure.moderation.service import effects, ranking, strikes
from perdure.moderation.service.settling import DECIDED
from perdure.posts import service as posts

WEEK_MS: Final = 7 * 86_400_000
_BATCH: Final = 100
_NOTE: Final = "moderation.projections"
_SUSPENDING: Final = frozenset({"account_suspend", "account_ban"})
_STATES: Final = {
    "received": "open",
    "leased": "leased",
    "escalated": "escalated",
    "decided": "decided",
    "closed": "closed",
    "reopened": "open",
}
log = logger("projections")
K = TypeVar("K")


class Difference(msgspec.Struct, frozen=True):
    """A row that did not say what it should, and which of its columns; ``at`` in ms."""

    about: str
    columns: tuple[str, ...]
    at: int


async def rebuild(rt: Runtime) -> list[Difference]:
    """Compute everything anew, a hundred things a transaction; returns what was wrong and is right now."""
    found = await _pages(rt, _effects_in, ("", 0))
    found += await _pages(rt, _strikes_in, 0)
    found += await rt.db.write("moderation.rebuild", _strays_in)
    found += await _pages(rt, _cases_in, 0)
    if found:
        await rt.db.write("moderation.rebuild", _note_in, found)
    return found


async def _pages(
    rt: Runtime, body: Callable[[Tx, K, int], tuple[K | None, list[Difference]]], start: K
) -> list[Difference]:
    after: K | None = start
    found: list[Difference] = []
    while after is not None:
        after, more = await rt.db.write("moderation.rebuild", body, after, _BATCH)
        found += more
    return found


def differences_in(tx: Tx) -> tuple[Difference, ...]:
    """What was put right within the last week."""
    noted = accounts.noted_in(tx, _NOTE)
    known = msgspec.json.decode(noted, type=tuple[Difference, ...]) if noted else ()
    return tuple(one for one in known if one.at > tx.now - WEEK_MS)


def _note_in(tx: Tx, found: list[Difference]) -> None:
    kept = (*differences_in(tx), *found)[-200:]
    accounts.note_in(tx, _NOTE, msgspec.json.encode(kept).decode())


def _wrong_in(tx: Tx, about: str, columns: tuple[str, ...]) -> Difference:
    audit.append_in(tx, actor_id=None, action="projection.repair", subject=about, columns=columns)
    log.error("projection_differed", about=about, columns=columns)
    return Difference(about, columns, tx.now)


def _changed(before: msgspec.Struct, after: msgspec.Struct) -> tuple[str, ...]:
    return tuple(name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name))


def _effects_in(tx: Tx, after: tuple[str, int], most: int) -> tuple[tuple[str, int] | None, list[Difference]]:
    """What stands of posts, accounts and files, against the actions in force."""
    places = rows.places(tx, after, most)
    found = []
    for kind, ref in places:
        if wrong := _effect_in(tx, kind, ref):
            found.append(_wrong_in(tx, f"{kind}:{ref}", wrong))
    return (places[-1] if len(places) == most else None), found


def _effect_in(tx: Tx, kind: str, ref: int) -> tuple[str, ...]:
    if kind in {"post", "message"}:
        if posts.stored_in(tx, ref) is None:
            return ()
        before = posts.measures_in(tx, ref)
        effects.settle_in(tx, [(kind, ref)])
        return _changed(before, posts.measures_in(tx, ref))
    if kind == "account":
        return _account_in(tx, ref)
    if kind == "media":
        return _file_in(tx, ref)
    return ()


def _account_in(tx: Tx, account_id: int) -> tuple[str, ...]:
    """Accounts on their way out are left alone, and those that somebody suspended without a decision."""
    view = accounts.views_in(tx, [account_id]).get(account_id)
    kinds = {row.kind for row in queries.active(tx, "account", account_id)}
    if view is None or view.state not in {"active", "suspended"}:
        return ()
    if view.state == "suspended" and not kinds & _SUSPENDING:
        return ()
    before = accounts.restrictions_in(tx, account_id)
    effects.settle_in(tx, [("account", account_id)])
    return _changed(before, accounts.restrictions_in(tx, account_id))


def _file_in(tx: Tx, media_id: int) -> tuple[str, ...]:
    key = next((view.file_key for view in media.views_in(tx, [media_id])), None)
    if key is None:
        return ()
    before = media.withheld_in(tx, key)
    effects.settle_in(tx, [("media", media_id)])
    return () if media.withheld_in(tx, key) == before else ("withheld",)


def _strikes_in(tx: Tx, after: int, most: int) -> tuple[int | None, list[Difference]]:
    """Strikes, against the decisions that carry them and those that took these back."""
    carrying = rows.carrying(tx, after, most)
    ids = [row.id for row in carrying]
    there, ended = rows.strikes(tx, ids), rows.taken_back(tx, ids)
    found = []
    for row in carrying:
        wanted = strikes.values_of(row, ended.get(row.id))
        if wrong := _differing(there.get(row.id), wanted):
            strikes.put_in(tx, row.id, wanted)
            found.append(_wrong_in(tx, f"strike:{row.id}", wrong))
    return (ids[-1] if len(ids) == most else None), found


def _strays_in(tx: Tx) -> list[Difference]:
    found = rows.stray_strikes(tx, _BATCH)
    for decision_id in found:
        strikes.drop_in(tx, decision_id)
    return [_wrong_in(tx, f"strike:{decision_id}", ("decision_id",)) for decision_id in found]


def _differing(row: Row | None, wanted: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, value in wanted.items() if row is None or getattr(row, name) != value)


def _cases_in(tx: Tx, after: int, most: int) -> tuple[int | None, list[Difference]]:
    """Stage, counts and place in the queue of cases, against their events, items, intakes and clocks."""
    ids = rows.cases(tx, after, most)
    found = []
    for case_id in ids:
        case = case_rows.lock(tx, case_id)
        if case is None:
            continue
        wanted = _case_in(tx, case)
        if wrong := _differing(case, wanted):
            case_rows.change(tx, case, **wanted)
            found.append(_wrong_in(tx, f"case:{case_id}", wrong))
    return (ids[-1] if len(ids) == most else None), found


def _case_in(tx: Tx, case: Row) -> dict[str, Any]:
    move = rows.last_move(tx, case.id)
    state = case.state if move is None else _STATES.get(move.kind, "open")
    wanted = {
        "state": state,
        "pending_items": case_rows.pending(tx, case.id),
        "intakes": rows.intakes(tx, case.id),
        **ranking.ranked_in(tx, case.id, case.severity, case.severity_by, ranking.inputs_of(case), case.opened_at),
    }
    if state in DECIDED:
        return wanted | {"open_key": None}
    return wanted | {"decided_at": None, "decided_by": None, "closed_at": None}
