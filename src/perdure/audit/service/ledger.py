"""Append to the ledger, read it, and erase what is private in it."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from perdure.audit.model import GENESIS, Entry, Line, Private, Wanted
from perdure.audit.queries import entries
from perdure.audit.rules import chain
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime

ERASURE: Final = "audit.erase"
"""The action of entries that say which private parts were erased."""
_SALT_BYTES: Final = 32
_TOP: Final = 2**62


def append_in(
    tx: Tx,
    *,
    actor_id: int | None,
    action: str,
    subject: str,
    private: Mapping[str, Any] | None = None,
    about_id: int | None = None,
    **detail: Any,
) -> int:
    """Append one entry in the transaction of what it records; returns its number.

    ``action`` is ``area.verb``, ``subject`` is ``kind:id``. ``detail`` is JSON-able, goes into exports and proofs and
    can never be erased: ids of things, codes, counts, digests. Whatever names a moderator or a notifier, and any
    personal data, belongs into ``private``: like ``actor_id`` it stays in this database, the entry only commits to it,
    and it is erased with the account ``about_id`` (if not given, the account that ``subject`` names).
    """
    last = entries.lock_last(tx)
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    payload = msgspec.json.encode(private or {}, order="sorted").decode()
    about = (about_id or _account_of(subject)) if private else about_id
    hidden = Private(seq, actor_id, about, secrets.token_bytes(_SALT_BYTES), payload)
    detail_json = msgspec.json.encode(detail, order="sorted").decode()
    added = Entry(seq, tx.now, action, subject, detail_json, chain.commitment(hidden), previous, "")
    entries.insert(tx, msgspec.structs.replace(added, hash=chain.entry_hash(added)), hidden)
    return seq


def erase_in(tx: Tx, account_id: int) -> int:
    """Destroy, with their salts, the private parts that name an account as actor or are about it; returns how many.

    What the entries commit to cannot be guessed from then on. An entry of its own says which parts are gone.
    """
    return _erase_in(tx, f"account:{account_id}", entries.numbers_about(tx, account_id))


def erase_subject_in(tx: Tx, subject: str) -> int:
    """The same for every entry on a subject: a report by somebody without an account, a case."""
    return _erase_in(tx, subject, entries.numbers_on(tx, subject))


def _erase_in(tx: Tx, subject: str, numbers: list[int]) -> int:
    if not numbers:
        return 0
    ranges = _ranges(numbers)
    append_in(tx, actor_id=None, action=ERASURE, subject=subject, entries=ranges)
    return sum(entries.erase(tx, first, last) for first, last in ranges)


def _ranges(numbers: list[int]) -> list[list[int]]:
    """Ascending numbers as ``[first, last]`` pairs."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def _account_of(subject: str) -> int | None:
    kind, _, number = subject.partition(":")
    return int(number) if kind == "account" and number.isdecimal() else None


def lines_in(tx: Tx, wanted: Wanted, most: int, *, ascending: bool = False) -> list[Line]:
    """A page of the log for whoever may see it (the caller asks for the right ``view_audit_log``)."""
    return entries.lines(tx, wanted, most, ascending=ascending)


async def newest(rt: Runtime, before: int = _TOP, most: int = 50) -> list[Line]:
    """A page of the log, newest first."""
    return await rt.db.read(entries.lines, Wanted(upper=before), most)
