"""After a removal: find the copies that are there already. Exact ones are held, near ones wait for a person.

The search is look-ups under the removed text's keys, so it costs what the copies cost and not what the site holds; only
looks of pictures are gone through one by one, in pages. It may stop anywhere and begin again: each copy counts once.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.rules.looks import unpacked
from perdure.posts.service.copies import said_in
from perdure.signals.events import Flagged, SweepAsked
from perdure.signals.model import BankMatch, SweepView
from perdure.signals.queries import bank as queries
from perdure.signals.rules import suspicion
from perdure.signals.rules.copies import Fingerprint, closest
from perdure.signals.rules.links import link_key
from perdure.signals.rules.pictures import near
from perdure.signals.service.bank import hit_in, quarantine_in
from perdure.signals.service.known import banned_of
from perdure.signals.service.signatures import ACCOUNT, fingerprints, links_in, profile_texts_in
from perdure.signals.tables.bank import bank_sweep

_COMPARED: Final = 400  # in one read
_FLAGGED: Final = 50  # in one write
_LOOKS: Final = 20_000  # in one read
_LATE_MS: Final = 120_000
_DAY_MS: Final = 86_400_000
T = TypeVar("T")


class Copy(msgspec.Struct, frozen=True):
    """A copy that was found. ``said_at`` in ms."""

    subject_kind: str
    subject_id: int
    version: int
    account_id: int
    said_at: int
    match: BankMatch


def start_in(tx: Tx, entry_ids: Sequence[int]) -> None:
    """Ask for a search for copies of new entries; the worker makes it as soon as this transaction commits."""
    for entry_id in entry_ids:
        tx.insert_new(bank_sweep, entry_id=entry_id, asked_at=tx.now, finished_at=None, looked_at=0, held=0, queued=0)
        tx.emit(SweepAsked(entry_id))


async def run_asked(rt: Runtime, event: SweepAsked) -> None:
    """Search for copies of one entry (subscriber)."""
    await run(rt, event.entry_id)


async def resume(rt: Runtime) -> None:
    """The recurring job: take up searches that nobody finished."""
    for entry_id in await rt.db.read(queries.unfinished, rt.clock.now_ms() - _LATE_MS, 20):
        await run(rt, entry_id)


async def run(rt: Runtime, entry_id: int) -> None:
    """Find the copies of an entry's text, file or link, and hold or queue them."""
    entry = await rt.db.read(_entry_in, entry_id)
    if entry is None:
        return
    candidates = await _candidates(rt, entry)
    copies: list[Copy] = []
    for part in _parts(candidates, _COMPARED):
        copies += await rt.db.read_long(_compare_in, entry, part)
    if reason := _daily(copies):
        await rt.db.write("signals.sweep_stop", _stop_in, entry_id, len(candidates), reason)
        return
    for few in _parts(copies, _FLAGGED):
        await rt.db.write("signals.sweep", _act_in, few)
    await rt.db.write("signals.sweep_end", _finish_in, entry_id, len(candidates))


def _parts(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _entry_in(tx: Tx, entry_id: int) -> Row | None:
    """An entry that acts and whose search is not finished."""
    row, sweep = next(iter(queries.by_id(tx, [entry_id])), None), queries.sweep(tx, entry_id)
    if row is None or row.forgotten_at or row.quarantined_at or sweep is None or sweep.finished_at:
        return None
    return row


async def _candidates(rt: Runtime, entry: Row) -> list[tuple[int, int]]:
    """(subject id, kind) of what may be a copy."""
    if entry.kind == "text":
        found = await rt.db.read_long(queries.found, list(banned_of(entry).asked_keys))
        return [one for one in found if one[0] != entry.origin_id]
    if entry.kind == "link":
        found = await rt.db.read_long(queries.found, [entry.link_key])
        return [one for one in found if one[0] != entry.origin_id]
    if entry.kind == "media":
        return [(post_id, 0) for post_id in await _posts_with_file(rt, entry) if post_id != entry.origin_id]
    return []


async def _posts_with_file(rt: Runtime, entry: Row) -> list[int]:
    """Posts that show the entry's file, or a picture that looks like it."""
    found = {one.media_id for one in await rt.db.read_long(media.prints_with_bytes_in, (entry.sha256 or "").split())}
    looks, after = unpacked(entry.looks or ""), 0
    while looks and (page := await rt.db.read_long(media.whole_looks_in, after, _LOOKS)):
        found |= {media_id for media_id, look in page if near(look, looks)}
        after = page[-1][0]
    posts: list[int] = []
    for part in _parts(sorted(found), _COMPARED):
        posts += [view.post_id for view in await rt.db.read(media.views_in, part) if view.post_id is not None]
    return list(dict.fromkeys(posts))


def _compare_in(tx: Tx, entry: Row, part: Sequence[tuple[int, int]]) -> list[Copy]:
    if entry.kind == "media":
        return _same_files_in(tx, entry, [subject_id for subject_id, _ in part])
    banned = banned_of(entry) if entry.kind == "text" else None
    copies = [
        Copy("post", said.id, said.version, said.account_id, said.created_at, match)
        for said in said_in(tx, [subject_id for subject_id, kind in part if kind != ACCOUNT])
        if said.state == "published" and (match := _like(entry, banned, said.texts)) is not None
    ]
    # No machine holds an account: what a profile says is for a person.
    copies += [
        Copy("account", account_id, 0, account_id, tx.now, _for_a_person(match))
        for account_id, kind in part
        if kind == ACCOUNT and (match := _like(entry, banned, profile_texts_in(tx, account_id))) is not None
    ]
    return copies


def _for_a_person(match: BankMatch) -> BankMatch:
    return msgspec.structs.replace(match, manner="near") if match.holds else match


def _like(entry: Row, banned: Fingerprint | None, texts: tuple[str, ...]) -> BankMatch | None:
    if banned is None:
        there = entry.link_key in map(link_key, links_in(texts))
        return _match(entry, "link", 1.0) if there else None
    like = closest(banned, fingerprints(texts))
    return None if like is None else _match(entry, like.manner, like.score)


def _match(entry: Row, manner: str, score: float) -> BankMatch:
    return BankMatch(entry.id, entry.decision_id, entry.policy, entry.severity, manner, round(score, 3))


def _same_files_in(tx: Tx, entry: Row, post_ids: list[int]) -> list[Copy]:
    hashes = set((entry.sha256 or "").split())
    same = {one.post_id for one in media.prints_of_posts_in(tx, post_ids) if hashes.intersection(one.sha256)}
    found = []
    for said in said_in(tx, post_ids):
        if said.state == "published":
            match = _match(entry, "bytes", 1.0) if said.id in same else _match(entry, "look", 0.9)
            found.append(Copy("post", said.id, said.version, said.account_id, said.created_at, match))
    return found


def _daily(copies: Sequence[Copy]) -> str | None:
    """Why the entry must rest instead: what it would hold is something people say every day."""
    return suspicion.long_known([(one.account_id, one.said_at // _DAY_MS) for one in copies if one.match.holds])


def _act_in(tx: Tx, copies: Sequence[Copy]) -> None:
    """Flag copies; each once, however often the search is made."""
    for copy in copies:
        subject = (copy.subject_kind, copy.subject_id)
        if queries.is_hit(tx, copy.match.entry_id, copy.subject_id):
            continue
        hit_in(tx, [copy.match], subject, copy.account_id, copy.said_at, swept=True)
        queries.count_swept(tx, copy.match.entry_id, held=copy.match.holds)
        tx.emit(_flag(copy))


def _flag(copy: Copy) -> Flagged:
    return Flagged(
        subject_kind=copy.subject_kind,
        subject_id=copy.subject_id,
        subject_version=copy.version,
        author_id=copy.account_id,
        action="auto_hold" if copy.match.holds else "queue",
        severity=copy.match.severity,
        policy=copy.match.policy,
        score=copy.match.score,
        signal_ids=(),
        source="sweep",
    )


def _finish_in(tx: Tx, entry_id: int, looked_at: int) -> None:
    tx.update(bank_sweep, {"entry_id": entry_id}, finished_at=tx.now, looked_at=looked_at)


def _stop_in(tx: Tx, entry_id: int, looked_at: int, reason: str) -> None:
    quarantine_in(tx, queries.by_id(tx, [entry_id])[0], reason)
    _finish_in(tx, entry_id, looked_at)


def found_of_in(tx: Tx, decision_ids: Sequence[int]) -> dict[int, int]:
    """How many copies were found of what decisions removed: held or brought before a person, by decision."""
    return queries.found_of(tx, decision_ids)


def sweep_in(tx: Tx, entry_id: int) -> SweepView | None:
    """How a search went; None where none was asked for."""
    row = queries.sweep(tx, entry_id)
    return None if row is None else SweepView(*(getattr(row, name) for name in SweepView.__struct_fields__))
