"""``perdure stores``: places for copies, what they really can do, and in whose hands they are. Needs no database."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from perdure.cli.common import DATA, AsJson, Data, day, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
    from perdure.continuity.service.probe import Finding

stores_app = typer.Typer(no_args_is_help=True, help="Places for copies: add, probe, list, remove.")
_LARGEST_SECRET: Final = 65_536
_ASKED: Final = frozenset({"sftp", "webdav", "webdavs", "ftp", "ftps"})
_ADD: Final = 'perdure stores add URL --name NAME --owner "LEGAL ENTITY" --country CC'
_NEXT: Final = {
    "host_unknown": 'perdure stores host --owner "LEGAL ENTITY" --country CC',
    "owners": _ADD,
    "with_host": _ADD,
    "in_reach": f'{_ADD}  (with a credential that can only create, or --protected "HOW")',
    "country": f"{_ADD}  (in another country)",
}
Name = Annotated[str, typer.Option("--name", help="What you call it: small letters, digits, -.")]
Entity = Annotated[str, typer.Option("--owner", help="The legal entity that owns it, as in its contract.")]
Parent = Annotated[str, typer.Option(help="The company that owns that entity.")]
Country = Annotated[str, typer.Option(help="Where the machines stand: two letters, as DE.")]
Asn = Annotated[int, typer.Option(min=0, help="The number of the network they are reached through.")]
Building = Annotated[str, typer.Option(help="The building or data centre.")]

Required = Annotated[bool, typer.Option("--required/--optional", help="Keep the log until it has everything.")]
PerPut = Annotated[bool, typer.Option("--pays-per-put", help="It charges for each object: send what a second brings.")]
Durable = Annotated[bool, typer.Option("--durable/--fast-only", help="May vouch for what must not be lost.")]


@stores_app.command("add")
def add_store(
    url: Annotated[str, typer.Argument(help="As file:///DIR, s3://BUCKET/DIR?endpoint=…, sftp://USER@HOST/DIR.")],
    name: Name,
    owner: Entity,
    parent: Parent = "",
    country: Country = "",
    asn: Asn = 0,
    building: Building = "",
    secret_file: Annotated[str, typer.Option(help="A file with its secret; - reads it from standard input.")] = "",
    required: Required = True,  # noqa: FBT002 - a flag
    durable: Durable = True,  # noqa: FBT002 - a flag
    protected: Annotated[str, typer.Option(help="What keeps the host from destroying it, as: object lock.")] = "",
    timeout: Annotated[float, typer.Option(help="Longest wait for an answer, in seconds.")] = 30.0,
    pays_per_put: PerPut = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Try a new place for copies, and put it on the list."""
    from perdure import wiring
    from perdure.continuity.model.stores import StoreRecord
    from perdure.continuity.rules.addresses import parse_address
    from perdure.continuity.service import stores
    from perdure.kernel.clock import SystemClock

    folder, scheme = _folder(data), parse_address(url).scheme
    whose = _owner(owner, parent, country, asn, building)
    record = StoreRecord(
        name=name,
        url=url,
        owner=whose,
        required=required,
        durable=durable,
        protected=protected,
        timeout_s=timeout,
        pays_per_put=pays_per_put,
    )
    secret = read_secret(secret_file, scheme)
    typer.echo(f"Probing {name}: it is written to, cut off, overwritten and asked, as an attacker would.")
    asyncio.run(stores.add(folder, wiring.store_opener(), SystemClock(), record, secret, _tell))
    typer.echo(f"Added {name}.")
    if scheme in {"ftp", "webdav"}:
        typer.echo(f"{scheme}:// sends its password in the open: use {scheme}s:// where the server can.")
    typer.echo("")
    _show(stores.load(folder))


@stores_app.command("probe")
def probe_stores(
    name: Annotated[str, typer.Argument(help="Which store; none: all of them.")] = "", data: Data = DATA
) -> None:
    """Try again what the stores can do. Exit 1 where one could not be tried."""
    from perdure import wiring
    from perdure.continuity.errors import StoreError
    from perdure.continuity.service import stores
    from perdure.kernel.clock import SystemClock

    folder = _folder(data)
    chosen = [stores.record_of(folder, name)] if name else list(stores.load(folder).stores)
    failed = 0
    for one in chosen:
        typer.echo(f"Probing {one.name}:")
        try:
            asyncio.run(stores.probe_again(folder, wiring.store_opener(), SystemClock(), one.name, _tell))
        except (StoreError, Invalid) as error:
            failed += 1
            typer.echo(f"  !!  {error.public}")
    typer.echo("")
    _show(stores.load(folder))
    if failed:
        raise typer.Exit(1)


@stores_app.command("list")
def list_stores(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show the stores, what they can do, and what is missing for three copies in three hands."""
    import msgspec

    from perdure.continuity.rules.owners import judge
    from perdure.continuity.service import stores

    found = stores.load(_folder(data))
    if as_json:
        verdict = judge(found.stores, found.host)
        typer.echo(msgspec.json.encode({"list": found, "verdict": verdict._asdict(), "kept": verdict.kept}).decode())
        return
    _show(found)


@stores_app.command("remove")
def remove_store(name: str, data: Data = DATA) -> None:
    """Take a store off the list. What it holds stays there."""
    from perdure.continuity.service import stores

    folder = _folder(data)
    stores.remove(folder, name)
    typer.echo(f"{name} is off the list, and its secret is gone from this host. What it holds stays there.")
    _show(stores.load(folder))


@stores_app.command("host")
def describe_host(
    owner: Entity,
    parent: Parent = "",
    country: Country = "",
    asn: Asn = 0,
    building: Building = "",
    data: Data = DATA,
) -> None:
    """Say in whose hands the host itself is, so that copies in the same hands are not counted."""
    from perdure.continuity.service import stores

    folder = _folder(data)
    stores.describe_host(folder, _owner(owner, parent, country, asn, building))
    _show(stores.load(folder))


def _folder(data: Path) -> Path:
    """The data directory. The site's database may be broken or gone."""
    from perdure.kernel.settings import load

    if not data.is_dir():
        raise Invalid(f"there is no data directory {data}: name it with --data")
    return load(data.resolve()).data


def _owner(entity: str, parent: str, country: str, asn: int, building: str) -> "Owner":
    from perdure.continuity.model.stores import Owner

    return Owner(entity=entity, parent=parent, country=country.upper(), asn=asn, building=building)


def read_secret(file: str, scheme: str) -> str:
    """The secret in a file, from standard input (``-``), or asked for at a terminal where the kind needs one."""
    if file == "-":
        return sys.stdin.read(_LARGEST_SECRET)
    if file:
        try:
            with Path(file).open(encoding="utf-8") as opened:
                return opened.read(_LARGEST_SECRET)
        except UnicodeDecodeError:
            raise Invalid(f"{file} is not a text in UTF-8") from None
    if scheme in _ASKED and sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, default="", show_default=False))
    return ""


def _tell(finding: "Finding") -> None:
    mark = {True: "ok", False: "!!", None: "--"}[finding.good]
    typer.echo(f"  {mark}  {finding.step:<17} {finding.text}")


def _show(found: "StoreList") -> None:
    from perdure.continuity.rules.owners import judge

    verdict = judge(found.stores, found.host)
    if found.stores:
        hands = {name: str(number) for number, names in enumerate(verdict.owners, 1) for name in names}
        show_table(
            ("store", "hand", "owner", "where", "copies", "twice", "out of reach", "clock", "probed", "address"),
            (_row(one, hands.get(one.name, "host's")) for one in found.stores),
        )
    else:
        typer.echo("There are no stores yet.")
    if verdict.kept:
        typer.echo(f"Three copies in three hands: yes ({len(verdict.owners)} independent owners).")
        return
    typer.echo("Still missing for three copies in three hands:")
    for gap in verdict.gaps:
        typer.echo(f"  {gap.text}")
    typer.echo(f"Next: {_NEXT[verdict.gaps[0].key]}")


def _row(one: "StoreRecord", hand: str) -> tuple[object, ...]:
    found = one.capabilities
    where = ", ".join(filter(None, (one.owner.country, one.owner.building)))
    kind = f"{'required' if one.required else 'optional'}, {'durable' if one.durable else 'fast'}"
    if found is None:
        return (one.name, hand, one.owner.entity, where or "–", kind, "?", "?", "?", "never", one.url)
    reach = "yes" if found.out_of_reach else "declared" if one.protected else "no"
    twice = "refused" if found.create_only else Text("LIES", style="bold")
    skew = "–" if found.clock_skew_ms is None else f"{found.clock_skew_ms / 1000:+.1f} s"
    clock = Text(skew, style="bold") if found.clock_wrong else skew
    return (one.name, hand, one.owner.entity, where or "–", kind, twice, reach, clock, day(found.at), one.url)
