"""Who writes letters: hosts, trusted flaggers and authorities that an operator registered, and how they are known.

A sender is known by a token (for programs) or by the signature of their mail. Whatever a letter says of itself proves
nothing.
"""

import secrets
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.delivery import service as delivery
from perdure.desk.model import SenderInput, SenderView
from perdure.desk.queries import senders as queries
from perdure.desk.rules import senders as rules
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.service.reports import token_digest

MOST: Final = 500
MOST_TOKENS: Final = 20
_USED_MS: Final = 3_600_000
_LISTS: Final = ("domains", "addresses")


def every_in(tx: Tx, staff_id: int) -> list[SenderView]:
    """Every sender, by name. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return all_in(tx)


def all_in(tx: Tx) -> list[SenderView]:
    """The same for whoever has the machine."""
    return [_view(tx, row) for row in queries.every(tx, MOST)]


def id_of_in(tx: Tx, name: str) -> int:
    """The id of the sender of a name. Raises NotFound."""
    row = queries.named(tx, name)
    if row is None:
        raise NotFound(f"There is no sender with the name {name[:120]}")
    return int(row.id)


def one_in(tx: Tx, sender_id: int) -> SenderView:
    """A sender. Raises NotFound."""
    return _view(tx, _one(tx, sender_id))


async def create(rt: Runtime, staff_id: int | None, given: SenderInput) -> tuple[SenderView, str]:
    """Register a sender; returns it and the secret that signs what its hook is told (empty without a hook).

    Asks for ``manage_settings``; ``staff_id`` None is whoever has the machine. Raises Invalid, every field named,
    Conflict for a name that is taken.
    """
    tidied = rules.tidy(given)
    rules.check(tidied)
    _check_hook(rt, tidied)
    return await rt.db.write("desk.sender", create_in, staff_id, tidied)


def _check_hook(rt: Runtime, given: SenderInput) -> None:
    if not given.hook_url:
        return
    try:
        delivery.check_url(rt, given.hook_url)
    except delivery.Refused as error:
        raise Invalid(
            "Validation failed: Hook url is none that this site would ask",
            {"hook_url": [("ERR_INVALID", "is refused")]},
        ) from error


def create_in(tx: Tx, staff_id: int | None, given: SenderInput) -> tuple[SenderView, str]:
    """:func:`create` in the caller's transaction, of something tidied and checked."""
    _authorise_in(tx, staff_id)
    _free(tx, given.name, None)
    if queries.count(tx) >= MOST:
        raise Invalid(f"There are {MOST} senders already: remove what nobody uses any more")
    secret, sealed = _hook_secret_in(tx, given)
    sender_id = queries.insert(
        tx,
        **_columns(given),
        hook_secret_sealed=sealed,
        state="active",
        suspended_until=None,
        created_by=staff_id,
        created_at=tx.now,
        updated_at=tx.now,
        version=1,
    )
    _log(tx, staff_id, "create", sender_id, authority=given.authority, domains=list(given.domains))
    return one_in(tx, sender_id), secret


async def change(
    rt: Runtime, staff_id: int | None, sender_id: int, given: SenderInput, version: int | None = None
) -> tuple[SenderView, str]:
    """Say something else about a sender; letters that are here keep their clocks.

    Returns and raises as :func:`create`, NotFound, Conflict where somebody else was faster than ``version``. A new
    secret is made only where the hook's address changes.
    """
    tidied = rules.tidy(given)
    rules.check(tidied)
    _check_hook(rt, tidied)
    return await rt.db.write("desk.sender", change_in, staff_id, sender_id, tidied, version)


def change_in(
    tx: Tx, staff_id: int | None, sender_id: int, given: SenderInput, version: int | None = None
) -> tuple[SenderView, str]:
    """:func:`change` in the caller's transaction, of something tidied and checked."""
    _authorise_in(tx, staff_id)
    row = _one(tx, sender_id)
    if version is not None and row.version != version:
        raise Conflict("Somebody else changed this sender meanwhile: look again")
    _free(tx, given.name, sender_id)
    secret, sealed = "", row.hook_secret_sealed
    if given.hook_url != row.hook_url:
        secret, sealed = _hook_secret_in(tx, given)
    queries.change(tx, row, **_columns(given), hook_secret_sealed=sealed)
    _log(tx, staff_id, "change", sender_id, authority=given.authority, domains=list(given.domains))
    return one_in(tx, sender_id), secret


def _free(tx: Tx, name: str, sender_id: int | None) -> None:
    found = queries.named(tx, name)
    if found is not None and found.id != sender_id:
        raise Conflict(f"There is a sender with the name {name} already")


def _hook_secret_in(tx: Tx, given: SenderInput) -> tuple[str, str]:
    if not given.hook_url:
        return "", ""
    secret = secrets.token_urlsafe(32)
    return secret, accounts.seal_in(tx, secret)


def new_token_in(tx: Tx, staff_id: int | None, sender_id: int, name: str) -> str:
    """A token for a sender's program; it is shown this once. Asks for ``manage_settings``. Raises NotFound, Invalid."""
    _authorise_in(tx, staff_id)
    row, label = _one(tx, sender_id), " ".join(name.split())[:120] or "token"
    if len(queries.tokens(tx, row.id)) >= MOST_TOKENS:
        raise Invalid(f"This sender has {MOST_TOKENS} tokens: revoke one first")
    token = secrets.token_urlsafe(32)
    queries.insert_token(tx, token_hash=token_digest(token), sender_id=row.id, name=label, created_by=staff_id)
    _log(tx, staff_id, "token", sender_id)
    return token


def revoke_tokens_in(tx: Tx, staff_id: int | None, sender_id: int, name: str = "") -> int:
    """Revoke a sender's tokens of a name, or all; returns how many. Asks for ``manage_settings``."""
    _authorise_in(tx, staff_id)
    found = [one for one in queries.tokens(tx, _one(tx, sender_id).id) if name in {"", one.name}]
    for one in found:
        queries.change_token(tx, one.token_hash, revoked_at=tx.now)
    _log(tx, staff_id, "revoke", sender_id, tokens=len(found))
    return len(found)


def by_token_in(tx: Tx, token: str) -> int | None:
    """The sender that a token proves, or None. It is looked up as a hash: how long that takes tells nothing."""
    row = queries.by_token(tx, token_digest(token))
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at < tx.now - _USED_MS:
        queries.change_token(tx, row.token_hash, last_used_at=tx.now)
    return int(row.id)


def by_mail_in(tx: Tx, address: str, signed: Iterable[str]) -> int | None:
    """The sender whose mail this is: from ``address``, validly signed by the domains ``signed`` (DKIM). None: nobody.

    Of two that could be meant the one that names the address is.
    """
    domains = tuple(signed)
    if not domains or not address:
        return None
    found = [
        row
        for row in queries.every(tx, MOST)
        if rules.proves(_listed(row.domains_json), _listed(row.addresses_json), address, domains)
    ]
    found.sort(key=lambda row: (not _listed(row.addresses_json), row.id))
    return int(found[0].id) if found else None


def _authorise_in(tx: Tx, staff_id: int | None) -> None:
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_settings")


def _one(tx: Tx, sender_id: int) -> Row:
    row = queries.one(tx, sender_id)
    if row is None:
        raise NotFound
    return row


def _columns(given: SenderInput) -> dict[str, Any]:
    values = {name: getattr(given, name) for name in SenderInput.__struct_fields__ if name not in _LISTS}
    return values | {f"{name}_json": msgspec.json.encode(getattr(given, name)).decode() for name in _LISTS}


def _listed(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _view(tx: Tx, row: Row) -> SenderView:
    plain = {
        name: getattr(row, name) for name in SenderView.__struct_fields__ if name not in {*_LISTS, "tokens", "state"}
    }
    suspended = row.state == "suspended" and (row.suspended_until is None or row.suspended_until > tx.now)
    return SenderView(
        **plain,
        state="suspended" if suspended else "active",
        domains=_listed(row.domains_json),
        addresses=_listed(row.addresses_json),
        tokens=tuple(one.name for one in queries.tokens(tx, row.id)),
    )


def _log(tx: Tx, staff_id: int | None, verb: str, sender_id: int, **detail: Any) -> None:
    audit.append_in(tx, actor_id=staff_id, action=f"sender.{verb}", subject=f"sender:{sender_id}", **detail)
