"""Accounts and logins."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, bindparam, case, cast, exists, func, or_, select, update

from perdure.accounts.model import AccountView, Field, Label, Login, Standing
from perdure.accounts.queries.emojis import NamedEmojis
from perdure.accounts.rules.markup import note_html
from perdure.accounts.tables import account, former_name, login, passkey
from perdure.kernel.db import Row, Tx, any_of, sql

account_card = select(
    account.c.id,
    account.c.version,
    account.c.state,
    account.c.username,
    account.c.username_key,
    account.c.bot,
    account.c.locked,
    account.c.discoverable,
    account.c.limited,
    account.c.indexable,
    account.c.limited,
    account.c.followers_count,
    account.c.statuses_count,
    account.c.last_status_at,
).subquery("account_card")

_HIDDEN_COLUMNS = frozenset({"username_key", "purge_at"})
_SHOWN = [column for column in account.c if column.name not in _HIDDEN_COLUMNS]
_VIEWS = sql(select(*_SHOWN).where(any_of(account.c.id, "ids")))
_BY_NAME = sql(select(*_SHOWN).where(account.c.username_key == bindparam("key")))
_IDS = sql(select(account.c.username_key, account.c.id).where(any_of(account.c.username_key, "keys")))
_LOGIN_COLUMNS = [login.c[name] for name in Login.__struct_fields__]
_LOGIN = sql(select(*_LOGIN_COLUMNS).where(login.c.account_id == bindparam("account_id")))
_LOGIN_BY_EMAIL = sql(select(*_LOGIN_COLUMNS).where(login.c.email_key == bindparam("key")))
_LOGIN_BY_NAME = sql(
    select(*_LOGIN_COLUMNS)
    .join(account, account.c.id == login.c.account_id)
    .where(account.c.username_key == bindparam("key"))
)
_STANDING = sql(
    select(
        account.c.role,
        account.c.state,
        account.c.frozen,
        or_(login.c.totp_secret.is_not(None), exists().where(passkey.c.account_id == account.c.id)).label("factor"),
    )
    .join(login, login.c.account_id == account.c.id)
    .where(account.c.id == bindparam("account_id"))
)
_FROZEN = sql(select(account.c.frozen).where(account.c.id == bindparam("account_id")))
_FORMER = sql(select(former_name.c.account_id).where(former_name.c.username_key == bindparam("key")))
_LEFT = sql(select(func.max(former_name.c.left_at)).where(former_name.c.account_id == bindparam("account_id")))


def _floor(value: ColumnElement[int]) -> ColumnElement[int]:
    return case((value < 0, 0), else_=value)


_COUNTS = sql(
    update(account)
    .where(account.c.id == bindparam("account_id"))
    .values(
        followers_count=_floor(account.c.followers_count + bindparam("followers")),
        following_count=_floor(account.c.following_count + bindparam("following")),
        statuses_count=_floor(account.c.statuses_count + bindparam("statuses")),
        last_status_at=func.coalesce(cast(bindparam("posted_at"), BigInteger), account.c.last_status_at),
        version=account.c.version + 1,
    )
)
_BUMP = sql(update(account).where(account.c.id == bindparam("account_id")).values(version=account.c.version + 1))
_fields = msgspec.json.Decoder(tuple[Field, ...])
_labels = msgspec.json.Decoder(tuple[Label, ...])
_texts_of = msgspec.json.Decoder(tuple[str, ...])


_STAFF = sql(
    select(account.c.id, account.c.role).where(
        account.c.role != "member", account.c.state == "active", account.c.frozen.is_(False)
    )
)


def staff(tx: Tx) -> list[Row]:
    """(id, role) of everybody who is more than a member, and may act."""
    return tx.all(_STAFF)


def views(tx: Tx, ids: list[int]) -> dict[int, AccountView]:
    """Accounts by id."""
    return {view.id: view for view in _views(tx, tx.all(_VIEWS, ids=ids))} if ids else {}


def by_name(tx: Tx, key: str) -> AccountView | None:
    """The account of a folded user name."""
    return next(iter(_views(tx, tx.all(_BY_NAME, key=key))), None)


def ids_by_keys(tx: Tx, keys: list[str]) -> dict[str, int]:
    """Ids by folded user name."""
    return {row.username_key: row.id for row in tx.all(_IDS, keys=keys)} if keys else {}


def insert_account(tx: Tx, **values: Any) -> bool:
    """Store an account unless its name is taken; tells whether it was stored."""
    return tx.insert_new(account, **values)


def insert_login(tx: Tx, **values: Any) -> bool:
    """Store a login unless its address is taken."""
    return tx.insert_new(login, **values)


def update_account(tx: Tx, account_id: int, **values: Any) -> None:
    """Set columns and count a new version."""
    if values:
        tx.update(account, {"id": account_id}, **values)
    tx.run(_BUMP, account_id=account_id)


def update_login(tx: Tx, account_id: int, **values: Any) -> None:
    """Set columns of the private side."""
    tx.update(login, {"account_id": account_id}, **values)


def adjust_counts(
    tx: Tx, account_id: int, *, followers: int, following: int, statuses: int, posted_at: int | None
) -> None:
    """Add to the counters; none falls below zero."""
    tx.run(
        _COUNTS,
        account_id=account_id,
        followers=followers,
        following=following,
        statuses=statuses,
        posted_at=posted_at,
    )


def login_of(tx: Tx, account_id: int) -> Login | None:
    """The private side of an account."""
    return _login(tx.first(_LOGIN, account_id=account_id))


def owner_of_former_name(tx: Tx, key: str) -> int | None:
    """Whoever had a folded user name before."""
    found = tx.scalar(_FORMER, key=key)
    return None if found is None else int(found)


def last_renamed_at(tx: Tx, account_id: int) -> int | None:
    """When an account last left a name."""
    found = tx.scalar(_LEFT, account_id=account_id)
    return None if found is None else int(found)


def keep_former_name(tx: Tx, account_id: int, left: str, taken: str) -> None:
    """A name that was left stays its owner's, and one that is taken up again is a former one no more."""
    tx.delete(former_name, username_key=taken)
    tx.upsert(former_name, ("username_key",), username_key=left, account_id=account_id, left_at=tx.now)


def standing(tx: Tx, account_id: int) -> Standing | None:
    """Role, state, and whether there is a second factor."""
    row = tx.first(_STANDING, account_id=account_id)
    return None if row is None else Standing(row.role, row.state, bool(row.factor), bool(row.frozen))


def is_frozen(tx: Tx, account_id: int) -> bool:
    """Whether an account may write nothing."""
    return bool(tx.scalar(_FROZEN, account_id=account_id))


def login_by_email_key(tx: Tx, key: str) -> Login | None:
    """The login with a folded address."""
    return _login(tx.first(_LOGIN_BY_EMAIL, key=key))


def login_by_name_key(tx: Tx, key: str) -> Login | None:
    """The login of a folded user name."""
    return _login(tx.first(_LOGIN_BY_NAME, key=key))


def _login(row: Row | None) -> Login | None:
    return None if row is None else Login(*row)


def _views(tx: Tx, rows: list[Row]) -> list[AccountView]:
    named = NamedEmojis(tx, (text for row in rows for text in _texts(row)))
    return [_view(row, named) for row in rows]


def _texts(row: Row) -> tuple[str, ...]:
    return row.display_name, row.note, row.fields_json


def _view(row: Row, named: NamedEmojis) -> AccountView:
    values = row._asdict()
    values["fields"] = _fields.decode(values.pop("fields_json"))
    values["labels"] = () if (said := values.pop("labels_json")) == "[]" else _labels.decode(said)
    values["attribution_domains"] = _texts_of.decode(values.pop("attribution_domains_json"))
    return AccountView(note_html=note_html(row.note), emojis=named.of(*_texts(row)), **values)


_PREFIX = sql(
    select(*_SHOWN)
    .where(
        account.c.username_key >= bindparam("prefix"),
        account.c.username_key < bindparam("beyond"),
        account.c.state == "active",
    )
    .order_by(account.c.username_key)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


def by_prefix(tx: Tx, prefix: str, most: int, skip: int) -> list[AccountView]:
    """Active accounts whose folded name begins with a prefix, in alphabetical order."""
    rows = tx.all(_PREFIX, prefix=prefix, beyond=prefix + "\U0010ffff", most=most, skip=skip)
    return _views(tx, rows)
