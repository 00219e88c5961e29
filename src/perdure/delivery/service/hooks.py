"""Webhooks: other programs are told, signed, again and again until they answer (docs/reference/webhooks.md)."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from perdure.delivery.errors import Refused, Unreachable
from perdure.delivery.events import HookDue
from perdure.delivery.ports import Outgoing
from perdure.delivery.queries import hooks as queries
from perdure.delivery.tables import hook_delivery
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime

MOST_ATTEMPTS: Final = 12
_KEPT_MS: Final = 30 * 86_400_000
_PAYLOAD_MOST: Final = 262_144
_GONE: Final = 410
Opener = Callable[[Tx, str], str | None]
"""Opens a secret that was sealed with the site's key, or says None."""


class Sent(msgspec.Struct, frozen=True):
    """A message and what became of it. ``status`` is the last answer's, ``error`` why it was not taken."""

    id: int
    kind: str
    attempts: int
    status: int | None
    error: str
    created_at: int
    sent_at: int | None
    ended_at: int | None


def hook_in(tx: Tx, url: str, secret_sealed: str, kind: str, payload: Mapping[str, Any]) -> int:
    """Tell another program something, through the outbox; returns the message's id.

    ``secret_sealed`` is what signs it, sealed by the site's key; ``payload`` is JSON-able and holds ids, codes and
    times, no personal data. Raises Invalid for more than 256 KiB. Whether the address may be asked at all is looked
    at when it is sent; :func:`check` says so beforehand.
    """
    text = msgspec.json.encode(payload, order="sorted").decode()
    if len(text) > _PAYLOAD_MOST:
        raise Invalid("A webhook carries 256 KiB at most")
    delivery_id = tx.new_id()
    tx.insert(
        hook_delivery,
        id=delivery_id,
        url=url,
        secret_sealed=secret_sealed,
        kind=kind,
        payload_json=text,
        attempts=0,
        status=None,
        error="",
        created_at=tx.now,
        sent_at=None,
        ended_at=None,
    )
    tx.emit(HookDue(delivery_id))
    return delivery_id


def check(rt: Runtime, url: str) -> None:
    """Raise Invalid for an address that no webhook goes to: not https on a public site, or not public itself."""
    if rt.settings.base_url.startswith("https://") and not url.startswith("https://"):
        raise Invalid("Validation failed: Url must begin with https://", {"url": [("ERR_INVALID", "is not https")]})
    try:
        rt.port(Outgoing).check(url)
    except Refused as error:
        raise Invalid(f"Validation failed: Url cannot be used: {error.public}") from error


def signature(secret: str, at_s: int, body: bytes) -> str:
    """The value of ``Perdure-Signature``: when it was signed, and HMAC-SHA256 over ``<time>.<body>``."""
    digest = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


async def send(rt: Runtime, event: HookDue, opener: Opener) -> None:
    """Deliver one message. Raises Unreachable where the outbox should try again."""
    row, secret = await rt.db.read(_load_in, event.delivery_id, opener)
    if row is None or row.ended_at is not None:
        return
    if secret is None:
        await _note(rt, row, None, "The secret cannot be opened: the site's key has changed. Set a new one.", ends=True)
        return
    try:
        status = await _post(rt, row, secret)
    except Refused as error:
        await _note(rt, row, None, error.public, ends=True)  # trying again does not help
        return
    except Unreachable as error:
        await _note(rt, row, None, error.public, ends=row.attempts + 1 >= MOST_ATTEMPTS)
        raise
    if not 200 <= status < 300:
        ends = status == _GONE or row.attempts + 1 >= MOST_ATTEMPTS
        await _note(rt, row, status, f"The other side answered {status}", ends=ends)
        if not ends:
            raise Unreachable(f"The other side answered {status}")
        return
    await _note(rt, row, status, "", ends=True)


def _load_in(tx: Tx, delivery_id: int, opener: Opener) -> tuple[Row | None, str | None]:
    row = queries.one(tx, delivery_id)
    return row, None if row is None else opener(tx, row.secret_sealed)


async def _post(rt: Runtime, row: Row, secret: str) -> int:
    body = row.payload_json.encode()
    headers = {
        "Content-Type": "application/json",
        "Perdure-Event": row.kind,
        "Perdure-Delivery": str(row.id),
        "Perdure-Signature": signature(secret, rt.clock.now_ms() // 1000, body),
    }
    return await rt.port(Outgoing).post(row.url, headers, body)


async def _note(rt: Runtime, row: Row, status: int | None, error: str, *, ends: bool) -> None:
    await rt.db.write("delivery.hook", _note_in, row.id, status, error, ends)


def _note_in(tx: Tx, delivery_id: int, status: int | None, error: str, ends: bool) -> None:  # noqa: FBT001 - one caller
    row = queries.one(tx, delivery_id)
    if row is None:
        return
    tx.update(
        hook_delivery,
        {"id": delivery_id},
        attempts=row.attempts + 1,
        status=status,
        error=error[:500],
        sent_at=tx.now if ends and not error else None,
        ended_at=tx.now if ends else None,
    )


def latest_in(tx: Tx, url: str, most: int = 20) -> list[Sent]:
    """What was sent to an address, newest first; who may see that is for the caller to ask."""
    return [
        Sent(**{name: getattr(row, name) for name in Sent.__struct_fields__}) for row in queries.latest(tx, url, most)
    ]


def forget_old_in(tx: Tx, most: int) -> int:
    """Forget messages that ended thirty days ago, the oldest ``most`` at once; returns how many."""
    return queries.forget(tx, tx.now - _KEPT_MS, most)
