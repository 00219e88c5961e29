"""Apps and access tokens, and who stands behind a bearer token."""

import threading
import weakref
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from perdure.accounts.model import App, Caller, Issued, Role, TokenView, Viewer
from perdure.accounts.queries import tokens
from perdure.accounts.rules import scopes, secrets
from perdure.kernel.db import Database, Row, Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound, Unauthorized, Unavailable
from perdure.kernel.runtime import Runtime

CHANNEL: Final = "accounts.access"
_TTL_S: Final = 20.0
_MOST: Final = 50_000
_TOUCH_MS: Final = 3_600_000
OOB: Final = "urn:ietf:wg:oauth:2.0:oob"
DISABLED: Final = "Your login is currently disabled"
UNCONFIRMED: Final = "Your login is missing a confirmed e-mail address"
UNAPPROVED: Final = "Your login is currently pending approval"


class _Known:
    """Callers by token hash, for a few seconds; revocation empties it at once through the bus."""

    def __init__(self, rt: Runtime) -> None:
        self._clock = rt.clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[float, Caller]] = OrderedDict()
        rt.bus.subscribe(CHANNEL, self.forget)

    def get(self, digest: str) -> Caller | None:
        found = self._entries.get(digest)
        if found is None or found[0] < self._clock.monotonic():
            return None
        return found[1]

    def put(self, digest: str, caller: Caller) -> None:
        with self._lock:
            self._entries[digest] = (self._clock.monotonic() + _TTL_S, caller)
            if len(self._entries) > _MOST:
                self._entries.popitem(last=False)

    def forget(self, payload: bytes) -> None:
        """Drop an account's callers; without an account, all of them."""
        account_id = int(payload) if payload else None
        with self._lock:
            for digest, (_until, caller) in list(self._entries.items()):
                viewer = caller.viewer
                if account_id is None or viewer is None or viewer.account_id == account_id:
                    del self._entries[digest]


_known_by_database: "weakref.WeakKeyDictionary[Database, _Known]" = weakref.WeakKeyDictionary()


def _known(rt: Runtime) -> _Known:
    found = _known_by_database.get(rt.db)
    if found is None:
        found = _known_by_database[rt.db] = _Known(rt)
    return found


def forget_viewers(rt: Runtime, account_id: int | None = None) -> None:
    """Make every process look up an account's tokens (or all) anew."""
    rt.bus.publish(CHANNEL, b"" if account_id is None else str(account_id).encode())


async def caller_for_token(rt: Runtime, token: str) -> Caller:
    """What a bearer token stands for. Raises Unauthorized for one that is unknown or revoked."""
    digest = secrets.digest(token)
    known = _known(rt)
    caller = known.get(digest)
    if caller is None:
        row = await rt.db.read(tokens.bearer, digest)
        if row is None:
            raise Unauthorized
        caller = _caller(row)
        known.put(digest, caller)
        if row.last_used_at is None or row.last_used_at < rt.clock.now_ms() - _TOUCH_MS:
            with suppress(Unavailable):  # whoever may read goes on reading while nothing can be written
                await rt.db.write("tokens.touch", tokens.touch, row.id)
    return caller


def known_caller(rt: Runtime, token: str) -> Caller | None:
    """:func:`caller_for_token` as far as this process looked it up a moment ago; asks no database."""
    return _known(rt).get(secrets.digest(token))


def known_person(rt: Runtime, token: str) -> int | None:
    """Whose token it is, if this process looked it up a moment ago; asks no database."""
    caller = known_caller(rt, token)
    return None if caller is None or caller.viewer is None else caller.viewer.account_id


async def viewer_for_token(rt: Runtime, token: str) -> Viewer:
    """The person behind a bearer token. Raises for app tokens and for accounts that may not act now."""
    return viewer_of(await caller_for_token(rt, token))


def viewer_of(caller: Caller) -> Viewer:
    """The person behind a caller. Raises Invalid for an app's own token, Forbidden for the account's state."""
    if caller.viewer is None:
        raise Invalid("This method requires an authenticated user")
    if caller.refusal is not None:
        raise Forbidden(caller.refusal)
    return caller.viewer


def token_lives_in(tx: Tx, token_id: int) -> bool:
    """Whether a token still exists and its account may act."""
    row = tokens.standing(tx, token_id)
    return row is not None and not refusal_for(
        row.state, confirmed=row.confirmed_at is not None, approved=bool(row.approved)
    )


def refusal_for(state: str, *, confirmed: bool, approved: bool) -> str | None:
    """Why an account may not act, or None."""
    if state in {"suspended", "deleted", "deactivated"}:
        return DISABLED
    if not confirmed:
        return UNCONFIRMED
    return None if approved else UNAPPROVED


def _caller(row: Row) -> Caller:
    held = scopes.parse(row.scope)
    if row.account_id is None:
        return Caller(row.id, row.app_id, row.scope, held, None, None)
    role: Role = row.role
    viewer = Viewer(row.account_id, role, held, row.app_id, row.id, row.locale, bool(row.frozen))
    refusal = refusal_for(row.state, confirmed=row.confirmed_at is not None, approved=row.approved)
    return Caller(row.id, row.app_id, row.scope, held, viewer, refusal)


def create_app_in(
    tx: Tx,
    *,
    name: str,
    redirect_uris: tuple[str, ...] = (OOB,),
    scope: str = "read",
    website: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
) -> tuple[App, str]:
    """Register a client; returns it with its secret, which is not stored."""
    secret = client_secret or secrets.fresh()
    app = App(
        id=tx.new_id(),
        client_id=client_id or secrets.fresh(),
        secret_hash=secrets.digest(secret),
        name=name,
        website=website,
        redirect_uris=redirect_uris,
        scopes=scope,
        created_at=tx.now,
    )
    tokens.insert_app(tx, app)
    return app, secret


def app_in(tx: Tx, app_id: int) -> App:
    """A registered client. Raises NotFound."""
    found = tokens.app(tx, app_id)
    if found is None:
        raise NotFound
    return found


def issue_token_in(tx: Tx, *, app_id: int, account_id: int | None, scope: str, token: str | None = None) -> Issued:
    """Give an app a token, for a person or for itself."""
    text = token or secrets.fresh()
    tokens.insert_token(
        tx,
        id=tx.new_id(),
        token_hash=secrets.digest(text),
        app_id=app_id,
        account_id=account_id,
        scope=scope,
        created_at=tx.now,
        last_used_at=None,
    )
    return Issued(text, scope, tx.now)


def tokens_in(tx: Tx, account_id: int) -> list[TokenView]:
    """The connected apps of an account, newest first."""
    return tokens.tokens_of(tx, account_id)


async def revoke_own(rt: Runtime, account_id: int, token_id: int) -> None:
    """Disconnect an app from one's account. Raises NotFound."""
    if not await rt.db.write("tokens.revoke", tokens.delete_token_of, account_id, token_id):
        raise NotFound
    forget_viewers(rt, account_id)
