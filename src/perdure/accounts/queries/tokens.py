"""Apps, access tokens, authorisation codes."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from perdure.accounts.model import App, TokenView
from perdure.accounts.tables import account, login, oauth_app, oauth_code, oauth_token
from perdure.kernel.db import Row, Tx, sql

_BEARER = sql(
    select(
        oauth_token.c.id,
        oauth_token.c.app_id,
        oauth_token.c.account_id,
        oauth_token.c.scope,
        oauth_token.c.last_used_at,
        account.c.role,
        account.c.state,
        account.c.frozen,
        login.c.confirmed_at,
        login.c.approved,
        login.c.locale,
    )
    .select_from(
        oauth_token.outerjoin(account, account.c.id == oauth_token.c.account_id).outerjoin(
            login, login.c.account_id == oauth_token.c.account_id
        )
    )
    .where(oauth_token.c.token_hash == bindparam("token_hash"))
)
_STANDING = sql(
    select(account.c.state, login.c.confirmed_at, login.c.approved)
    .select_from(
        oauth_token.join(account, account.c.id == oauth_token.c.account_id).join(
            login, login.c.account_id == oauth_token.c.account_id
        )
    )
    .where(oauth_token.c.id == bindparam("token_id"))
)
_HERE = sql(
    update(login)
    .where(
        login.c.account_id
        == select(oauth_token.c.account_id).where(oauth_token.c.id == bindparam("token_id")).scalar_subquery()
    )
    .values(last_used_at=bindparam("now"))
)
_APP = sql(select(oauth_app).where(oauth_app.c.id == bindparam("app_id")))
_APP_BY_CLIENT = sql(select(oauth_app).where(oauth_app.c.client_id == bindparam("client_id")))
_TOKEN = sql(select(oauth_token).where(oauth_token.c.token_hash == bindparam("token_hash")))
_TOKENS = sql(
    select(
        oauth_token.c.id,
        oauth_app.c.name,
        oauth_app.c.website,
        oauth_token.c.scope,
        oauth_token.c.created_at,
        oauth_token.c.last_used_at,
    )
    .join(oauth_app, oauth_app.c.id == oauth_token.c.app_id)
    .where(oauth_token.c.account_id == bindparam("account_id"))
    .order_by(oauth_token.c.id.desc())
)
_CODE = sql(select(oauth_code).where(oauth_code.c.code_hash == bindparam("code_hash")))
_OLD_CODES = sql(delete(oauth_code).where(oauth_code.c.expires_at <= bindparam("now")))


def bearer(tx: Tx, token_hash: str) -> Row | None:
    """Everything about a token that decides what it may do."""
    return tx.first(_BEARER, token_hash=token_hash)


def standing(tx: Tx, token_id: int) -> Row | None:
    """State, confirmed_at and approved of the account behind a token, or None where the token is gone."""
    return tx.first(_STANDING, token_id=token_id)


def touch(tx: Tx, token_id: int) -> None:
    """Note that a token was used, and by that its account."""
    tx.update(oauth_token, {"id": token_id}, last_used_at=tx.now)
    tx.run(_HERE, token_id=token_id, now=tx.now)


def insert_app(tx: Tx, app: App) -> None:
    """Store a client."""
    values = msgspec.structs.asdict(app)
    values["redirect_uris_json"] = msgspec.json.encode(values.pop("redirect_uris")).decode()
    tx.insert(oauth_app, **values)


def app(tx: Tx, app_id: int) -> App | None:
    """A client by id."""
    return _app(tx.first(_APP, app_id=app_id))


def app_by_client_id(tx: Tx, client_id: str) -> App | None:
    """A client by the name it gives."""
    return _app(tx.first(_APP_BY_CLIENT, client_id=client_id))


def insert_token(tx: Tx, **values: Any) -> None:
    """Store a token."""
    tx.insert(oauth_token, **values)


def token(tx: Tx, token_hash: str) -> Row | None:
    """A token's row."""
    return tx.first(_TOKEN, token_hash=token_hash)


def delete_token(tx: Tx, token_id: int) -> bool:
    """Forget a token."""
    return tx.delete(oauth_token, id=token_id) > 0


def delete_token_of(tx: Tx, account_id: int, token_id: int) -> bool:
    """Forget a token if it belongs to the account."""
    return tx.delete(oauth_token, id=token_id, account_id=account_id) > 0


def delete_tokens_of(tx: Tx, account_id: int) -> int:
    """Forget every token of an account, and every code waiting to become one."""
    tx.delete(oauth_code, account_id=account_id)
    return tx.delete(oauth_token, account_id=account_id)


def tokens_of(tx: Tx, account_id: int) -> list[TokenView]:
    """An account's tokens, newest first."""
    return [TokenView(*row) for row in tx.all(_TOKENS, account_id=account_id)]


def insert_code(tx: Tx, **values: Any) -> None:
    """Store an authorisation code, and drop those that ran out."""
    tx.run(_OLD_CODES, now=tx.now)
    tx.insert(oauth_code, **values)


def drop_old_codes(tx: Tx) -> None:
    """Forget authorisation codes that ran out."""
    tx.run(_OLD_CODES, now=tx.now)


def take_code(tx: Tx, code_hash: str) -> Row | None:
    """An authorisation code, which is gone afterwards: it works once."""
    row = tx.first(_CODE, code_hash=code_hash)
    if row is None or not tx.delete(oauth_code, code_hash=code_hash):
        return None
    return row


def _app(row: Row | None) -> App | None:
    if row is None:
        return None
    uris = msgspec.json.decode(row.redirect_uris_json, type=tuple[str, ...])
    return App(row.id, row.client_id, row.secret_hash, row.name, row.website, uris, row.scopes, row.created_at)
