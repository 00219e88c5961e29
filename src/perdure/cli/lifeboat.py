"""``perdure lifeboat``: the page that members find when the site is gone, and the places where it lies."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perdure.cli.common import DATA, Data, day, existing, opened, show_table
from perdure.kernel.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from perdure.continuity.model.lifeboat import Boats

lifeboat_app = typer.Typer(no_args_is_help=True, help="The page for when the site is gone: places, push, files.")


@lifeboat_app.command("write")
def write(
    to: Annotated[Path, typer.Argument(help="A folder that some other host serves; made where it is missing.")],
    data: Data = DATA,
) -> None:
    """Write the lifeboat page, its facts and its signature into a folder, as things stand now."""
    from perdure.web.standing import files_of

    with opened(existing(data)) as rt:
        files = asyncio.run(files_of(rt))
    to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        beside = to / f".{name}.part"
        beside.write_bytes(content)
        beside.replace(to / name)
        typer.echo(str(to / name))


@lifeboat_app.command("add")
def add(
    url: Annotated[
        str, typer.Argument(help="Where a static host takes files: file:///DIR, sftp://…, s3://…, ftps://…")
    ],
    name: Annotated[str, typer.Option("--name", help="What you call it: small letters, digits, -.")],
    owner: Annotated[str, typer.Option("--owner", help="The legal entity that owns it, as in its contract.")],
    address: Annotated[str, typer.Option("--address", help="Where people read it: https://…")],
    country: Annotated[str, typer.Option(help="Where the machines stand: two letters, as DE.")] = "",
    parent: Annotated[str, typer.Option(help="The company that owns that entity.")] = "",
    secret_file: Annotated[str, typer.Option(help="A file with its secret; - reads it from standard input.")] = "",
    timeout: Annotated[float, typer.Option(help="Longest wait for an answer, in seconds.")] = 30.0,
    data: Data = DATA,
) -> None:
    """Write the lifeboat to a static host, now and from now on whenever something changes."""
    from perdure import wiring
    from perdure.cli.stores import read_secret
    from perdure.continuity.model.stores import Owner, StoreRecord
    from perdure.continuity.rules.addresses import parse_address
    from perdure.continuity.service import boats
    from perdure.web.standing import files_of

    whose = Owner(entity=owner, parent=parent, country=country.upper())
    record = StoreRecord(name=name, url=url, owner=whose, address=address, timeout_s=timeout)
    secret = read_secret(secret_file, parse_address(url).scheme)
    with opened(existing(data)) as rt:
        files = asyncio.run(files_of(rt))
        asyncio.run(boats.add(rt.settings.data, wiring.store_opener(), rt.clock, record, secret, files))
    typer.echo(f"The lifeboat lies at {name} and was read back. Look at it as members would: {address}")
    typer.echo("The running site brings it there again when something changes, and daily: perdure lifeboat list")


@lifeboat_app.command("list")
def list_places(data: Data = DATA) -> None:
    """Show where the lifeboat lies and how old it is there. Exit 1 where one is old."""
    from perdure.continuity.rules.lifeboat import is_old
    from perdure.continuity.service import lifeboat as service
    from perdure.kernel.clock import SystemClock
    from perdure.kernel.settings import load

    if not data.is_dir():
        raise Invalid(f"there is no data directory {data}: name it with --data")
    known, now = service.load(load(data.resolve()).data), SystemClock().now_ms()
    if not known.boats:
        typer.echo(
            "It lies nowhere yet: add stores, or a static host with perdure lifeboat add; perdure serve does the rest."
        )
        raise typer.Exit(1)
    _show(known, now)
    if any(is_old(boat, known, now) for boat in known.boats):
        raise typer.Exit(1)


@lifeboat_app.command("push")
def push(data: Data = DATA) -> None:
    """Bring the lifeboat to every place now. Exit 1 where one did not take it."""
    from perdure.continuity.service import lifeboat as service
    from perdure.web.standing import draft_of

    with opened(existing(data)) as rt:
        known = asyncio.run(service.keep_up(rt, lambda: draft_of(rt), now_all=True))
        if known is None:
            raise Unavailable(
                "There is nothing to bring: no place is on the list, or another host speaks for the site now"
            )
        _show(known, rt.clock.now_ms())
    if any(boat.error for boat in known.boats):
        raise typer.Exit(1)


@lifeboat_app.command("remove")
def remove(name: str, data: Data = DATA) -> None:
    """Take a static host off the list. What lies there stays there."""
    from perdure.continuity.service import boats

    boats.remove(existing(data).data, name)
    typer.echo(f"{name} is off the list. The page that lies there stays, and grows old: delete it there.")


def _show(known: "Boats", now: int) -> None:
    from perdure.continuity.rules.lifeboat import is_old

    rows = (
        (
            boat.name,
            "static host" if boat.kind == "host" else "store",
            day(boat.at or None),
            "OLD" if is_old(boat, known, now) else "",
            boat.error,
        )
        for boat in known.boats
    )
    show_table(("place", "kind", "as of", "", "trouble"), rows)
