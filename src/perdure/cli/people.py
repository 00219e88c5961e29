"""Accounts and tokens from the command line."""

import asyncio
import secrets

from perdure.accounts import service as accounts
from perdure.accounts.model import Role
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime


def create(rt: Runtime, name: str, email: str, role: Role, *, confirmed: bool) -> str:
    """Make an account; returns its fresh password."""
    password = secrets.token_urlsafe(18)
    digest = asyncio.run(accounts.hashed(password))
    rt.db.write_now("accounts.create", _create_in, name, email, role, digest, confirmed)
    return password


def _create_in(tx: Tx, name: str, email: str, role: Role, digest: str, confirmed: bool) -> int:  # noqa: FBT001 - a body
    private = {} if confirmed else {"confirmed_at": None}
    return accounts.create_account_in(tx, username=name, email=email, password_hash=digest, role=role, private=private)


def token(rt: Runtime, name: str, scopes: str) -> str:
    """Make a token; returns its text."""
    return rt.db.write_now("accounts.token", _token_in, name, scopes)


def _token_in(tx: Tx, name: str, scopes: str) -> str:
    found = accounts.find_by_name_in(tx, name)
    if found is None:
        raise Invalid(f"there is no account called {name!r}")
    app, _secret = accounts.create_app_in(tx, name="perdure tokens create", scope=scopes)
    return accounts.issue_token_in(tx, app_id=app.id, account_id=found.id, scope=scopes).token
