"""A letter at the door: its bytes are stored, sealed, before anybody tries to understand them.

Whatever goes wrong afterwards, it is not lost, and the instant at which it came is the zero of its clocks.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.events import LetterArrived
from perdure.desk.model import MOST_BYTES, Arrived
from perdure.desk.queries import letters as queries
from perdure.desk.rules import flooding
from perdure.desk.service import hooking
from perdure.desk.service.sealing import sealed_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, NotFound, RateLimited, TooLarge
from perdure.kernel.runtime import Runtime
from perdure.moderation.service.reports import token_digest

_SAME_MS: Final = 30 * 86_400_000
_TOKEN_LETTERS: Final = 48
# Whoever brings these in is known to the site, or pays with work: they are no flood.
_OWN_CHANNELS: Final = frozenset({"cli", "paste", "upload", "drill"})
_BLANK: Final[dict[str, Any]] = {
    "form": "",
    "policy": "",
    "threat_to_life": False,
    "thread_key": "",
    "message_key": "",
    "case_id": None,
    "intake_id": None,
    "items": 0,
    "done": 0,
    "faults_json": "[]",
    "due_at": None,
    "opened_at": None,
    "receipt_at": None,
    "answered_at": None,
    "attempts": 0,
    "error": "",
    "version": 1,
}


class Taken(msgspec.Struct, frozen=True):
    """A letter that is stored. ``token`` opens its public state; ``fresh``: it was not here before."""

    letter_id: int
    reference: str
    token: str
    received_at: int
    fresh: bool


async def arrive(rt: Runtime, arrived: Arrived) -> int:
    """Store a letter; returns its id. The same bytes from the same source within 30 days are the same letter.

    Raises TooLarge for more than 25 MiB, RateLimited for a program's 301st in an hour, Unavailable where it could not
    be stored: then it was not taken.
    """
    return (await take(rt, arrived)).letter_id


async def take(rt: Runtime, arrived: Arrived) -> Taken:
    """:func:`arrive` with everything that whoever brought it may be told."""
    if len(arrived.raw) > MOST_BYTES:
        raise TooLarge(f"A letter may have at most {MOST_BYTES // 1024**2} MiB")
    return await rt.db.write("desk.arrive", arrive_in, arrived)


def arrive_in(tx: Tx, arrived: Arrived) -> Taken:
    """:func:`take` in the caller's transaction."""
    digest = sha256(arrived.raw).hexdigest()
    key = sha256(f"{digest}:{_source(arrived)}:{int(arrived.drill)}".encode()).hexdigest()
    if (asked := _request_key(arrived)) is not None and (sent := queries.by_request(tx, asked)) is not None:
        if sent.raw_hash != digest:
            raise Conflict("This Idempotency-Key was used for another letter")
        return _taken(tx, sent, fresh=False)
    known = queries.same(tx, key)
    if known is not None and tx.now - known.stored_at < _SAME_MS:
        return _taken(tx, known, fresh=False)
    if known is not None:  # the same words again after a month are a new letter
        queries.change(tx, known, dedupe_key=f"{key}:{known.id}")
    _spare_in(tx, arrived)
    letter_id = tx.new_id()
    if not _insert_in(tx, letter_id, key, digest, arrived):
        return _taken(tx, queries.same(tx, key), fresh=False)
    kept = sealed_in(tx, arrived.raw, f"letter:{letter_id}")
    queries.keep_raw(tx, letter_id, kept.sealed, kept.wrapped_key)
    row = queries.one(tx, letter_id)
    assert row is not None
    _log_in(tx, row)
    hooking.received_in(tx, row)
    if not row.refusal:
        tx.emit(LetterArrived(letter_id))
    return _taken(tx, row, fresh=True)


def _spare_in(tx: Tx, arrived: Arrived) -> None:
    """Raise RateLimited for a program that hands in more than anybody could read. A mail is never refused by it."""
    if arrived.channel == "api":
        since, contact = tx.now - flooding.HOUR_MS, accounts.keyed_in(tx, _source(arrived))
        if queries.count_from(tx, contact, since) >= flooding.FROM_ONE_PROGRAM:
            raise RateLimited("Many notices came from you in the last hour. Keep this one and send it later.", 600)


def _request_key(arrived: Arrived) -> str | None:
    return sha256(f"{_source(arrived)}\0{arrived.key}".encode()).hexdigest() if arrived.key else None


def _source(arrived: Arrived) -> str:
    """Who a letter came from, as far as the door knows."""
    if arrived.sender_id is not None:
        return f"sender:{arrived.sender_id}"
    if arrived.by_account is not None:
        return f"account:{arrived.by_account}"
    return f"{arrived.channel}:{arrived.envelope_from.strip().lower()}"


def _insert_in(tx: Tx, letter_id: int, key: str, digest: str, arrived: Arrived) -> bool:
    known = queries.sender_row(tx, arrived.sender_id) if arrived.sender_id is not None else None
    if arrived.sender_id is not None and known is None:
        raise NotFound("There is no such sender")
    contact = accounts.keyed_in(tx, _source(arrived))
    refusal = _refusal_in(tx, arrived, known, contact)
    year = datetime.fromtimestamp(tx.now / 1000, UTC).year
    reference = f"PN-{year}-{queries.next_number(tx, year):06}"
    return queries.insert(
        tx,
        id=letter_id,
        dedupe_key=key,
        request_key=_request_key(arrived),
        channel=arrived.channel,
        name=_short(arrived.name, 200),
        mime=_short(arrived.mime, 100),
        raw_hash=digest,
        raw_size=len(arrived.raw),
        state="refused" if refusal else "received",
        refusal=refusal,
        sender_id=arrived.sender_id,
        authority=known.authority if known is not None else "no_account",
        verified=known is not None,
        proof=_short(arrived.proof, 200),
        contact_hash=contact,
        reference=reference,
        locale=known.locale if known is not None else "en",
        token_hash=token_digest(_token_in(tx, letter_id)),
        by_account=arrived.by_account,
        drill=arrived.drill,
        received_at=min(arrived.received_at, tx.now),  # a door with a wrong clock shortens no deadline's start
        stored_at=tx.now,
        **_BLANK,
    )


def _short(text: str, most: int) -> str:
    """What a stranger's program said, printable and short."""
    return "".join(one for one in text[:most] if one.isprintable())


def _refusal_in(tx: Tx, arrived: Arrived, known: Row | None, contact: str) -> str:
    if known is not None:
        return "suspended" if _suspended(known, tx.now) else ""
    if arrived.by_account is not None or arrived.channel in _OWN_CHANNELS:
        return ""
    since = tx.now - flooding.HOUR_MS
    return flooding.refusal(
        from_source=queries.count_from(tx, contact, since), from_all=queries.count_unverified(tx, since)
    )


def _suspended(known: Row, now: int) -> bool:
    return known.state == "suspended" and (known.suspended_until is None or known.suspended_until > now)


def _token_in(tx: Tx, letter_id: int) -> str:
    """The token of a letter's public link, made of the site's key: it is told again without being stored."""
    return accounts.keyed_in(tx, f"letter.link:{letter_id}")[:_TOKEN_LETTERS]


def token_in(tx: Tx, letter_id: int) -> str:
    """The token under which whoever sent a letter sees its state. The transaction must be one that writes."""
    return _token_in(tx, letter_id)


def _taken(tx: Tx, row: Row | None, *, fresh: bool) -> Taken:
    assert row is not None  # stored by us, or by whoever was faster
    return Taken(row.id, row.reference, _token_in(tx, row.id), row.received_at, fresh)


def _log_in(tx: Tx, row: Row) -> None:
    audit.append_in(
        tx,
        actor_id=row.by_account,
        action="letter.receive",
        subject=f"letter:{row.id}",
        reference=row.reference,
        channel=row.channel,
        digest=row.raw_hash,
        size=row.raw_size,
        authority=row.authority,
        verified=row.verified,
        received_at=row.received_at,
        refusal=row.refusal,
        drill=row.drill,
    )


def let_in_in(tx: Tx, staff_id: int | None, letter_id: int) -> None:
    """Open a letter that waited because of a flood or a suspended sender.

    Asks for ``manage_reports``; ``staff_id`` None is whoever has the machine. Raises NotFound; Conflict where it does
    not wait.
    """
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_reports")
    row = queries.lock(tx, letter_id)
    if row is None:
        raise NotFound
    if row.state != "refused":
        raise Conflict("This letter does not wait for anybody")
    queries.change(tx, row, state="received")
    audit.append_in(tx, actor_id=staff_id, action="letter.let_in", subject=f"letter:{letter_id}")
    tx.emit(LetterArrived(letter_id))
