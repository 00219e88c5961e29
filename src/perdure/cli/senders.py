"""``perdure senders``: hosts, trusted flaggers and authorities whose letters are known to be theirs."""

import asyncio
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from perdure.cli.common import DATA, AsJson, Data, existing, opened, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from perdure.desk.model import SenderView
    from perdure.kernel.runtime import Runtime

T = TypeVar("T")
senders_app = typer.Typer(no_args_is_help=True, help="Who writes letters: add, list, token, revoke.")
Name = Annotated[str, typer.Argument(help="What the sender is called.")]


@senders_app.command("add")
def add(
    name: Name,
    authority: Annotated[str, typer.Option("--as", help="provider, trusted_flagger, member_state, court, article_16.")],
    domain: Annotated[list[str] | None, typer.Option(help="Of their signed mail; may be given often.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="Exact addresses; none: every one of the domains.")] = None,
    locale: Annotated[str, typer.Option(help="In which language to answer: en or fr.")] = "en",
    answer_to: Annotated[str, typer.Option(help="Where answers go; none: to whoever wrote.")] = "",
    hours: Annotated[float, typer.Option(min=0, help="What their contract gives for an answer; 0: the usual.")] = 0,
    hook: Annotated[str, typer.Option(help="An https address that is told of every step.")] = "",
    data: Data = DATA,
) -> None:
    """Register somebody; their letters are believed to be theirs and come first."""
    import msgspec

    from perdure.desk.model import SenderInput
    from perdure.desk.service import senders

    fields = {
        "name": name, "authority": authority, "domains": domain or [], "addresses": address or [], "locale": locale,
        "answer_to": answer_to, "limit_minutes": round(hours * 60) or None, "hook_url": hook,
    }  # fmt: skip
    try:
        given = msgspec.convert(fields, SenderInput)
    except msgspec.ValidationError as error:
        raise Invalid(f"--as must be provider, trusted_flagger, member_state, court or article_16: {error}") from error
    with opened(existing(data)) as rt:
        made, secret = asyncio.run(senders.create(rt, None, given))
    typer.echo(f"Added {made.name}.")
    if secret:
        typer.echo(f"Secret that signs what the hook is told, shown this once: {secret}")
    if not made.domains:
        typer.echo("Without --domain no mail is known to be theirs.")
        typer.echo(f'For a program of theirs: perdure senders token "{name}"')


@senders_app.command("list")
def show(data: Data = DATA, as_json: AsJson = False) -> None:  # noqa: FBT002 - a flag
    """Who is registered."""
    import msgspec

    with opened(existing(data)) as rt:
        found = asyncio.run(_every(rt))
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    rows = ((one.name, one.authority, ", ".join(one.domains) or "–", len(one.tokens), one.state) for one in found)
    show_table(("Name", "As", "Signed by", "Tokens", "State"), rows)


@senders_app.command("token")
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What the token is called.")] = "",
    data: Data = DATA,
) -> None:
    """A token with which a sender's program hands in notices; it is shown this once."""
    from perdure.desk.service import senders

    with opened(existing(data)) as rt:
        made = asyncio.run(_write(rt, senders.new_token_in, name, label))
    typer.echo(made)


@senders_app.command("revoke")
def revoke(
    name: Name,
    label: Annotated[str, typer.Option(help="Only the tokens of this name; none: all of them.")] = "",
    data: Data = DATA,
) -> None:
    """Make a sender's tokens worthless."""
    from perdure.desk.service import senders

    with opened(existing(data)) as rt:
        count = asyncio.run(_write(rt, senders.revoke_tokens_in, name, label))
    typer.echo(f"Revoked {count}.")


async def _every(rt: "Runtime") -> "list[SenderView]":
    from perdure.desk.service import senders

    return await rt.db.read(senders.all_in)


async def _write(rt: "Runtime", verb: "Callable[..., T]", name: str, label: str) -> "T":
    from perdure.desk.service import senders

    sender_id = await rt.db.read(senders.id_of_in, name)
    return await rt.db.write("desk.sender_token", verb, None, sender_id, label)
