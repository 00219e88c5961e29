"""What keeps something that was removed from coming back, in figures: for whoever is owed an answer about it."""

from collections.abc import Iterable

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.signals.queries import bank as queries
from perdure.signals.service.rulebook import Rulebook, live_in

Copies = frozenset[tuple[str, int]]


class Watched(msgspec.Struct, frozen=True):
    """What a decision put into the bank and what came of it.

    ``entries`` act now, ``since`` (ms) the first was made. ``searches`` for copies were asked for, ``finished`` of them
    to the end; ``compared`` candidates. ``swept`` are the copies (kind, id) that were there before, ``later`` those
    that came afterwards.
    """

    entries: int
    since: int
    searches: int
    finished: int
    compared: int
    swept: Copies
    later: Copies


def watched_in(tx: Tx, decision_ids: Iterable[int]) -> dict[int, Watched]:
    """By decision, of those that put anything into the bank."""
    of: dict[int, list[Row]] = {}
    for row in queries.of_decisions(tx, list(dict.fromkeys(decision_ids))):
        of.setdefault(row.decision_id, []).append(row)
    hits: dict[int, list[Row]] = {}
    for hit in queries.hits_of(tx, [row.id for rows in of.values() for row in rows]):
        hits.setdefault(hit.entry_id, []).append(hit)
    return {decision_id: _watched(rows, hits, tx.now) for decision_id, rows in of.items()}


def _watched(rows: list[Row], hits: dict[int, list[Row]], now: int) -> Watched:
    found = [hit for row in rows for hit in hits.get(row.id, ())]
    return Watched(
        entries=sum(_acts(row, now) for row in rows),
        since=min(row.created_at for row in rows),
        searches=sum(row.asked_at is not None for row in rows),
        finished=sum(row.finished_at is not None for row in rows),
        compared=sum(row.looked_at or 0 for row in rows),
        swept=frozenset((hit.subject_kind, hit.subject_id) for hit in found if hit.swept),
        later=frozenset((hit.subject_kind, hit.subject_id) for hit in found if not hit.swept),
    )


def _acts(row: Row, now: int) -> bool:
    return row.forgotten_at is None and row.quarantined_at is None and (row.expires_at is None or row.expires_at > now)


def rules_for_in(tx: Tx, book: Rulebook, policies: Iterable[str]) -> int:
    """How many rules that are on watch for these house rules."""
    wanted = set(policies)
    return sum(rule.written.policy in wanted for rule in live_in(tx, book).rules)
