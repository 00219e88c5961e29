"""The case of a letter, at once: one item a line, all pending, the clocks running from receipt (safety.md §3, §7)."""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from perdure.audit import service as audit
from perdure.desk.model import MOST_ITEMS, Claimed, Letter
from perdure.desk.queries import letters as queries
from perdure.desk.rules import urgency
from perdure.desk.service import orders
from perdure.desk.service.sealing import opened_in, sealed_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.text import clean
from perdure.moderation.rules import harms
from perdure.moderation.service import bundles, clocks, obligations
from perdure.moderation.service.intake import Received

_MINUTE_MS: Final = 60_000
_REFERENCE: Final = re.compile(r"\bPN-[0-9]{4}-[0-9]{6,9}\b", re.IGNORECASE)
_COMMENT: Final = 5000
_JOINED: Final = frozenset({"opening", "opened", "answered"})
# What is owed where a registered sender names nothing else.
_OBLIGATIONS: Final = {
    "no_account": "dsa.notice",
    "article_16": "dsa.notice",
    "trusted_flagger": "dsa.trusted_flagger",
    "provider": "provider.notice",
    "member_state": "authority.order",
    "court": "authority.order",
}
_NOTHING: Final = Claimed(number=1, claim="", pointer="none")


def stand_in(tx: Tx, letter_id: int, read: Letter) -> Row | None:
    """Keep what was read, open or join the case, start its clocks; returns the letter's row as it is now."""
    row = queries.lock(tx, letter_id)
    if row is None or row.state != "received":
        return row
    read = orders.recognise(_tidy(read))
    root = _thread_in(tx, row, read)
    claims = read.items[:MOST_ITEMS] or (_NOTHING,)
    received = _received_in(tx, row, read, claims, root)
    bundle = bundles.stand_in(tx, received, [_shown(one) for one in claims])
    queries.insert_items(tx, [_item(row, one, item_id) for one, item_id in zip(claims, bundle.item_ids, strict=True)])
    _keep_in(tx, letter_id, read)
    due_at = orders.take_up_in(tx, row, read, bundle.case_id) or _start_clocks_in(tx, row, read, bundle.case_id)
    queries.change(
        tx,
        row,
        state="opening",
        form=read.form,
        policy=read.policy if read.policy in harms.SEVERITY else "",
        threat_to_life=read.threat_to_life,
        case_id=bundle.case_id,
        intake_id=bundle.intake_id,
        items=len(claims),
        locale=_locale(row, read),
        thread_key=str(root),
        message_key=_message_key(read.message_id),
        faults_json=msgspec.json.encode(read.faults).decode(),
        due_at=due_at,
        error="",
    )
    _log_in(tx, row, bundle.case_id, len(claims), read)
    return queries.one(tx, letter_id)


def _plain(text: str) -> str:
    """Text of a stranger as it may be stored, whatever it holds."""
    try:
        return clean(text)
    except Invalid:
        return clean(text.encode("utf-8", "replace").decode())


def _tidy(read: Letter) -> Letter:
    """A letter without what no database takes, its items numbered as they come."""
    items = tuple(
        msgspec.structs.replace(
            one,
            number=place,
            **{
                name: _plain(getattr(one, name))[:2000]
                for name in ("claim", "url", "value", "reason", "policy", "reference")
            },
        )
        for place, one in enumerate(read.items[:MOST_ITEMS], start=1)
    )
    texts = ("from_name", "from_email", "reply_to", "subject", "message_id", "prose", "policy")
    return msgspec.structs.replace(
        read,
        items=items,
        faults=(*(_plain(one)[:500] for one in read.faults[:99]), *_beyond(read)),
        **{name: _plain(getattr(read, name)) for name in texts},
    )


def _beyond(read: Letter) -> list[str]:
    return (
        [f"Only the first {MOST_ITEMS} of {len(read.items)} items were taken"] if len(read.items) > MOST_ITEMS else []
    )


def _shown(one: Claimed) -> str:
    return one.claim or one.url or one.value


def _item(row: Row, one: Claimed, item_id: int) -> dict[str, Any]:
    return {
        "letter_id": row.id,
        "number": one.number,
        "claim": one.claim,
        "pointer": one.pointer,
        "url": one.url,
        "value": one.value,
        "reason": one.reason,
        "policy": one.policy if one.policy in harms.SEVERITY else "",
        "reference": one.reference[:200],
        "seen_at": one.seen_at,
        "item_id": item_id,
        "step": 0,
        "place_key": "",
        "resolution": "none",
        "outcome_hint": "",
        "same_as": None,
        "decision_id": None,
        "masked": False,
        "state_before": "",
        "held_by": None,
        "swept": 0,
    }


def _received_in(tx: Tx, row: Row, read: Letter, claims: Sequence[Claimed], root: int) -> Received:
    policies = [one.policy for one in claims if one.policy in harms.SEVERITY]
    named = read.policy if read.policy in harms.SEVERITY else ""
    policy = min([named, *policies] if named else policies or ["other"], key=lambda one: harms.SEVERITY.get(one, 2))
    sender = queries.sender_row(tx, row.sender_id) if row.sender_id is not None else None
    return Received(
        channel="desk",
        authority=row.authority,
        claims=(),
        category="legal" if row.authority != "provider" else harms.category_of(policy),
        policy=policy,
        severity=urgency.claimed_severity([policy], threat_to_life=read.threat_to_life),
        verified=row.verified,
        contact_hash=row.contact_hash,
        provider=sender.name if sender is not None else None,
        provider_reference=", ".join(read.references)[:500] or None,
        raw_hash=row.raw_hash,
        language=read.language,
        locale=_locale(row, read),
        harm=named,
        threat_to_life=read.threat_to_life,
        comment=(f"{read.subject}\n\n" if read.subject else "") + read.prose[:_COMMENT],
        drill=row.drill,
        token_hash=row.token_hash,
        cluster=f"letter:{root}",
        received_at=row.received_at,
    )


def _locale(row: Row, read: Letter) -> str:
    if row.sender_id is not None:
        return str(row.locale)
    return "fr" if (read.language or "")[:2] == "fr" else str(row.locale)


def _message_key(message_id: str) -> str:
    text = message_id.strip().strip("<>").lower()
    return sha256(text.encode()).hexdigest()[:40] if text else ""


def _thread_in(tx: Tx, row: Row, read: Letter) -> int:
    """The first letter of the exchange that this one belongs to: itself, where it answers none of ours.

    Only whoever wrote before goes on with an exchange: a stranger who knows a Message-ID opens a case of their own.
    """
    keys = [key for one in read.in_reply_to if (key := _message_key(one))]
    named = [found for one in _REFERENCE.findall(read.subject)[:5] if (found := queries.by_reference(tx, one.upper()))]
    for earlier in (*queries.by_messages(tx, keys[:50]), *named):
        if earlier.id == row.id or earlier.state not in _JOINED:
            continue
        if _same_writer(row, earlier):
            return int(earlier.thread_key or earlier.id)
    return int(row.id)


def _same_writer(row: Row, earlier: Row) -> bool:
    if row.sender_id is not None or earlier.sender_id is not None:
        return bool(row.sender_id == earlier.sender_id)
    return bool(row.contact_hash == earlier.contact_hash)


def _keep_in(tx: Tx, letter_id: int, read: Letter) -> None:
    whole = msgspec.json.encode(msgspec.structs.replace(read, items=()))
    kept = sealed_in(tx, whole, f"read:{letter_id}")
    queries.keep_read(tx, letter_id, kept.sealed, kept.wrapped_key)


def _start_clocks_in(tx: Tx, row: Row, read: Letter, case_id: int) -> int | None:
    """Start what is owed for this letter, at its receipt; returns the deadline (ms), if there is one.

    The register says how long, unless there is a contract; what the letter itself names only makes it stricter.
    """
    sender = queries.sender_row(tx, row.sender_id) if row.sender_id is not None else None
    contract = sender.limit_minutes * _MINUTE_MS if sender is not None and sender.limit_minutes else None
    own = urgency.own_limit_ms(
        received_at=row.received_at,
        deadline_ms=read.deadline_ms,
        deadline_at=read.deadline_at,
        contract_ms=contract,
        verified=row.verified,
    )
    wanted = sender.obligation if sender is not None else ""
    key = wanted if obligations.is_known_in(tx, wanted) else _OBLIGATIONS[row.authority]
    due_at = clocks.start_obligation_in(tx, case_id, key, row.received_at, limit_ms=contract)
    if own is not None and due_at is not None:
        due_at = clocks.start_obligation_in(tx, case_id, key, row.received_at, limit_ms=own)
    return due_at


def _log_in(tx: Tx, row: Row, case_id: int, items: int, read: Letter) -> None:
    audit.append_in(
        tx,
        actor_id=None,
        action="letter.open",
        subject=f"letter:{row.id}",
        case=case_id,
        form=read.form,
        items=items,
        faults=len(read.faults),
    )


def written_at_in(tx: Tx, row: Row) -> int:
    """When a letter says that it was written, and no later than it came."""
    kept = queries.read(tx, row.id)
    if kept is None:
        return int(row.received_at)
    read = msgspec.json.decode(opened_in(tx, bytes(kept.sealed), kept.wrapped_key, f"read:{row.id}"), type=Letter)
    return int(min(read.sent_at or row.received_at, row.received_at))
