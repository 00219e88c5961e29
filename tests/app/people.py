"""People for tests: a confirmed account and a token that may do everything, in one line."""

from typing import Any, NamedTuple

from argon2 import PasswordHasher

from perdure.accounts import service
from perdure.accounts.model import Role
from perdure.accounts.rules.scopes import FULL
from perdure.kernel.db import Tx
from tests.site import Site

# Cheap on purpose: a hash carries its own cost, so signing in with it is quick too.
_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Person(NamedTuple):
    """Somebody who is signed in."""

    id: int
    token: str
    name: str


def person(
    site: Site,
    name: str,
    *,
    role: Role = "member",
    scope: str = FULL,
    password: str = "",
    factor: bool = True,
    **profile: Any,
) -> Person:
    """Make a confirmed account with a token; ``profile`` sets columns of the account. Staff has a second factor."""
    stored = _HASHER.hash(password) if password else ""
    return site.write(_person_in, name, role=role, scope=scope, password_hash=stored, factor=factor, **profile)


def _person_in(
    tx: Tx, name: str, *, role: Role, scope: str, password_hash: str, factor: bool, **profile: Any
) -> Person:
    private = {"totp_secret": TOTP_SECRET} if role != "member" and factor else {}
    account_id = service.create_account_in(
        tx,
        username=name,
        email=f"{name}@people.test",
        password_hash=password_hash,
        role=role,
        profile=profile,
        private=private,
    )
    app, _secret = service.create_app_in(tx, name="Test app", scope=scope, website="https://app.test")
    issued = service.issue_token_in(tx, app_id=app.id, account_id=account_id, scope=scope)
    return Person(account_id, issued.token, name)
