"""What people decide about trends: approve or reject what waits, and blocks by decision."""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from perdure.accounts.service import authorise_in
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.posts import service as posts
from perdure.signals.queries import trends as queries
from perdure.signals.service.guard import explain_in
from perdure.signals.service.reasons import check_reason

ReviewKind = Literal["tag", "post", "link", "publisher", "account"]
KINDS: Final[tuple[ReviewKind, ...]] = ("tag", "post", "link", "publisher", "account")
_WINDOW_MS: Final = 3 * 86_400_000
_LOOKED_AT: Final = 60


class Review(msgspec.Struct, frozen=True):
    """What was decided about one thing. Instants in ms."""

    kind: str
    key: str
    state: str
    reason: str
    decision_id: int | None
    until: int | None
    reviewer_id: int | None
    reviewed_at: int | None
    asked_at: int
    version: int


def reviews_in(tx: Tx, kind: str, keys: Sequence[str]) -> dict[str, Review]:
    """What was decided about things, by their keys."""
    return {key: _review(row) for key, row in queries.some(tx, kind, list(keys)).items()}


def review_page_in(tx: Tx, staff_id: int, kind: ReviewKind, most: int, skip: int = 0) -> list[Review]:
    """What waits or was decided, newest first. Raises Forbidden."""
    authorise_in(tx, staff_id, "manage_taxonomies")
    return [_review(row) for row in queries.page(tx, kind, most, skip)]


def _review(row: Row) -> Review:
    return Review(**{name: getattr(row, name) for name in Review.__struct_fields__})


def review_in(
    tx: Tx,
    staff_id: int,
    kind: ReviewKind,
    key: str,
    *,
    approved: bool,
    version: int | None = None,
    reason: str | None = None,
) -> Review:
    """Approve or reject something for trends, with its entry in the record.

    Approval lifts only the doubt about sampled posts: the threat pattern and the need for people stay. A ``reason`` is
    kept; None where whoever asks has no field for one, else a rejection needs one. Raises Forbidden, Conflict where
    somebody was faster than ``version``, Invalid for what a decision blocks.
    """
    authorise_in(tx, staff_id, "manage_taxonomies")
    said = clean(reason or "").strip()
    if said or (reason is not None and not approved):
        check_reason(said)
    queries.ask(tx, kind, key, "")
    row = queries.some(tx, kind, [key])[key]
    if version is not None and version != row.version:
        raise Conflict("Somebody changed this meanwhile")
    if row.decision_id is not None and (row.until is None or row.until > tx.now):
        raise Invalid("Validation failed: A decision blocks this")
    state = "approved" if approved else "rejected"
    kept = {"reason": said} if said else {}
    queries.change(tx, kind, key, state=state, reviewer_id=staff_id, reviewed_at=tx.now, **kept)
    verb = "approve" if approved else "reject"
    audit.append_in(tx, actor_id=staff_id, action=f"trend.{verb}", subject=f"trend_{kind}:{key}", reason=said)
    return _review(queries.some(tx, kind, [key])[key])


def trend_block_in(tx: Tx, kind: ReviewKind, key: str, decision_id: int, until: int | None = None) -> None:
    """Keep something from every ranking because a decision says so, until an instant in ms or until it falls.

    ``key`` is a folded hashtag, a host, or an id as text. Raises Invalid for a kind that does not exist.
    """
    if kind not in KINDS:
        raise Invalid(f"Validation failed: {kind} does not trend")
    queries.ask(tx, kind, key, "")
    queries.change(tx, kind, key, state="rejected", decision_id=decision_id, until=until)


def trend_unblock_in(tx: Tx, decision_id: int) -> int:
    """Lift what a decision blocked, because it fell; returns how many things."""
    rows = queries.of_decision(tx, decision_id)
    for row in rows:
        queries.change(tx, row.kind, row.key, state="waiting", decision_id=None, until=None)
    return len(rows)


async def ask_for_reviews(rt: Runtime) -> None:
    """The recurring job: put what would trend but for its sampled posts before a person."""
    for kind, keys in await rt.db.read_long(_candidates_in):
        waiting = await rt.db.read_long(_waiting_in, kind, keys)
        if waiting:
            await rt.db.write("trends.ask", _ask_in, kind, waiting)
        await asyncio.sleep(0)


def _candidates_in(tx: Tx) -> list[tuple[Literal["tag", "link"], list[str]]]:
    since = (tx.now - _WINDOW_MS) << SEQUENCE_BITS
    tags = [row.name for row in posts.trending_tags_in(tx, since, _LOOKED_AT)]
    links = [str(row.id) for row in posts.trending_links_in(tx, since, _LOOKED_AT)]
    return [("tag", tags), ("link", links)]


def _waiting_in(tx: Tx, kind: Literal["tag", "link"], keys: list[str]) -> dict[str, str]:
    found = explain_in(tx, "trends", kind, keys)
    return {key: verdict.detail for key, verdict in found.items() if verdict.reason == "risky"}


def _ask_in(tx: Tx, kind: str, waiting: dict[str, str]) -> None:
    for key, detail in waiting.items():
        queries.ask(tx, kind, key, f"{detail} sampled posts are risky")


def tag_name_in(tx: Tx, tag_id: int) -> str:
    """The folded name of a hashtag. Raises NotFound."""
    row = posts.tag_by_id_in(tx, tag_id)
    if row is None:
        raise NotFound
    return str(row.name)
