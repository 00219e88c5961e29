"""The stay-down bank: remember what was removed, recognise it when it comes again, stop entries that hit too much."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from perdure.accounts.service import authorise_in
from perdure.accounts.service.grounds import grounds_in
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.media import service as media
from perdure.media.model import Print
from perdure.media.rules.looks import packed
from perdure.posts.service.copies import said_in
from perdure.signals.events import Flagged
from perdure.signals.model import BankEntry, BankMatch
from perdure.signals.queries import bank as queries
from perdure.signals.rules import grams, suspicion
from perdure.signals.rules.copies import Fingerprint, closest
from perdure.signals.rules.links import link_key, links_of
from perdure.signals.service.known import Known, banned_of, known_in
from perdure.signals.service.signatures import fingerprints, links_in, profile_texts_in
from perdure.signals.tables.bank import bank_entry, bank_hit

# Everybody may link to a page that a threat linked to; of these kinds the page itself is what was removed.
_LINK_POLICIES: Final = frozenset({"spam", "terrorism", "child_safety", "illegal"})
_HOUR_MS: Final = 3_600_000
_NEWCOMER_MS: Final = 7 * 86_400_000
_EMPTY: Final[dict[str, Any]] = dict.fromkeys(
    ("words_key", "core_key", "joined_key", "grams", "sha256", "looks", "link_key")
) | {"letters": 0, "holdable": False, "core_bans": False}


class Shown(msgspec.Struct, frozen=True):
    """A post as the bank looks at it. ``said_at`` in ms."""

    id: int
    account_id: int
    said_at: int
    texts: tuple[Fingerprint, ...]
    links: tuple[str, ...]


def remember_in(
    tx: Tx,
    *,
    decision_id: int,
    subject_kind: str,
    subject_id: int,
    policy: str,
    severity: int,
    expires_at: int | None = None,
) -> list[int]:
    """Put what a decision removed into the bank: its texts, files, and for some policies its links.

    ``subject_kind`` is ``post``, ``account`` (what the profile says) or ``media``; of other kinds nothing is kept.
    Returns the new entries; the same decision and subject twice add nothing.
    """
    if any(row.origin_id == subject_id for row in queries.of_decision(tx, decision_id)):
        return []
    texts, prints = _content_in(tx, subject_kind, subject_id)
    found: list[dict[str, Any]] = [_text_values(one) for one in fingerprints(texts)]
    found += [_print_values(one) for one in prints if one.sha256 or one.looks]
    if policy in _LINK_POLICIES:
        found += [{"kind": "link", "link_key": link_key(link)} for text in texts for link in links_of(text)]
    if not found:
        return []
    if queries.state(tx, "token") is None:
        queries.set_state(tx, "token", secrets.randbits(62))
    change = queries.next_change(tx)
    entries = []
    for values in found:
        entries.append(tx.new_id())
        about = {"policy": policy, "severity": severity, "expires_at": expires_at, "change": change}
        origin = {"decision_id": decision_id, "origin_kind": subject_kind, "origin_id": subject_id}
        stamps = {"created_at": tx.now, **dict.fromkeys(_STAMPS)}
        tx.insert(bank_entry, id=entries[-1], **{**_EMPTY, **values}, **about, **origin, **stamps)
    return entries


_STAMPS: Final = ("forgotten_at", "quarantined_at", "quarantine_reason", "released_at")


def _content_in(tx: Tx, kind: str, subject_id: int) -> tuple[tuple[str, ...], list[Print]]:
    if kind == "post":
        said = next(iter(said_in(tx, [subject_id])), None)
        return (said.texts if said else ()), media.prints_of_posts_in(tx, [subject_id])
    if kind == "account":
        return profile_texts_in(tx, subject_id), []
    return (), media.prints_in(tx, [subject_id]) if kind == "media" else []


def _text_values(one: Fingerprint) -> dict[str, Any]:
    return {
        "kind": "text",
        "words_key": one.words_key,
        "core_key": one.core_key,
        "joined_key": one.joined_key,
        "grams": grams.packed(one.grams),
        "letters": one.letters,
        "holdable": one.holdable,
        "core_bans": one.core_bans,
    }


def _print_values(one: Print) -> dict[str, Any]:
    return {"kind": "media", "sha256": " ".join(one.sha256), "looks": packed(one.looks) or None}


def forget_in(tx: Tx, decision_id: int) -> int:
    """Let everything a decision put into the bank act no more, because the decision fell; returns how many entries."""
    rows = [row for row in queries.of_decision(tx, decision_id) if row.forgotten_at is None]
    for row in rows:
        queries.change(tx, row.id, forgotten_at=tx.now)
    return len(rows)


def match_in(
    tx: Tx,
    texts: Sequence[Fingerprint | None] = (),
    prints: Sequence[Print] = (),
    links: Sequence[str] = (),
    *,
    subject_id: int = 0,
) -> list[BankMatch]:
    """What of the bank these texts, files and links are like, strongest first. Writes nothing.

    What was made from ``subject_id`` itself is left out.
    """
    known = known_in(tx)
    return [] if known is None else _matches(tx, known, texts, prints, links, subject_id)


def _matches(
    tx: Tx,
    known: Known,
    texts: Sequence[Fingerprint | None],
    prints: Sequence[Print],
    links: Iterable[str],
    subject_id: int,
) -> list[BankMatch]:
    found: dict[int, tuple[str, float]] = {}
    for row in queries.by_id(tx, list(_candidates(known, texts))):
        if like := closest(banned_of(row), texts):
            found[row.id] = (like.manner, like.score)
    found |= {entry: ("link", 1.0) for link in links for entry in known.links.get(link_key(link), ())}
    for one in prints:
        for entry in known.like(one.looks):
            found.setdefault(entry, ("look", 0.9))
        found |= {entry: ("bytes", 1.0) for sha256 in one.sha256 for entry in known.bytes.get(sha256, ())}
    rows = {row.id: row for row in queries.by_id(tx, list(found))}
    matches = [_match(rows[entry], *how) for entry, how in found.items() if _acts(tx, rows[entry], subject_id)]
    return sorted(matches, key=lambda one: (not one.holds, one.severity, -one.score))


def _candidates(known: Known, texts: Iterable[Fingerprint | None]) -> set[int]:
    keys = {key for one in texts if one is not None for key in one.asked_keys}
    return {entry for key in keys if key in known.keys for entry in known.keys[key]}


def _match(row: Row, manner: str, score: float) -> BankMatch:
    return BankMatch(row.id, row.decision_id, row.policy, row.severity, manner, round(score, 3))


def _acts(tx: Tx, row: Row, subject_id: int) -> bool:
    standing = row.forgotten_at is None and row.quarantined_at is None and row.origin_id != subject_id
    return standing and (row.expires_at is None or row.expires_at > tx.now)


def posts_matches_in(tx: Tx, posts: Sequence[Shown], *, old: bool = False) -> dict[int, list[BankMatch]]:
    """What of the bank new or changed posts are like: their texts, files and links, by post. Counts the hits.

    An entry whose hits leave its baseline is quarantined here, and then acts no more, for this post either; ``old``
    posts leave no baseline.
    """
    known = known_in(tx)
    if known is None:
        return {}
    prints: dict[int | None, list[Print]] = defaultdict(list)
    for one in media.prints_of_posts_in(tx, [post.id for post in posts]):
        prints[one.post_id].append(one)
    found = {}
    for post in posts:
        if like := _matches(tx, known, post.texts, prints[post.id], post.links, post.id):
            found[post.id] = hit_in(tx, like, ("post", post.id), post.account_id, post.said_at, swept=old)
    return found


def account_matches_in(tx: Tx, account_id: int) -> list[BankMatch]:
    """What of the bank a profile's texts and links are like. Counts the hits."""
    texts = profile_texts_in(tx, account_id)
    matches = match_in(tx, fingerprints(texts), links=links_in(texts), subject_id=account_id)
    return hit_in(tx, matches, ("account", account_id), account_id, tx.now)


def decisions_behind_in(tx: Tx, account_id: int, most: int = 50) -> list[tuple[int, str]]:
    """(decision, kind of subject) of what an account copied from the bank: its profile, posts, messages."""
    return [(row.decision_id, row.subject_kind) for row in queries.behind(tx, account_id, most)]


def hit_in(
    tx: Tx,
    matches: Sequence[BankMatch],
    subject: tuple[str, int],
    account_id: int,
    said_at: int,
    *,
    swept: bool = False,
) -> list[BankMatch]:
    """Count matches of one subject, once for each entry; returns those whose entries still act."""
    if not matches:
        return []
    ground = grounds_in(tx, [account_id]).get(account_id)
    established = ground is not None and ground.created_at <= tx.now - _NEWCOMER_MS
    kept = []
    for one in matches:
        new = tx.insert_new(
            bank_hit,
            entry_id=one.entry_id,
            subject_id=subject[1],
            subject_kind=subject[0],
            account_id=account_id,
            manner=one.manner,
            score=round(one.score * 1000),
            established=established,
            swept=swept,
            said_at=said_at,
            found_at=tx.now,
        )
        if not (new and established and not swept and _too_many_in(tx, one.entry_id)):
            kept.append(one)
    return kept


def _too_many_in(tx: Tx, entry_id: int) -> bool:
    """Whether so many established people say an entry's text in an hour that the entry must be wrong; then it rests."""
    row = queries.by_id(tx, [entry_id])[0]
    since = tx.now - _HOUR_MS
    begun = row.released_at or row.created_at
    now = queries.recent_people(tx, entry_id, max(since, begun - 1), tx.now)
    before = queries.recent_people(tx, entry_id, begun, since)
    reason = suspicion.too_many(now, before, (since - begun) / _HOUR_MS)
    if reason is None:
        return False
    quarantine_in(tx, row, reason)
    return True


def quarantine_in(tx: Tx, row: Row, reason: str) -> None:
    """Let an entry rest and put what it was made from before a person again."""
    if queries.by_id(tx, [row.id])[0].quarantined_at is not None:
        return
    queries.change(tx, row.id, quarantined_at=tx.now, quarantine_reason=reason)
    subject = f"bank:{row.id}"
    audit.append_in(tx, actor_id=None, action="bank.quarantine", subject=subject, reason=reason)
    said = said_in(tx, [row.origin_id]) if row.origin_kind == "post" else []
    tx.emit(
        Flagged(
            subject_kind=row.origin_kind,
            subject_id=row.origin_id,
            subject_version=said[0].version if said else 0,
            author_id=said[0].account_id if said else row.origin_id if row.origin_kind == "account" else 0,
            action="queue",
            severity=row.severity,
            policy=row.policy,
            score=1.0,
            signal_ids=(),
            source="quarantine",
        )
    )


def release_in(tx: Tx, staff_id: int, entry_id: int) -> None:
    """Let a quarantined entry act again; its counting begins anew. Raises Forbidden, NotFound."""
    authorise_in(tx, staff_id, "manage_reports")
    row = next(iter(queries.by_id(tx, [entry_id])), None)
    if row is None or row.quarantined_at is None:
        raise NotFound
    queries.change(tx, entry_id, quarantined_at=None, quarantine_reason=None, released_at=tx.now)
    audit.append_in(tx, actor_id=staff_id, action="bank.release", subject=f"bank:{entry_id}")


def entries_in(
    tx: Tx, staff_id: int, before: int = 2**63 - 1, most: int = 50, *, quarantined: bool = False
) -> list[BankEntry]:
    """A page of the bank, newest first. Raises Forbidden."""
    authorise_in(tx, staff_id, "manage_reports")
    rows = queries.page(tx, before, most, quarantined=quarantined)
    counts = queries.hits(tx, [row.id for row in rows])
    names = [name for name in BankEntry.__struct_fields__ if name not in {"hits", "people"}]
    return [
        BankEntry(**{name: getattr(row, name) for name in names}, hits=hits, people=people)
        for row in rows
        for hits, people in [counts.get(row.id, (0, 0))]
    ]
