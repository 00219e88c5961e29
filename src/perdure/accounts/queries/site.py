"""The site's own words, rules, invites, and figures."""

from typing import Any

import msgspec
from sqlalchemy import Boolean, bindparam, func, or_, select, update

from perdure.accounts.model import Invite, Rule, Site
from perdure.accounts.tables import account, invite, login, site_rule, site_setting
from perdure.kernel.db import Row, Tx, sql
from perdure.kernel.ids import SEQUENCE_BITS

_SITE = sql(select(site_setting.c.value_json, site_setting.c.updated_at).where(site_setting.c.name == "site"))
_NAMED = sql(select(site_setting.c.value_json).where(site_setting.c.name == bindparam("name")))
_SECRETS = sql(
    select(site_setting.c.name, site_setting.c.value_json)
    .where(site_setting.c.name.startswith("secret:"))
    .order_by(site_setting.c.name)
)
_RULES = sql(select(site_rule.c.id, site_rule.c.text, site_rule.c.hint).order_by(site_rule.c.position, site_rule.c.id))
_MEMBERS = sql(
    select(func.count(), func.coalesce(func.sum(account.c.statuses_count), 0)).where(account.c.state == "active")
)
_ACTIVE = sql(select(func.count()).select_from(login).where(login.c.last_used_at >= bindparam("since")))
_SEEN = sql(
    select(func.count())
    .select_from(login)
    .where(login.c.last_used_at >= bindparam("since"), login.c.last_used_at < bindparam("until"))
)
_JOINED = sql(
    select(func.count())
    .select_from(login)
    .where(login.c.account_id >= bindparam("lower"), login.c.account_id < bindparam("upper"))
)
_OWNER = sql(select(account.c.id).where(account.c.role == "owner").order_by(account.c.id).limit(1))
_INVITE_COLUMNS = [invite.c[name] for name in Invite.__struct_fields__]
_INVITE = sql(select(*_INVITE_COLUMNS).where(invite.c.code == bindparam("code")))
_INVITES = sql(
    select(*_INVITE_COLUMNS).where(invite.c.creator_id == bindparam("creator_id")).order_by(invite.c.id.desc())
)
_USE = sql(
    update(invite)
    .where(invite.c.id == bindparam("invite_id"), or_(invite.c.max_uses.is_(None), invite.c.uses < invite.c.max_uses))
    .values(uses=invite.c.uses + 1)
)
_NEWEST_INVITES = sql(select(*_INVITE_COLUMNS).order_by(invite.c.id.desc()).limit(200))
_AUTOFOLLOWED = sql(
    select(invite.c.creator_id)
    .join(login, login.c.invite_id == invite.c.id)
    .where(login.c.account_id == bindparam("account_id"), invite.c.autofollow.is_(True))
)
_REVOKE = sql(
    update(invite)
    .where(
        invite.c.id == bindparam("invite_id"),
        or_(invite.c.creator_id == bindparam("creator_id"), bindparam("anybody", type_=Boolean)),
        invite.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at"))
)


def site(tx: Tx) -> Site:
    """What the operators say about the site."""
    row = tx.first(_SITE)
    if row is None:
        return Site()
    found = msgspec.json.decode(row.value_json, type=Site)
    return msgspec.structs.replace(found, updated_at=row.updated_at)


def store_site(tx: Tx, changed: Site) -> None:
    """Set what the operators say."""
    text = msgspec.json.encode(changed).decode()
    tx.upsert(site_setting, ("name",), name="site", value_json=text, updated_at=tx.now)


def secret(tx: Tx, name: str) -> str | None:
    """A secret of the site itself."""
    found = tx.scalar(_NAMED, name=f"secret:{name}")
    return None if found is None else str(msgspec.json.decode(found))


def all_secrets(tx: Tx) -> dict[str, str]:
    """Every secret of the site itself, by name."""
    return {row.name.removeprefix("secret:"): msgspec.json.decode(row.value_json) for row in tx.all(_SECRETS)}


def keep_secret(tx: Tx, name: str, value: str) -> str:
    """Store a secret unless somebody was faster; returns the one that counts."""
    text = msgspec.json.encode(value).decode()
    tx.insert_new(site_setting, name=f"secret:{name}", value_json=text, updated_at=tx.now)
    return secret(tx, name) or value


def test_seed(tx: Tx) -> str | None:
    """Test mode's mark on the database."""
    found = tx.scalar(_NAMED, name="peer_test")
    return None if found is None else str(msgspec.json.decode(found))


def store_test_seed(tx: Tx, digest: str) -> None:
    """Set test mode's mark."""
    tx.insert(site_setting, name="peer_test", value_json=msgspec.json.encode(digest).decode(), updated_at=tx.now)


def fact(tx: Tx, name: str) -> str | None:
    """What the program noted about the site itself, as JSON."""
    found = tx.scalar(_NAMED, name=f"fact:{name}")
    return None if found is None else str(found)


def keep_fact(tx: Tx, name: str, value_json: str) -> None:
    """Note something about the site itself."""
    tx.upsert(site_setting, ("name",), name=f"fact:{name}", value_json=value_json, updated_at=tx.now)


def rules(tx: Tx) -> list[Rule]:
    """The site's rules in order."""
    return [Rule(*row) for row in tx.all(_RULES)]


def replace_rules(tx: Tx, changed: list[Rule]) -> None:
    """Set the rules; ids that reports refer to stay."""
    for old in rules(tx):
        tx.delete(site_rule, id=old.id)
    rows = [
        {"id": rule.id, "position": place, "text": rule.text, "hint": rule.hint} for place, rule in enumerate(changed)
    ]
    tx.insert_many(site_rule, rows)


def figures(tx: Tx, since: int) -> tuple[int, int, int]:
    """Members, posts, and members active since an instant."""
    members, posts = tx.first(_MEMBERS) or (0, 0)
    return int(members), int(posts), int(tx.scalar(_ACTIVE, since=since))


def seen_between(tx: Tx, since: int, until: int) -> tuple[int, int]:
    """Members whose last use, and accounts whose making, lies between two instants."""
    seen = tx.scalar(_SEEN, since=since, until=until)
    joined = tx.scalar(_JOINED, lower=since << SEQUENCE_BITS, upper=until << SEQUENCE_BITS)
    return int(seen), int(joined)


def owner_id(tx: Tx) -> int | None:
    """The owner's account, or None on a fresh site."""
    found = tx.scalar(_OWNER)
    return None if found is None else int(found)


def invite_by_code(tx: Tx, code: str) -> Invite | None:
    """An invite."""
    return _invite(tx.first(_INVITE, code=code))


def invites_of(tx: Tx, creator_id: int) -> list[Invite]:
    """The invites somebody made, newest first."""
    return [Invite(*row) for row in tx.all(_INVITES, creator_id=creator_id)]


def insert_invite(tx: Tx, **values: Any) -> None:
    """Store an invite."""
    tx.insert(invite, **values)


def use_invite(tx: Tx, invite_id: int) -> bool:
    """Count one use; tells whether one was left."""
    return tx.run(_USE, invite_id=invite_id) > 0


def newest_invites(tx: Tx) -> list[Invite]:
    """The newest invites of everybody."""
    return [Invite(*row) for row in tx.all(_NEWEST_INVITES)]


def autofollowed(tx: Tx, account_id: int) -> int | None:
    """Whom an account follows because its invite says so."""
    found = tx.scalar(_AUTOFOLLOWED, account_id=account_id)
    return None if found is None else int(found)


def revoke_invite(tx: Tx, creator_id: int | None, invite_id: int) -> bool:
    """Make an invite useless that ``creator_id`` made, or, with None, anybody."""
    found = tx.run(_REVOKE, creator_id=creator_id or 0, anybody=creator_id is None, invite_id=invite_id, at=tx.now)
    return found > 0


def _invite(row: Row | None) -> Invite | None:
    return Invite(*row) if row else None
