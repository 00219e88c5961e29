"""Fire drills: once a month, at an hour that nobody knows, a letter and an order arrive that the site wrote itself.

They go the way of every letter, are marked in every export, and their answers are written and sent to nobody. How
fast it went is scored and published. (safety.md §7, C19)
"""

import hashlib
import secrets
from typing import Any, Final, get_args

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.model import Arrived, Authority, SenderInput
from perdure.desk.queries import drills as queries
from perdure.desk.queries import letters as letter_rows
from perdure.desk.queries import orders as order_rows
from perdure.desk.rules import drills as rules
from perdure.desk.rules.drills import Kind
from perdure.desk.service import arriving, senders
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.service import outside
from perdure.posts.model import Draft
from perdure.posts.service import publishing

_NOTE: Final = "desk.drill_account"
_SENDERS: Final[dict[Kind, tuple[str, Authority]]] = {
    "notice": ("Fire drill: host", "provider"),
    "order": ("Fire drill: authority", "member_state"),
}
_ACTOR_HOST: Final = "drill.invalid"


class DrillView(msgspec.Struct, frozen=True, kw_only=True):
    """A drill that is over. Times are ms after receipt, None where it did not happen; ``score`` is 0 to 100."""

    id: int
    kind: Kind
    compressed: bool
    injected_at: int
    items: int
    receipt: int | None
    resolved: int | None
    held: int | None
    decided: int | None
    answered: int | None
    score: int
    passed: bool
    scored_at: int
    fixture_hash: str


async def tick(rt: Runtime) -> None:
    """The recurring job: plan this month's drills, inject those whose hour has come, measure those under way."""
    await rt.db.write("desk.drill_plan", plan_in)
    for row in await rt.db.read(queries.due):
        await inject(rt, row.id)
    await measure(rt)


async def measure(rt: Runtime) -> None:
    """See how far the drills are that are under way, and score those that are over."""
    await rt.db.write("desk.drill_measure", _measure_in)


def plan_in(tx: Tx) -> None:
    """Give this month its drills, each at a random instant that is left of it.

    Only where the desk is set up: there is a contact point, and its operator wants drills.
    """
    point = order_rows.point(tx)
    if point is None or not point.drills:
        return
    for kind in rules.KINDS:
        key = f"{rules.month(tx.now)}:{kind}"
        if queries.planned(tx, key):
            continue
        _account_in(tx)
        at = tx.now + secrets.randbelow(max(1, rules.month_ends(tx.now) - tx.now))
        _schedule_in(tx, kind, key, at, None, compressed=False)


def _schedule_in(tx: Tx, kind: Kind, key: str, at: int, staff_id: int | None, *, compressed: bool) -> int:
    drill_id = tx.new_id()
    blank = dict.fromkeys(
        ("injected_at", "letter_id", "case_id", "receipt_at", "resolved_at", "held_at", "decided_at", "answered_at",
         "ends_at", "score", "passed", "scored_at")
    )  # fmt: skip
    stored = queries.insert(
        tx,
        id=drill_id,
        plan_key=key or f"asked:{drill_id}",
        kind=kind,
        state="scheduled",
        compressed=compressed,
        by_account=staff_id,
        scheduled_at=at,
        fixture_hash="",
        items=0,
        version=1,
        **blank,
    )
    return drill_id if stored else 0


async def start(rt: Runtime, staff_id: int | None, kind: str, *, compressed: bool = False) -> int:
    """Inject a drill now; returns its id. Asks for ``manage_settings``; None is whoever has the machine.

    Raises Invalid for an unknown kind, Conflict while one of the kind is under way.
    """
    if kind not in get_args(Kind):
        raise Invalid("A drill is a notice or an order")

    def body(tx: Tx) -> int:
        if staff_id is not None:
            accounts.authorise_in(tx, staff_id, "manage_settings")
        if any(row.kind == kind for row in queries.running(tx)):
            raise Conflict("A drill of this kind is under way already")
        return _schedule_in(tx, kind, "", tx.now, staff_id, compressed=compressed)  # type: ignore[arg-type]

    drill_id = await rt.db.write("desk.drill_start", body)
    await inject(rt, drill_id)
    return drill_id


async def inject(rt: Runtime, drill_id: int) -> None:
    """Write the posts and the letter of a drill and hand it to the desk's own door. A second time changes nothing."""
    limits, base = publishing.limits_of(rt), rt.settings.base_url
    raw = await rt.db.write("desk.drill_write", _write_in, limits, drill_id, base)
    if raw is None:
        return
    kind, sender_id, content = raw
    arrived = Arrived(
        raw=content,
        channel="drill",
        received_at=rt.clock.now_ms(),
        name="drill.eml" if kind == "notice" else "drill.txt",
        mime="message/rfc822" if kind == "notice" else "text/plain",
        sender_id=sender_id,
        proof="drill",
        envelope_from=f"drill@{_ACTOR_HOST}",
        drill=True,
    )
    letter_id = await arriving.arrive(rt, arrived)
    await rt.db.write("desk.drill_injected", _injected_in, drill_id, letter_id)


def _write_in(tx: Tx, limits: Any, drill_id: int, base: str) -> tuple[Kind, int, bytes] | None:
    row = queries.one(tx, drill_id)
    if row is None or row.state != "scheduled":
        return None
    author_id = _account_in(tx)
    name = accounts.view_in(tx, author_id).username
    accounts.change_in(tx, author_id, state="active")
    ids = [
        publishing.publish_in(tx, limits, author_id, Draft(text=f"{text} ({drill_id})", visibility="private"))
        for text in rules.TEXTS
    ]
    accounts.change_in(tx, author_id, state="deactivated")  # shown to nobody
    urls = [f"{base}/@{name}/{one}" for one in ids]
    reference = f"DRILL-{drill_id}"
    raw = rules.letter(reference, urls, _ACTOR_HOST) if row.kind == "notice" else rules.order(reference, urls, tx.now)
    queries.change(tx, row, fixture_hash=hashlib.sha256(raw).hexdigest())
    return row.kind, _sender_in(tx, row.kind), raw


def _account_in(tx: Tx) -> int:
    """The account in whose name drills are written: nobody's, hidden, and marked by its name."""
    noted = accounts.noted_in(tx, _NOTE)
    if noted is not None:
        return int(msgspec.json.decode(noted))
    names = ("fire_drill", "perdure_fire_drill", f"fire_drill_{tx.new_id()}")
    name = next(one for one in names if not accounts.ids_by_names_in(tx, [one]))
    account_id = accounts.create_account_in(
        tx,
        username=name,
        email=f"{name}@{_ACTOR_HOST}",
        password_hash="",
        profile={"locked": True, "discoverable": False, "indexable": False, "bot": True, "display_name": "Fire drill"},
    )
    accounts.change_in(tx, account_id, state="deactivated")
    accounts.note_in(tx, _NOTE, str(account_id))
    return account_id


def _sender_in(tx: Tx, kind: Kind) -> int:
    name, authority = _SENDERS[kind]
    try:
        return senders.id_of_in(tx, name)
    except NotFound:
        return senders.create_in(tx, None, SenderInput(name=name, authority=authority))[0].id


def _injected_in(tx: Tx, drill_id: int, letter_id: int) -> None:
    row = queries.one(tx, drill_id)
    letter = letter_rows.one(tx, letter_id)
    if row is None or letter is None or row.state != "scheduled":
        return
    ends_at = letter.received_at + rules.horizon(compressed=row.compressed)
    queries.change(tx, row, state="running", letter_id=letter_id, injected_at=letter.received_at, ends_at=ends_at)
    audit.append_in(
        tx, actor_id=row.by_account, action="drill.inject", subject=f"drill:{drill_id}", kind=row.kind, letter=letter_id
    )


def _measure_in(tx: Tx) -> None:
    for row in queries.running(tx):
        letter = letter_rows.one(tx, row.letter_id)
        if letter is None:
            continue
        seen = _seen_in(tx, row, letter)
        names = [step.name for step in rules.steps(row.kind, compressed=row.compressed)]
        over = tx.now >= row.ends_at or all(seen[f"{name}_at"] is not None for name in names)
        queries.change(tx, row, case_id=letter.case_id, items=letter.items, **seen)
        if over:
            _score_in(tx, row.id)


def _seen_in(tx: Tx, row: Row, letter: Row) -> dict[str, int | None]:
    """When each step happened, as the letter, the case and the order say."""
    case = outside.standing_in(tx, letter.case_id) if letter.case_id is not None else None
    order = order_rows.of_letter(tx, letter.id) if row.kind == "order" else None
    answered = letter.answered_at
    if order is not None:
        made = [one for one in order_rows.answers(tx, order.id) if one.annex == 2]
        answered = made[0].sent_at if made else None
    return {
        "receipt_at": letter.receipt_at,
        "resolved_at": letter.opened_at,
        "held_at": order.done_at if order is not None else None,
        "decided_at": case.decided_at if case is not None else None,
        "answered_at": answered,
    }


def _score_in(tx: Tx, drill_id: int) -> None:
    row = queries.one(tx, drill_id)
    assert row is not None
    at = {name: getattr(row, f"{name}_at") for name in ("receipt", "resolved", "held", "decided", "answered")}
    points, passed = rules.score(row.kind, row.injected_at, at, compressed=row.compressed)
    queries.change(tx, row, state="scored", score=points, passed=passed, scored_at=tx.now)
    audit.append_in(
        tx, actor_id=None, action="drill.score", subject=f"drill:{drill_id}", kind=row.kind, score=points, passed=passed
    )


def published_in(tx: Tx, most: int = 60) -> list[DrillView]:
    """Drills that are over, newest first, for everybody."""
    return [_view(row) for row in queries.scored(tx, most)]


def one_in(tx: Tx, drill_id: int) -> tuple[str, DrillView | None]:
    """A drill's state, and how it went where it is over. Raises NotFound."""
    row = queries.one(tx, drill_id)
    if row is None:
        raise NotFound
    return row.state, _view(row) if row.state == "scored" else None


def reference_in(tx: Tx, drill_id: int) -> str:
    """Our reference of the letter that a drill injected. Raises NotFound before it did."""
    row = queries.one(tx, drill_id)
    letter = letter_rows.one(tx, row.letter_id) if row is not None and row.letter_id is not None else None
    if letter is None:
        raise NotFound
    return str(letter.reference)


def _view(row: Row) -> DrillView:
    zero = row.injected_at
    after = {
        name: None if (at := getattr(row, f"{name}_at")) is None else at - zero
        for name in ("receipt", "resolved", "held", "decided", "answered")
    }
    return DrillView(
        id=row.id,
        kind=row.kind,
        compressed=row.compressed,
        injected_at=zero,
        items=row.items,
        score=row.score,
        passed=row.passed,
        scored_at=row.scored_at,
        fixture_hash=row.fixture_hash,
        **after,
    )
