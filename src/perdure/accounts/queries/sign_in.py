"""Sessions, mailed and pending secrets, recovery codes."""

from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from perdure.accounts.model import SessionView
from perdure.accounts.tables import account, login, mail_token, recovery_code, session
from perdure.kernel.db import Row, Tx, sql

_SESSION = sql(
    select(
        session.c.id,
        session.c.account_id,
        session.c.last_used_at,
        account.c.role,
        account.c.state,
        account.c.frozen,
        account.c.banned,
        account.c.suspended_until,
        login.c.confirmed_at,
        login.c.approved,
        login.c.locale,
    )
    .join(account, account.c.id == session.c.account_id)
    .join(login, login.c.account_id == session.c.account_id)
    .where(session.c.token_hash == bindparam("token_hash"))
)
_SESSIONS = sql(
    select(*(session.c[name] for name in SessionView.__struct_fields__))
    .where(session.c.account_id == bindparam("account_id"))
    .order_by(session.c.id.desc())
)
_OTHERS = sql(delete(session).where(session.c.account_id == bindparam("account_id"), session.c.id != bindparam("kept")))
_OLD_SESSIONS = sql(delete(session).where(session.c.last_used_at < bindparam("before")))
_MAIL_TOKEN = sql(
    select(mail_token).where(
        mail_token.c.token_hash == bindparam("token_hash"),
        mail_token.c.purpose == bindparam("purpose"),
        mail_token.c.expires_at > bindparam("now"),
    )
)
_MAIL_TOKENS_OUT = sql(
    select(func.count())
    .select_from(mail_token)
    .where(
        mail_token.c.account_id == bindparam("account_id"),
        mail_token.c.purpose == bindparam("purpose"),
        mail_token.c.expires_at > bindparam("now"),
    )
)
_OLD_MAIL_TOKENS = sql(delete(mail_token).where(mail_token.c.expires_at <= bindparam("now")))
_FAILED = sql(
    update(login)
    .where(login.c.account_id == bindparam("who"))
    .values(failures=login.c.failures + 1, failed_at=bindparam("at"))
)
_CODES_LEFT = sql(
    select(func.count()).select_from(recovery_code).where(recovery_code.c.account_id == bindparam("account_id"))
)


def insert_session(tx: Tx, **values: Any) -> None:
    """Store a browser session."""
    tx.insert(session, **values)


def session_row(tx: Tx, token_hash: str) -> Row | None:
    """A session with what decides whether it may act."""
    return tx.first(_SESSION, token_hash=token_hash)


def touch_session(tx: Tx, session_id: int, account_id: int) -> None:
    """Note that a session was used."""
    tx.update(session, {"id": session_id}, last_used_at=tx.now)
    tx.update(login, {"account_id": account_id}, last_used_at=tx.now)


def sessions_of(tx: Tx, account_id: int) -> list[SessionView]:
    """An account's sessions, newest first."""
    return [SessionView(*row) for row in tx.all(_SESSIONS, account_id=account_id)]


def delete_session(tx: Tx, account_id: int, session_id: int) -> bool:
    """End one session of an account."""
    return tx.delete(session, id=session_id, account_id=account_id) > 0


def delete_session_by_hash(tx: Tx, token_hash: str) -> int | None:
    """End the session with this cookie; returns whose it was, or None."""
    row = session_row(tx, token_hash)
    tx.delete(session, token_hash=token_hash)
    return row.account_id if row else None


def delete_sessions(tx: Tx, account_id: int, kept: int = 0) -> None:
    """End every session of an account but one."""
    tx.run(_OTHERS, account_id=account_id, kept=kept)


def drop_old(tx: Tx, sessions_before: int) -> None:
    """Forget sessions long unused, and secrets that ran out."""
    tx.run(_OLD_SESSIONS, before=sessions_before)
    tx.run(_OLD_MAIL_TOKENS, now=tx.now)


def insert_mail_token(tx: Tx, **values: Any) -> None:
    """Store the digest of a secret that was handed out."""
    tx.insert(mail_token, **values)


def mail_token_row(tx: Tx, token_hash: str, purpose: str) -> Row | None:
    """A secret that is still good."""
    return tx.first(_MAIL_TOKEN, token_hash=token_hash, purpose=purpose, now=tx.now)


def mail_tokens_out(tx: Tx, account_id: int, purpose: str) -> int:
    """How many secrets for a purpose are still good."""
    return int(tx.scalar(_MAIL_TOKENS_OUT, account_id=account_id, purpose=purpose, now=tx.now))


def delete_mail_tokens(tx: Tx, account_id: int, purpose: str) -> None:
    """Make all secrets for a purpose useless."""
    tx.delete(mail_token, account_id=account_id, purpose=purpose)


def note_failure(tx: Tx, account_id: int) -> None:
    """Count a wrong password or code."""
    tx.run(_FAILED, who=account_id, at=tx.now)


def replace_recovery_codes(tx: Tx, account_id: int, hashes: list[str]) -> None:
    """Set the recovery codes; the former ones stop working."""
    tx.delete(recovery_code, account_id=account_id)
    tx.insert_many(recovery_code, [{"account_id": account_id, "code_hash": code} for code in hashes])


def take_recovery_code(tx: Tx, account_id: int, code_hash: str) -> bool:
    """Use up a recovery code; tells whether it was there."""
    return tx.delete(recovery_code, account_id=account_id, code_hash=code_hash) > 0


def recovery_codes_left(tx: Tx, account_id: int) -> int:
    """How many recovery codes still work."""
    return int(tx.scalar(_CODES_LEFT, account_id=account_id))
