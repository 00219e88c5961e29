"""What is known of a letter and its items now: what receipts and answers are composed from."""

from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.desk.model import Letter
from perdure.desk.queries import letters as queries
from perdure.desk.rules.outcomes import Deadline, Facts, ItemFacts, Measure, Recurrence, Rule
from perdure.desk.service.arriving import token_in
from perdure.desk.service.opening import read_of_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import Clock, Item
from perdure.moderation.model.decisions import DecisionView
from perdure.moderation.service import outside
from perdure.moderation.service.outside import Standing
from perdure.moderation.service.telling import STATE_PATH
from perdure.signals.ports import Classifier
from perdure.signals.service import recurring
from perdure.signals.service.recurring import Watched
from perdure.signals.service.rulebook import Rulebook

# Clocks of a case that are not owed to whoever sent the letter.
_INSIDE: Final = ("house.", "dsa.statement", "dsa.complaint", "tco.complaint", "tco.preservation")
_FOUND: Final = {
    "actioned": True,
    "already_actioned": True,
    "no_violation": True,
    "deleted_by_author": True,
    "not_found": False,
    "not_ours": False,
}
_EMPTY: Final = Letter(form="text")


class Place(msgspec.Struct, frozen=True):
    """Where this site is and what it watches with: what facts and mails need beside the database."""

    host: str
    base_url: str
    book: Rulebook
    classifier: str
    own_mail: tuple[str, ...] = ()  # addresses under which this site writes and is written to, the desk's first


class Known(msgspec.Struct, frozen=True):
    """A letter with what is known of it."""

    row: Row
    read: Letter
    facts: Facts


class _Behind(msgspec.Struct, frozen=True):
    """What stands behind the items of a case."""

    standing: Standing
    items: Mapping[int, Item]
    decisions: Mapping[int, DecisionView]
    watched: Mapping[int, Watched]
    hidden: frozenset[tuple[str, int]]
    own: frozenset[tuple[str, int]]
    numbers: Mapping[int, int]


def place_of(rt: Runtime) -> Place:
    """Where a running site is."""
    classifier = rt.port(Classifier)
    model = classifier.version if classifier.points else ""
    own = tuple(parseaddr(one)[1].lower() for one in (*rt.settings.letters_to, rt.settings.mail_from))
    return Place(rt.settings.domain, rt.settings.base_url, rt.port(Rulebook), model, own)


def known_in(tx: Tx, letter_id: int, place: Place) -> Known:
    """Everything about a letter. Raises NotFound. The transaction must be one that writes."""
    row = queries.one(tx, letter_id)
    if row is None:
        raise NotFound
    read = read_of_in(tx, letter_id) or _EMPTY
    rows = queries.items(tx, letter_id)
    behind = _behind_in(tx, row, rows)
    return Known(row, read, _facts(tx, row, read, rows, behind, place))


def _behind_in(tx: Tx, row: Row, rows: list[Row]) -> _Behind | None:
    if row.case_id is None:
        return None
    standing = outside.standing_in(tx, row.case_id)
    items = {one.id: one for one in standing.items}
    mine = [items[one.item_id] for one in rows if one.item_id in items]
    ids = {one.decision_id for one in mine} | {one.held_by for one in rows}
    decisions = outside.decisions_in(tx, sorted(one for one in ids if one is not None))
    watched = recurring.watched_in(tx, decisions)
    copies = {one for found in watched.values() for one in found.swept | found.later}
    own = {(one.subject.kind, one.subject.id) for one in standing.items if one.subject is not None}
    return _Behind(
        standing=standing,
        items=items,
        decisions=decisions,
        watched=watched,
        hidden=frozenset(outside.hidden_in(tx, copies)),
        own=frozenset(own),
        numbers={one.item_id: one.number for one in reversed(rows) if one.item_id is not None},
    )


def _facts(tx: Tx, row: Row, read: Letter, rows: list[Row], behind: _Behind | None, place: Place) -> Facts:
    items = tuple(_item(one, behind, row.locale) for one in rows)
    return Facts(
        site=accounts.site_in(tx).title,
        host=place.host,
        reference=row.reference,
        made_at=tx.now,
        received_at=row.received_at,
        raw_hash=row.raw_hash,
        raw_size=row.raw_size,
        form=row.form,
        subject=read.subject,
        references=read.references,
        receipt_at=row.receipt_at,
        opened=row.opened_at is not None or bool(items),
        faults=len(read.faults),
        drill=row.drill,
        deadline=_deadline(row, behind, items),
        items=items,
        recurrence=_recurrence(tx, items, behind, place),
        status_url=f"{place.base_url}{STATE_PATH}{token_in(tx, row.id)}" if row.token_hash else "",
    )


def _deadline(row: Row, behind: _Behind | None, items: tuple[ItemFacts, ...]) -> Deadline | None:
    clocks = [one for one in behind.standing.clocks if _outward(one)] if behind is not None else []
    if not clocks:
        return Deadline("letter", row.due_at) if row.due_at is not None else None
    first = min(clocks, key=lambda one: one.due_at)
    met_at, late = first.met_at, first.late
    if met_at is None and first.ends == "answer":  # this answer stops it: what it says is when all was decided
        decided = [one.decided_at for one in items]
        met_at = max((one for one in decided if one is not None), default=None) if all(decided) else None
        late = met_at is not None and met_at > first.due_at
    return Deadline(first.obligation, first.due_at, met_at, late)


def _outward(clock: Clock) -> bool:
    return not clock.obligation.startswith(_INSIDE)


def _item(row: Row, behind: _Behind | None, locale: str) -> ItemFacts:
    plain = ItemFacts(
        number=row.number,
        claim=row.claim or row.url or row.value,
        url=row.url,
        reference=row.reference,
        pointer=row.pointer,
    )
    item = behind.items.get(row.item_id) if behind is not None else None
    if behind is None or item is None:
        return plain
    if row.masked:  # of private messages nobody who writes to the desk learns anything
        gone = item.state != "pending"
        return msgspec.structs.replace(
            plain,
            outcome="not_found" if gone else "pending",
            found=False if gone else None,
            decided_at=item.settled_at,
        )
    return _told(plain, row, item, behind, locale)


def _told(plain: ItemFacts, row: Row, item: Item, behind: _Behind, locale: str) -> ItemFacts:
    decided = behind.decisions.get(item.decision_id or 0)
    held = behind.decisions.get(row.held_by or 0)
    made = decided or held
    rule = decided.policy if decided is not None else None
    swept = _copies(behind, (item.decision_id, row.held_by), later=False)
    hidden = len(swept & behind.hidden)
    return msgspec.structs.replace(
        plain,
        found=_found(item, behind),
        state_before=row.state_before,
        outcome=item.state,
        duplicate_of=behind.numbers.get(item.duplicate_of) if item.duplicate_of is not None else None,
        measures=tuple(Measure(act.kind, act.until) for act in made.acts if act.state == "active") if made else (),
        rule=Rule(rule.key, rule.number, rule.title(locale[:2])) if rule is not None else None,
        decided_at=item.settled_at,
        held_at=held.created_at if held is not None else None,
        automated=decided.automated_decision if decided is not None else "",
        taken_back=decided is not None and decided.reversed_by is not None,
        decision=decided.puid if decided is not None else "",
        evidence=item.evidence_hash or "",
        swept_held=hidden,
        swept_queued=len(swept) - hidden,
    )


def _found(item: Item, behind: _Behind) -> bool | None:
    first = behind.items.get(item.duplicate_of or 0) if item.state == "duplicate_of" else None
    if first is not None:
        return _found(first, behind)
    if item.state == "pending":
        return True if item.subject is not None else None
    return _FOUND.get(item.state)


def _copies(behind: _Behind, ids: Iterable[int | None], *, later: bool) -> set[tuple[str, int]]:
    """Copies elsewhere: what the letter names itself is no copy."""
    found: set[tuple[str, int]] = set()
    for one in ids:
        if one is not None and one in behind.watched:
            found |= behind.watched[one].later if later else behind.watched[one].swept
    return found - behind.own


def _recurrence(tx: Tx, items: tuple[ItemFacts, ...], behind: _Behind | None, place: Place) -> Recurrence:
    if behind is None:
        return Recurrence()
    rows = list(behind.watched.values())
    swept, later = (_copies(behind, behind.watched, later=one) for one in (False, True))
    held, later_held = len(swept & behind.hidden), len(later & behind.hidden)
    about = {one.rule.key for one in items if one.rule is not None} or {behind.standing.policy}
    return Recurrence(
        entries=sum(one.entries for one in rows),
        since=min((one.since for one in rows), default=None),
        searches=sum(one.searches for one in rows),
        finished=sum(one.finished for one in rows),
        compared=sum(one.compared for one in rows),
        held=held,
        queued=len(swept) - held,
        later=len(later),
        later_held=later_held,
        rules=recurring.rules_for_in(tx, place.book, about),
        classifier=place.classifier,
    )
