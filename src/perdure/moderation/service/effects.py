"""What decisions do, and how it is taken back.

Each action is a row. What stands of a post or an account is always computed from the actions in force, so that two
that overlap are taken back in any order, and what an action found is stored with it (its inverse).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import Label, Restrictions
from perdure.audit import service as audit
from perdure.audit.model import Measure
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid
from perdure.media import service as media
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import ACCOUNT_ACTS, Act, ActView, LabelInput
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import ordered
from perdure.moderation.tables.decisions import moderation_action
from perdure.posts import service as posts
from perdure.posts.model import Measures
from perdure.signals.service import trends

_MEASURES: Final[Mapping[str, Measure]] = {
    "hold": "hold",
    "hide": "takedown",
    "limit": "limit",
    "label": "label",
    "sensitive": "label",
    "account_sensitive": "label",
    "account_label": "label",
    "account_freeze": "freeze",
    "account_limit": "limit",
    "account_suspend": "suspension",
    "account_ban": "ban",
    "trend_block": "trend_block",
}
_POSTS: Final = frozenset({"post", "message"})
_label = msgspec.json.Decoder(LabelInput)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What an action found, and the number under which the ledger knows it: the stored inverse."""

    before: dict[str, Any] | None = None
    ledger: int | None = None


def place_of(act: Act, about: Subject) -> tuple[str, int]:
    """What an act falls on. Raises Invalid where it cannot be done to such a thing."""
    if act.kind in ACCOUNT_ACTS:
        target = act.ref[1] if act.ref is not None else about.author_id or (about.id if about.kind == "account" else 0)
        if not target:
            raise Invalid("Validation failed: Acts name no account", {"acts": [("ERR_BLANK", "name no account")]})
        return "account", target
    kind, ref = act.ref or (about.kind, about.id)
    fits = {"trend_block": {"tag", "post"}, "warn": {kind}}.get(act.kind, _POSTS | {"media"})
    if kind not in fits or (kind == "media" and act.kind not in {"hide", "hold"}):
        text = f"cannot be done to a {kind.replace('_', ' ')}: {act.kind.replace('_', ' ')}"
        raise Invalid(f"Validation failed: Acts {text}", {"acts": [("ERR_INVALID", text)]})
    return kind, ref


def perform_in(tx: Tx, decision_id: int, key: str, act: Act, place: tuple[str, int]) -> None:
    """Put an act into force, unless it is already under this key. Its ledger entry is in the same transaction."""
    kind, ref = place
    until = act.label.until if act.label is not None else act.until
    values = {
        "id": tx.new_id(),
        "decision_id": decision_id,
        "key": key,
        "kind": act.kind,
        "subject_kind": kind,
        "ref_id": ref,
        "state": "active" if act.kind != "warn" else "ended",
        "forward_json": msgspec.json.encode(act.label).decode(),
        "surface_profile": None,
        "window_until": None,
        "starts_at": tx.now,
        "ends_at": until,
        "permanent": until is None,
        "reversed_by": None,
        "ended_at": None,
        "version": 1,
    }
    ledger = None if act.kind == "warn" else _enforce(tx, decision_id, act.kind, place, until, act.label)
    if act.kind == "trend_block":
        _block_trend(tx, decision_id, place, until)
    inverse = Stored(before=_now_in(tx, kind, ref), ledger=ledger)
    tx.insert_new(moderation_action, **values, inverse_json=msgspec.json.encode(inverse).decode())


def _block_trend(tx: Tx, decision_id: int, place: tuple[str, int], until: int | None) -> None:
    """Keep a hashtag or a post from every ranking (signals.service.trends)."""
    key = str(place[1]) if place[0] == "post" else posts.tag_name_in(tx, place[1])
    if key is not None:
        trends.trend_block_in(tx, "post" if place[0] == "post" else "tag", key, decision_id, until)


def _enforce(
    tx: Tx, decision_id: int, act: str, place: tuple[str, int], until: int | None, label: LabelInput | None
) -> int:
    value = label.value if label is not None else "sensitive" if act.endswith("sensitive") else None
    subject = f"{place[0]}:{place[1]}"
    return audit.enforce_in(tx, kind=_MEASURES[act], subject=subject, value=value, until=until, decision_id=decision_id)


def _now_in(tx: Tx, kind: str, ref: int) -> dict[str, Any] | None:
    if kind in _POSTS:
        return msgspec.to_builtins(posts.measures_in(tx, ref))  # type: ignore[no-any-return]
    if kind == "account":
        return msgspec.to_builtins(accounts.restrictions_in(tx, ref))  # type: ignore[no-any-return]
    return None


def end_in(tx: Tx, rows: Iterable[Row], state: str, by_decision: int | None) -> None:
    """End actions: ``reversed`` by a decision, or ``ended`` by their time or because another decision replaces them."""
    for row in rows:
        queries.change_action(tx, row, state=state, reversed_by=by_decision, ended_at=tx.now)
        if row.kind == "trend_block":
            trends.trend_unblock_in(tx, row.decision_id)
        stored = msgspec.json.decode(row.inverse_json, type=Stored)
        if stored.ledger is not None and (state == "reversed" or by_decision is not None):
            subject = f"{row.subject_kind}:{row.ref_id}"
            audit.enforce_in(
                tx, kind=_MEASURES[row.kind], subject=subject, decision_id=by_decision, reverses=stored.ledger
            )


def revive_in(tx: Tx, rows: Iterable[Row]) -> None:
    """Put actions into force again that a decision had replaced which no longer holds."""
    for row in rows:
        if row.ends_at is not None and row.ends_at <= tx.now:
            continue
        place = (row.subject_kind, row.ref_id)
        if row.kind == "trend_block":
            _block_trend(tx, row.decision_id, place, row.ends_at)
        ledger = _enforce(tx, row.decision_id, row.kind, place, row.ends_at, _label_of(row))
        stored = msgspec.structs.replace(msgspec.json.decode(row.inverse_json, type=Stored), ledger=ledger)
        encoded = msgspec.json.encode(stored).decode()
        queries.change_action(tx, row, state="active", reversed_by=None, ended_at=None, inverse_json=encoded)


def settle_in(tx: Tx, places: Iterable[tuple[str, int]]) -> None:
    """Make stand what the actions in force say about these things."""
    for kind, ref in dict.fromkeys(places):
        rows = queries.active(tx, kind, ref)
        if kind in _POSTS:
            _settle_post(tx, ref, rows)
        elif kind == "account":
            _settle_account(tx, ref, rows)
        elif kind == "media":
            keeper = f"media:{ref}"
            if rows:
                media.withhold_in(tx, keeper, media_ids=[ref])
            else:
                media.reinstate_in(tx, keeper)


def _settle_post(tx: Tx, post_id: int, rows: list[Row]) -> None:
    kinds = {row.kind for row in rows}
    if not kinds & {"hide", "hold"} and ordered.on(tx, "post", post_id):
        kinds.add("hold")  # an authority's order stands, whatever was decided beside it
    state = "hidden" if "hide" in kinds else "held" if "hold" in kinds else "published"
    posts.apply_in(tx, post_id, Measures(state, "limit" in kinds, "sensitive" in kinds, _said(rows, "label")))


def _said(rows: list[Row], kind: str) -> tuple[Label, ...]:
    labels = [_label_of(row) for row in rows if row.kind == kind]
    return tuple(Label(one.value, one.reason, one.severity, one.blur) for one in labels if one is not None)


def _settle_account(tx: Tx, account_id: int, rows: list[Row]) -> None:
    kinds = {row.kind for row in rows}
    banned = "account_ban" in kinds
    ends = [row.ends_at for row in rows if row.kind == "account_suspend"]
    wanted = Restrictions(
        frozen="account_freeze" in kinds,
        limited="account_limit" in kinds,
        sensitive="account_sensitive" in kinds,
        suspended=banned or bool(ends),
        banned=banned,
        until=None if banned or not ends or None in ends else max(ends),
        labels=_said(rows, "account_label"),
    )
    before = accounts.restrict_in(tx, account_id, wanted)
    if (before.sensitive, before.labels) != (wanted.sensitive, wanted.labels):
        posts.renew_of_in(tx, account_id)


def _label_of(row: Row) -> LabelInput | None:
    return None if row.forward_json == "null" else _label.decode(row.forward_json)


def view_of(row: Row) -> ActView:
    """An action as it is shown."""
    return ActView(
        id=row.id,
        kind=row.kind,
        subject_kind=row.subject_kind,
        ref_id=row.ref_id,
        state=row.state,
        starts_at=row.starts_at,
        until=row.ends_at,
        permanent=row.permanent,
        label=_label_of(row),
        reversed_at=row.ended_at if row.state == "reversed" else None,
    )


def expire_due_in(tx: Tx, most: int) -> int:
    """End the actions whose time is over: suspensions, labels, limits; returns how many."""
    rows = queries.due(tx, most)
    end_in(tx, rows, "ended", None)
    for row in rows:
        subject = f"{row.subject_kind}:{row.ref_id}"
        audit.append_in(
            tx, actor_id=None, action="decision.expire", subject=subject, decision=row.decision_id, kind=row.kind
        )
    settle_in(tx, [(row.subject_kind, row.ref_id) for row in rows])
    return len(rows)
