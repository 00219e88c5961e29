"""What ends an account."""

from sqlalchemy import bindparam, exists, func, not_, select

from perdure.accounts.queries import factors, links, sign_in, tokens
from perdure.accounts.tables import account, account_keep, login, mail_token, recovery_code
from perdure.kernel.db import Tx, sql

_DUE = sql(
    select(account.c.id)
    .where(account.c.purge_at <= bindparam("now"), not_(exists().where(account_keep.c.account_id == account.c.id)))
    .order_by(account.c.purge_at)
    .limit(bindparam("most"))
)

_SEEN = sql(
    select(login.c.account_id)
    .where(
        login.c.account_id > bindparam("after"),
        login.c.last_used_at >= select(func.max(login.c.last_used_at)).scalar_subquery() - bindparam("within"),
    )
    .order_by(login.c.account_id)
    .limit(bindparam("most"))
)
_STANDING = sql(
    select(account.c.id)
    .where(account.c.id > bindparam("after"), account.c.state != "deleted")
    .order_by(account.c.id)
    .limit(bindparam("most"))
)


def due(tx: Tx, most: int) -> list[int]:
    """Accounts whose grace period is over and that nobody keeps."""
    return tx.column(_DUE, now=tx.now, most=most)


def end_access(tx: Tx, account_id: int, kept_session: int = 0) -> None:
    """End every token, and every session but one."""
    tokens.delete_tokens_of(tx, account_id)
    sign_in.delete_sessions(tx, account_id, kept_session)


def erase(tx: Tx, account_id: int) -> None:
    """Erase everything personal; the name stays taken, so that nobody can pretend to be who left."""
    end_access(tx, account_id)
    factors.delete_passkeys(tx, account_id)
    links.forget(tx, account_id)
    tx.delete(recovery_code, account_id=account_id)
    tx.delete(mail_token, account_id=account_id)
    tx.delete(login, account_id=account_id)
    tx.update(
        account,
        {"id": account_id},
        display_name="",
        note="",
        fields_json="[]",
        avatar_key=None,
        header_key=None,
        avatar_description="",
        header_description="",
        role="member",
        state="deleted",
        purge_at=None,
    )


def standing(tx: Tx, after: int, most: int) -> list[int]:
    """Accounts with ids above ``after`` that are not erased, in order."""
    return tx.column(_STANDING, after=after, most=most)


def seen(tx: Tx, after: int, most: int, within_ms: int) -> list[int]:
    """Accounts with ids above ``after`` that somebody used so shortly before the last use of any, in order."""
    return tx.column(_SEEN, after=after, most=most, within=within_ms)


def keep(tx: Tx, account_id: int, keeper: str) -> None:
    """Say that an account must not be erased, for the sake of ``keeper``."""
    tx.insert_new(account_keep, account_id=account_id, keeper=keeper, created_at=tx.now)


def release(tx: Tx, keeper: str) -> int:
    """Say that ``keeper`` needs no account any more; returns how many it kept."""
    return tx.delete(account_keep, keeper=keeper)
