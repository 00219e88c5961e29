"""``perdure import account``, ``perdure sites``, ``perdure identity``: members' archives and keys."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from perdure.cli.common import DATA, Data, day, existing, opened, settings_of, show_table
from perdure.cli.importing import import_app
from perdure.kernel.errors import Invalid

sites_app = typer.Typer(no_args_is_help=True, help="Sites whose signature under a member's archive counts.")
identity_app = typer.Typer(no_args_is_help=True, help="A member's recovery key; needs no site and no network.")


@import_app.command("account")
def import_account(
    name: Annotated[str, typer.Argument(help="The account here that it goes into.")],
    file: Annotated[Path, typer.Argument(help="A member's archive (ZIP).")],
    with_profile: Annotated[bool, typer.Option("--with-profile", help="Names, pictures and settings too.")] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Bring in a member's archive from a Perdure site; repeating it adds nothing."""
    from perdure.accounts import service as accounts
    from perdure.portability.events import ImportWanted
    from perdure.portability.model import ImportRun
    from perdure.portability.service import carrying, imports

    if not file.is_file():
        raise Invalid(f"cannot read {file}: it is no file")
    with opened(settings_of(data)) as rt:
        view = rt.db.read_now(accounts.find_by_name_in, name)
        if view is None:
            raise Invalid(f"there is no account called {name}")

        async def bring() -> ImportRun:
            run = await imports.take(rt, view.id, file, with_profile=with_profile)
            await carrying.bring_whole(rt, ImportWanted(run.id))
            return await rt.db.read(imports.one_in, view.id, run.id)

        run = asyncio.run(bring())
    if run.state == "failed":
        raise Invalid(run.error)
    typer.echo(f"Archive of @{run.username}@{run.host}, signature: {run.signature}. {run.done:,} entries.")
    for word, counts in (("added", run.report.added), ("already here", run.report.known)):
        for what, count in sorted(counts.items()):
            typer.echo(f"{count:>9,} {what} {word}")
    for reason, count in sorted(run.report.refused.items()):
        typer.echo(f"{count:>9,} refused: {reason}")
    typer.echo(f"{run.report.carried.get('waiting', 0):>9,} wait for people and posts that are not here")


@sites_app.command("trust")
def trust(
    host: Annotated[str, typer.Argument(help="As it stands in people's addresses: old.example.")],
    key: Annotated[str, typer.Argument(help="Its public key, 64 hexadecimal digits: /.well-known/perdure.")],
    data: Data = DATA,
) -> None:
    """Believe archives that a site signed, also when it is gone."""
    from perdure.portability.service import sites

    with opened(existing(data)) as rt:
        rt.db.write_now("portability.site", sites.trust_in, host, key)
    typer.echo(f"Archives signed by {host.lower()} are believed.")


@sites_app.command("forget")
def forget(host: str, data: Data = DATA) -> None:
    """Believe a site's signature no longer."""
    from perdure.portability.service import sites

    with opened(existing(data)) as rt:
        rt.db.write_now("portability.site", sites.distrust_in, host)
    typer.echo(f"{host.lower()} is forgotten.")


@sites_app.command("list")
def known(data: Data = DATA) -> None:
    """Every site that is known, by whom, since when."""
    from perdure.portability.service import sites

    with opened(existing(data)) as rt:
        rows = rt.db.read_now(sites.known_in)
    show_table(("host", "key", "from", "since"), [(r.host, r.public_key, r.source, day(r.added_at)) for r in rows])


@identity_app.command("new")
def new(
    file: Annotated[Path, typer.Argument(help="Where the private half goes: keep it safe, and nowhere near the site.")],
) -> None:
    """Make a recovery key; prints the public half, for the settings page."""
    import os

    from perdure.continuity.rules import signing

    private = signing.new_key()
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Invalid(f"{file} exists: a key is never overwritten") from error
    with os.fdopen(number, "w") as kept:
        kept.write(private.hex() + "\n")
    typer.echo(signing.public_of(private))


@identity_app.command("sign")
def sign(
    file: Annotated[Path, typer.Argument(help="The private half.")],
    challenge: Annotated[str, typer.Argument(help="The challenge, or - to read it from standard input.")],
) -> None:
    """Sign the challenge of the site that the account is continued at; prints the signature."""
    import sys

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text = sys.stdin.read() if challenge == "-" else challenge
    text = text.replace("\r\n", "\n").strip()
    if not text.startswith("perdure-continuation\n"):
        raise Invalid("this is no challenge of a Perdure site: nothing else is signed with this key")
    try:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip()))
    except ValueError as error:
        raise Invalid(f"{file} holds no recovery key") from error
    typer.echo(key.sign(text.encode()).hex())
