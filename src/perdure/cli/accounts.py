"""``perdure accounts``, ``perdure invites`` and ``perdure tokens``: people and what opens their accounts."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
import typer

from perdure.cli.common import DATA, AsJson, Data, day, existing, opened, settings_of, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.accounts.model import Member
    from perdure.kernel.db import Tx
    from perdure.kernel.runtime import Runtime

accounts_app = typer.Typer(no_args_is_help=True, help="People: make, list, promote, suspend, let in.")
invites_app = typer.Typer(no_args_is_help=True, help="Codes that let people sign up.")
tokens_app = typer.Typer(no_args_is_help=True, help="Access tokens of apps.")

RoleName = Literal["owner", "admin", "moderator", "member"]
StateName = Literal["active", "pending", "deactivated", "suspended", "deleted"]
Name = Annotated[str, typer.Argument(help="User name, with or without @.")]
_MOST: Final = 1000
_DAY_S: Final = 86_400


@accounts_app.command("create")
def create(
    name: Name,
    email: Annotated[str, typer.Option(help="Mail address.")],
    role: Annotated[RoleName, typer.Option(help="What the person may do.")] = "member",
    confirmed: Annotated[bool, typer.Option("--confirmed", help="The address counts as confirmed.")] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Make an account and print its password."""
    from perdure.accounts import service as accounts

    password = secrets.token_urlsafe(18)
    given: Any = {"username": name.lstrip("@"), "email": email, "password": password, "role": role}
    with opened(settings_of(data)) as rt:
        asyncio.run(accounts.create_person(rt, **given, confirmed=confirmed))
    typer.echo("OK")
    typer.echo(f"New password: {password}")


@accounts_app.command("list")
def list_accounts(
    role: Annotated[RoleName | None, typer.Option(help="Only this role.")] = None,
    state: Annotated[StateName | None, typer.Option(help="Only this state; pending: waiting to be let in.")] = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Show who has an account, oldest first."""
    with opened(existing(data)) as rt:
        found = _all_members(rt, role or "", state or "")
    if as_json:
        typer.echo(_json(found))
        return
    show_table(
        ("name", "role", "state", "second factor", "posts", "since", "last seen"),
        (
            (
                f"@{one.username}",
                one.role,
                _state(one),
                _yes(one.second_factor),
                one.statuses_count,
                day(one.created_at),
                day(one.last_used_at),
            )
            for one in found
        ),
    )
    typer.echo(f"{len(found)} {'account' if len(found) == 1 else 'accounts'}.")


@accounts_app.command("show")
def show(name: Name, as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show one account with its address and state."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        found = rt.db.read_now(accounts.member_in, name)
    if as_json:
        typer.echo(_json(found))
        return
    lines = {
        "name": f"@{found.username}",
        "displayed": found.display_name or "–",
        "address": f"{found.email or '–'} ({'confirmed' if found.confirmed_at else 'not confirmed'})",
        "role": found.role,
        "state": _state(found),
        "second factor": _yes(found.second_factor),
        "posts": found.statuses_count,
        "since": day(found.created_at),
        "last seen": day(found.last_used_at),
        "reason": found.reason or "–",
    }
    for label, value in lines.items():
        typer.echo(f"{label:14} {value}")


@accounts_app.command("role")
def change_role(name: Name, role: Annotated[RoleName, typer.Argument(help="The new role.")], data: Data = DATA) -> None:
    """Give somebody a role; a new owner makes the former one an admin."""
    from perdure.accounts import service as accounts

    _change(data, "operator.role", accounts.give_role_in, name, role, say="@{name} is now {role}.")


@accounts_app.command("reset-password")
def reset_password(name: Name, data: Data = DATA) -> None:
    """Set a fresh password, print it, and end every session and app of the account."""
    from perdure.accounts import service as accounts

    password = secrets.token_urlsafe(18)
    with opened(existing(data)) as rt:
        member = asyncio.run(accounts.set_password(rt, name, password))
    typer.echo(f"@{member.username} is signed out everywhere.")
    typer.echo(f"New password: {password}")


@accounts_app.command("confirm")
def confirm(name: Name, data: Data = DATA) -> None:
    """Count an address as confirmed, without a mail."""
    from perdure.accounts import service as accounts

    _change(data, "operator.confirm", accounts.confirm_member_in, name, say="@{name} is confirmed and {state}.")


@accounts_app.command("approve")
def approve(name: Name, data: Data = DATA) -> None:
    """Let somebody in who waits for approval."""
    from perdure.accounts import service as accounts

    _change(data, "operator.approve", accounts.approve_member_in, name, say="@{name} is let in and {state}.")


@accounts_app.command("reject")
def reject(name: Name, data: Data = DATA) -> None:
    """Turn somebody away who waits for approval; what they gave is erased."""
    from perdure.accounts import service as accounts

    _change(data, "operator.reject", accounts.reject_member_in, name, say="@{name} is turned away and erased.")


@invites_app.command("create")
def create_invite(
    uses: Annotated[int | None, typer.Option(min=1, max=1000, help="How many people; without it, any number.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=365, help="For how long; without it, for ever.")] = None,
    comment: Annotated[str, typer.Option(help="A note for yourself.")] = "",
    data: Data = DATA,
) -> None:
    """Make a code that lets people sign up, and print its address."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        wanted = accounts.NewInvite(
            max_uses=uses, expires_in_s=None if days is None else days * _DAY_S, comment=comment
        )
        made = rt.db.write_now("operator.invite", accounts.create_invite_in, _owner_id(rt), wanted)
        typer.echo(f"{rt.settings.base_url}/invite/{made.code}")


@invites_app.command("list")
def list_invites(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show the owner's codes, newest first."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        found = asyncio.run(accounts.invites(rt, _owner_id(rt)))
    if as_json:
        typer.echo(_json(found))
        return
    show_table(
        ("code", "used", "until", "state", "comment"),
        (
            (
                one.code,
                f"{one.uses} of {one.max_uses}" if one.max_uses else one.uses,
                day(one.expires_at),
                "revoked" if one.revoked_at else "open",
                one.comment,
            )
            for one in found
        ),
    )


@invites_app.command("revoke")
def revoke_invite(code: Annotated[str, typer.Argument(help="The code.")], data: Data = DATA) -> None:
    """Make a code useless."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        owner = _owner_id(rt)
        found = next((one for one in asyncio.run(accounts.invites(rt, owner)) if one.code == code), None)
        if found is None:
            raise Invalid(f"there is no code {code!r}: perdure invites list shows all")
        asyncio.run(accounts.revoke_invite(rt, owner, found.id))
    typer.echo("Revoked.")


@tokens_app.command("create")
def create_token(
    name: Name,
    scopes: Annotated[str, typer.Option(help="Scopes, separated by spaces: read, write, follow, push.")] = "read",
    data: Data = DATA,
) -> None:
    """Make an access token for an account and print it."""
    with opened(settings_of(data)) as rt:
        typer.echo(rt.db.write_now("accounts.token", _token_in, name.lstrip("@"), scopes))


@tokens_app.command("list")
def list_tokens(name: Name, data: Data = DATA) -> None:
    """Show the apps that may act for an account, newest first."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        found = rt.db.read_now(accounts.tokens_in, rt.db.read_now(accounts.member_in, name).id)
    show_table(
        ("id", "app", "scopes", "since", "last used"),
        ((one.id, one.app_name, one.scope, day(one.created_at), day(one.last_used_at)) for one in found),
    )


@tokens_app.command("revoke")
def revoke_token(
    name: Name, token_id: Annotated[int, typer.Argument(help="Its id: perdure tokens list.")], data: Data = DATA
) -> None:
    """Take an app's access to an account away."""
    from perdure.accounts import service as accounts

    with opened(existing(data)) as rt:
        member = rt.db.read_now(accounts.member_in, name)
        if token_id not in {one.id for one in rt.db.read_now(accounts.tokens_in, member.id)}:
            raise Invalid(f"@{member.username} has no token {token_id}: perdure tokens list {member.username}")
        asyncio.run(accounts.revoke_own(rt, member.id, token_id))
    typer.echo("Revoked.")


def _change(data: Any, verb: str, body: "Callable[..., Member]", *args: object, say: str) -> None:
    """Run one operator's transaction on an existing site and say what came of it."""
    with opened(existing(data)) as rt:
        member = rt.db.write_now(verb, body, *args)
    typer.echo(say.format(name=member.username, role=member.role, state=member.state))


def _token_in(tx: "Tx", name: str, scopes: str) -> str:
    from perdure.accounts import service as accounts

    found = accounts.member_in(tx, name)
    app, _secret = accounts.create_app_in(tx, name="perdure tokens create", scope=scopes)
    return accounts.issue_token_in(tx, app_id=app.id, account_id=found.id, scope=scopes).token


def _all_members(rt: "Runtime", role: str, state: str) -> "list[Member]":
    from perdure.accounts import service as accounts

    found: list[Member] = []
    while True:
        after = found[-1].id if found else 0
        page = rt.db.read_now(accounts.members_in, role=role, state=state, after=after, most=_MOST)
        found += page
        if len(page) < _MOST:
            return found


def _owner_id(rt: "Runtime") -> int:
    from perdure.accounts import service as accounts

    owner: int | None = rt.db.read_now(accounts.owner_id_in)
    if owner is None:
        raise Invalid(
            "the site has no owner yet: perdure accounts create NAME --email ADDRESS --role owner --confirmed"
        )
    return owner


def _state(one: "Member") -> str:
    if one.state != "pending":
        return one.state
    return "waits for approval" if not one.approved else "waits for confirmation"


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell
    return "yes" if value else "no"


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
