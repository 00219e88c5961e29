"""Accounts as others see them."""

from collections.abc import Iterable
from typing import Any

from perdure.accounts.errors import taken
from perdure.accounts.events import AccountChanged, SignedUp
from perdure.accounts.model import AccountView, Login, Role, State
from perdure.accounts.queries import people
from perdure.accounts.rules import names
from perdure.kernel.db import Tx
from perdure.kernel.errors import Gone, NotFound
from perdure.kernel.runtime import Runtime


def views_in(tx: Tx, ids: Iterable[int]) -> dict[int, AccountView]:
    """Accounts by id; unknown ids are left out."""
    return people.views(tx, list(ids))


def view_in(tx: Tx, account_id: int) -> AccountView:
    """One account, whatever its state. Raises NotFound."""
    found = people.views(tx, [account_id]).get(account_id)
    if found is None:
        raise NotFound
    return found


def public_view_in(tx: Tx, account_id: int) -> AccountView:
    """An account whose posts and relations may be asked for. Raises NotFound, Gone for one that is suspended."""
    found = view_in(tx, account_id)
    if found.state == "suspended":
        raise Gone("This account is suspended")
    return found


def find_by_name_in(tx: Tx, name: str) -> AccountView | None:
    """The account with a user name, in any case of letters."""
    return people.by_name(tx, names.name_key(name))


def renamed_in(tx: Tx, name: str) -> AccountView | None:
    """The account that had a user name before and left it."""
    account_id = people.owner_of_former_name(tx, names.name_key(name))
    return None if account_id is None else people.views(tx, [account_id]).get(account_id)


def find_by_prefix_in(tx: Tx, prefix: str, most: int, skip: int = 0) -> list[AccountView]:
    """Active accounts whose name begins with a text, in alphabetical order."""
    return people.by_prefix(tx, names.name_key(prefix), most, skip)


def ids_by_names_in(tx: Tx, given: Iterable[str]) -> dict[str, int]:
    """Ids by user name as given; unknown names are left out."""
    wanted = list(given)
    found = people.ids_by_keys(tx, [names.name_key(name) for name in wanted])
    return {name: found[names.name_key(name)] for name in wanted if names.name_key(name) in found}


def login_in(tx: Tx, account_id: int) -> Login:
    """The private side of an account. Raises NotFound."""
    found = people.login_of(tx, account_id)
    if found is None:
        raise NotFound
    return found


def adjust_counts_in(
    tx: Tx,
    account_id: int,
    *,
    followers: int = 0,
    following: int = 0,
    statuses: int = 0,
    last_status_at: int | None = None,
) -> None:
    """Add to the counters of an account and count a new version."""
    people.adjust_counts(
        tx, account_id, followers=followers, following=following, statuses=statuses, posted_at=last_status_at
    )


def create_account_in(
    tx: Tx,
    *,
    username: str,
    email: str,
    password_hash: str,
    role: Role = "member",
    state: State = "active",
    account_id: int | None = None,
    created_at: int | None = None,
    profile: dict[str, Any] | None = None,
    private: dict[str, Any] | None = None,
) -> int:
    """Make an account with its login; returns its id. An active one counts as confirmed and approved.

    ``profile`` and ``private`` name further columns of the two tables. Raises Invalid with ``ERR_TAKEN`` for a name
    or address that exists already.
    """
    new_id = account_id if account_id is not None else tx.new_id()
    values = _blank_account() | (profile or {})
    created = created_at if created_at is not None else tx.now
    stored = people.insert_account(
        tx,
        id=new_id,
        username=username,
        username_key=names.name_key(username),
        role=role,
        state=state,
        created_at=created,
        **values,
    )
    if not stored:
        raise taken("username")
    login = _blank_login() | {"confirmed_at": tx.now if state == "active" else None, "approved": True} | (private or {})
    key = names.email_key(email)
    if not people.insert_login(
        tx, account_id=new_id, email=email, email_key=key, password_hash=password_hash, created_at=tx.now, **login
    ):
        raise taken("email")
    tx.emit(SignedUp(new_id, needs_confirmation=login["confirmed_at"] is None, needs_approval=not login["approved"]))
    return new_id


def change_in(tx: Tx, account_id: int, **values: Any) -> None:
    """Set columns of an account and tell everybody."""
    people.update_account(tx, account_id, **values)
    tx.emit(AccountChanged(account_id))


async def view(rt: Runtime, account_id: int) -> AccountView:
    """One account. Raises NotFound."""
    return await rt.db.read(view_in, account_id)


def _blank_account() -> dict[str, Any]:
    return {
        "display_name": "",
        "note": "",
        "fields_json": "[]",
        "avatar_key": None,
        "header_key": None,
        "avatar_description": "",
        "header_description": "",
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "hide_collections": False,
        "show_featured": True,
        "show_media": True,
        "show_media_replies": True,
        "attribution_domains_json": "[]",
        "default_visibility": "public",
        "default_sensitive": False,
        "default_language": None,
        "default_quote_policy": "public",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "last_status_at": None,
        "version": 1,
        "purge_at": None,
    }


def _blank_login() -> dict[str, Any]:
    return {
        "reason": "",
        "locale": "en",
        "totp_secret": None,
        "totp_step": 0,
        "failures": 0,
        "failed_at": None,
        "last_used_at": None,
        "invite_id": None,
        "proven": False,
        "expand_media": "default",
        "expand_spoilers": False,
    }
