"""Letters as staff sees them, and as whoever sent one may see it: item by item, with what became of each (I7)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.desk.model import Letter
from perdure.desk.queries import letters as queries
from perdure.desk.service.opening import raw_in, read_of_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.model import Subject
from perdure.moderation.service import bundles
from perdure.moderation.service.reports import token_digest
from perdure.signals.service import sweep

STATES: Final = ("received", "opening", "opened", "refused", "answered", "closed")
_TOP: Final = 2**63 - 1
_MASKED: Final = "not_found"


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in a list. ``outcomes`` counts its items by state, ``resolved`` those found or certain.

    ``due_at`` is the deadline for an answer, ``case_due_at`` that of the strictest running clock of its case.
    """

    id: int
    reference: str
    state: str
    refusal: str
    channel: str
    form: str
    authority: str
    verified: bool
    proof: str
    sender_id: int | None
    sender: str
    from_name: str
    from_email: str
    subject: str
    references: tuple[str, ...]
    case_id: int | None
    thread_key: str
    items: int
    done: int
    pending: int
    outcomes: dict[str, int]
    faults: tuple[str, ...]
    policy: str
    threat_to_life: bool
    locale: str
    drill: bool
    raw_hash: str
    raw_size: int
    received_at: int
    stored_at: int
    due_at: int | None
    opened_at: int | None
    receipt_at: int | None
    answered_at: int | None
    version: int


class LetterItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a letter and what became of it. ``swept`` copies of it were found elsewhere and dealt with.

    ``state`` is an item's state of moderation; ``masked``: the sender is told that nothing was found. ``duplicate_of``
    is a number of this letter; None where it repeats an item of an earlier one of the same exchange.
    """

    number: int
    item_id: int | None
    claim: str
    pointer: str
    url: str
    reason: str
    policy: str
    reference: str
    resolution: str
    state_before: str
    state: str
    subject: Subject | None
    evidence_hash: str | None
    decision_id: int | None
    decided_policy: str
    outcome: str
    decided_at: int | None
    settled_at: int | None
    duplicate_of: int | None
    held_by: int | None
    held_at: int | None
    swept: int
    masked: bool
    note: str

    @property
    def shown_state(self) -> str:
        """The state as whoever sent the letter is told."""
        return _MASKED if self.masked else self.state


def letters_in(
    tx: Tx,
    states: Iterable[str] = STATES,
    *,
    sender_id: int | None = None,
    before: int = _TOP,
    most: int = 40,
) -> list[LetterView]:
    """Letters, newest first. Whoever may see them is the caller's question."""
    return _views(tx, queries.page(tx, states, before=before, most=most, sender_id=sender_id))


def letter_in(tx: Tx, letter_id: int) -> LetterView:
    """One letter. Raises NotFound."""
    row = queries.one(tx, letter_id)
    if row is None:
        raise NotFound
    return _views(tx, [row])[0]


def of_case_in(tx: Tx, case_id: int) -> list[LetterView]:
    """Letters that a case was opened and joined by, oldest first."""
    return _views(tx, queries.of_case(tx, case_id))


def by_reference_in(tx: Tx, reference: str) -> LetterView:
    """The letter with our reference (``PN-2026-000123``). Raises NotFound."""
    row = queries.by_reference(tx, reference.strip().upper())
    if row is None:
        raise NotFound(f"There is no letter {reference.strip()[:40]}")
    return _views(tx, [row])[0]


def by_token_in(tx: Tx, token: str) -> LetterView:
    """The letter of a public link. Raises NotFound. The token is looked up as a hash: its time tells nothing."""
    row = queries.by_token(tx, token_digest(token))
    if row is None:
        raise NotFound
    return _views(tx, [row])[0]


def authorised_in(tx: Tx, staff_id: int, letter_id: int) -> LetterView:
    """One letter for a member of staff. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return letter_in(tx, letter_id)


def read_in(tx: Tx, letter_id: int) -> Letter | None:
    """What was understood of a letter, without its items; None until it was read."""
    return read_of_in(tx, letter_id)


def bytes_in(tx: Tx, letter_id: int) -> bytes:
    """The bytes as they came. Raises NotFound, Unavailable where the site's key has changed."""
    if queries.one(tx, letter_id) is None:
        raise NotFound
    return raw_in(tx, letter_id)


def items_in(tx: Tx, letter_id: int, *, after: int = 0, most: int = 10_000) -> list[LetterItemView]:
    """What a letter complains of, in its order, with what became of each."""
    rows = queries.items(tx, letter_id, after=after, most=most)
    ended = bundles.outcomes_in(tx, [row.item_id for row in rows if row.item_id is not None])
    repeated = queries.by_case_items(tx, _repeated(ended.values()))
    numbers = {row.item_id: row.number for row in repeated if row.letter_id == letter_id}
    made = {one.decision_id for one in ended.values() if one.decision_id} | {row.held_by for row in rows if row.held_by}
    swept = sweep.found_of_in(tx, list(made)) if made else {}
    held_at = bundles.decided_at_in(tx, [row.held_by for row in rows if row.held_by])
    return [_item(row, ended.get(row.item_id), numbers, swept, held_at) for row in rows]


def _repeated(ended: Iterable[bundles.Ended]) -> list[int]:
    return [one.duplicate_of for one in ended if one.duplicate_of is not None]


def _item(
    row: Row,
    ended: bundles.Ended | None,
    numbers: Mapping[int, int],
    swept: Mapping[int, int],
    held_at: Mapping[int, int],
) -> LetterItemView:
    ended = ended if ended is not None else bundles.Ended(item_id=row.item_id or 0)
    found = max(row.swept, swept.get(ended.decision_id or 0, 0), swept.get(row.held_by or 0, 0))
    return LetterItemView(
        **{name: getattr(row, name) for name in _PLAIN},
        state=ended.state,
        subject=ended.subject,
        evidence_hash=ended.evidence_hash,
        decision_id=ended.decision_id,
        decided_policy=ended.policy,
        outcome=ended.outcome,
        decided_at=ended.decided_at,
        settled_at=ended.settled_at,
        duplicate_of=numbers.get(ended.duplicate_of or 0),
        held_at=held_at.get(row.held_by or 0),
        swept=found,
        note=ended.note,
    )


_PLAIN: Final = (
    "number",
    "item_id",
    "claim",
    "pointer",
    "url",
    "reason",
    "policy",
    "reference",
    "resolution",
    "state_before",
    "held_by",
    "masked",
)


def _views(tx: Tx, rows: Sequence[Row]) -> list[LetterView]:
    counts = bundles.counts_in(tx, [row.intake_id for row in rows if row.intake_id is not None])
    return [_view(tx, row, counts.get(row.intake_id, {})) for row in rows]


_COPIED: Final = tuple(
    name
    for name in LetterView.__struct_fields__
    if name not in {"sender", "from_name", "from_email", "subject", "references", "pending", "outcomes", "faults"}
)


def _view(tx: Tx, row: Row, counts: Mapping[str, int]) -> LetterView:
    read = read_of_in(tx, row.id)
    sender = queries.sender_row(tx, row.sender_id) if row.sender_id is not None else None
    more: dict[str, Any] = {
        "sender": sender.name if sender is not None else "",
        "from_name": read.from_name if read is not None else "",
        "from_email": read.from_email if read is not None else "",
        "subject": read.subject if read is not None else "",
        "references": read.references if read is not None else (),
        "pending": counts.get("pending", 0),
        "outcomes": dict(counts),
        "faults": msgspec.json.decode(row.faults_json, type=tuple[str, ...]),
    }
    return LetterView(**{name: getattr(row, name) for name in _COPIED}, **more)


def told_of(one: LetterItemView, view: LetterView) -> dict[str, Any]:
    """What whoever sent a letter is told of an item: nothing about its author (I14).

    What is masked looks in every field like an address under which there never was anything.
    """
    said = {"number": one.number, "claim": one.claim, "url": one.url or None, "reference": one.reference or None}
    if one.shown_state == _MASKED:
        return said | {
            "state": _MASKED,
            "found": False,
            "state_before": None,
            "hidden_at": None,
            "policy": None,
            "settled_at": view.opened_at,
            "evidence_hash": None,
            "duplicate_of": None,
            "copies": 0,
        }
    hidden = one.held_at if one.state == "pending" else one.decided_at if one.state in _ACTED else None
    return said | {
        "state": one.state,
        "found": one.subject is not None,
        "state_before": one.state_before or None,
        "hidden_at": hidden,
        "policy": one.decided_policy or None,
        "settled_at": one.settled_at,
        "evidence_hash": one.evidence_hash,
        "duplicate_of": one.duplicate_of,
        "copies": one.swept,
    }


_ACTED: Final = frozenset({"actioned", "already_actioned"})
