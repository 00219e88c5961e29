"""``perdure kit``: the pages that bring a site back when its host is gone. Made on the host, tried anywhere."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from perdure.cli.common import DATA, AsJson, Data
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.continuity.model.kit import Kit, KitStore
    from perdure.continuity.model.stores import StoreRecord
    from perdure.continuity.ports import Store
    from perdure.continuity.service.kit import Made, Wish
    from perdure.continuity.service.proving import Found

kit_app = typer.Typer(no_args_is_help=True, help="The recovery kit: make it, put shares together, try it.")
_OUT: Final = Path("perdure-kit")
_PRINTED: Final = (
    "Print the PDF, keep it in two places, and delete the folder from this host: whoever holds it can read every copy."
)
_SHOWN: Final = "What follows is secret. It stays in this terminal's memory: close it afterwards."
KitFile = Annotated[Path | None, typer.Option("--kit", help="A kit's text file.")]
Files = Annotated[list[Path] | None, typer.Argument(help="Trustees' text files.", show_default=False)]
Show = Annotated[bool, typer.Option("--show", help="Print the kit here as well.")]


@kit_app.command("create")
def create_kit(
    store: Annotated[str, typer.Option(help="The store a restore begins at; needless where there is only one.")] = "",
    read_secret_file: Annotated[Path | None, typer.Option(help="That store's credential that can only read.")] = None,
    out: Annotated[Path, typer.Option(help="The folder to be made.")] = _OUT,
    language: Annotated[Literal["en", "fr"], typer.Option(help="Language of the pages.")] = "en",
    domain: Annotated[list[str] | None, typer.Option(help="Another domain of the site. Repeat it.")] = None,
    lifeboat: Annotated[
        list[str] | None, typer.Option(help="Address of a lifeboat page; else those on the list.")
    ] = None,
    operator: Annotated[str, typer.Option(help="Your own age recipient (age1…), which opens the copies too.")] = "",
    drill: Annotated[str, typer.Option(help="The age recipient of the machine that rehearses.")] = "",
    trustees: Annotated[int, typer.Option(min=0, help="Give shares to so many people instead of one whole kit.")] = 0,
    needed: Annotated[int, typer.Option(min=2, help="How many shares open the copies.")] = 2,
    name: Annotated[list[str] | None, typer.Option(help="A trustee's name. Repeat it.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="New keys for a site that has a kit.")] = False,  # noqa: FBT002 - a flag
    show: Show = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Make the recovery kit: two pages to print, as PDF and text."""
    from perdure.continuity.service import kit as service
    from perdure.kernel.clock import SystemClock
    from perdure.kernel.settings import load

    if not data.is_dir():
        raise Invalid(f"there is no data directory {data}: name it with --data")
    settings = load(data.resolve())
    chosen, others = _chosen(settings.data, store)
    wish = service.Wish(
        store=_readable(settings.data, chosen, read_secret_file),
        stores=others,
        domains=tuple(dict.fromkeys((settings.domain, *(domain or ())))),
        lifeboats=tuple(lifeboat or ()) or _boats(settings.data),
        operator=_recipient(operator),
        drill=_recipient(drill),
        holders=_holders(trustees, name or []),
        needed=needed,
    )
    made = service.make(settings.data, wish, SystemClock().now_ms(), replace=replace)
    asyncio.run(_try_reading(wish.store))
    written = _write(out, settings.data, made, wish, language)
    service.keep(settings.data, made, wish)
    _tell(made, out, written, replaced=replace)
    if show:
        _show((out / "kit.txt").read_text("utf-8"))


@kit_app.command("combine")
def combine_shares(
    files: Files = None,
    kit: KitFile = None,
    out: Annotated[Path, typer.Option(help="The file to be made.")] = Path("whole.txt"),
    show: Show = False,  # noqa: FBT002 - a flag
) -> None:
    """Put trustees' shares together: the whole kit as a text file."""
    from importlib.metadata import version

    from perdure.continuity.rules.kit_pages import Pages
    from perdure.continuity.rules.text_pages import text_of
    from perdure.continuity.service import disk

    whole = whole_kit(None, files or [], kit)
    if out.exists():
        raise Invalid(f"{out} is there already: name another file with --out")
    text = text_of(Pages(whole, "en", version("perdure")).kit())
    disk.write_private(out.absolute(), text.encode())
    typer.echo(f"The shares fit. The whole kit is in {out}: delete it when the site is back.")
    if show:
        _show(text)


@kit_app.command("test")
def try_kit(
    files: Files = None,
    kit: KitFile = None,
    shares: Annotated[bool, typer.Option("--shares", help="Try trustees' shares: name their files after it.")] = False,  # noqa: FBT002 - a flag
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Prove that a kit alone opens the newest copy; exit status 1 where it does not. Writes nothing to any store."""
    from perdure.continuity.service import kit as service
    from perdure.kernel.clock import SystemClock

    if shares != bool(files):
        raise Invalid("name the kit with --kit FILE, or the trustees' files with --shares FILE FILE")
    tried, now = whole_kit(kit, files or [], kit), SystemClock().now_ms()
    found = asyncio.run(_prove(tried, now))
    good = all(one.good is not False for one in found)
    noted = good and service.note_test(data, tried, now)
    _report(tried, found, good=good, noted=noted, as_json=as_json)
    if not good:
        raise typer.Exit(1)


def whole_kit(whole: Path | None, files: list[Path], kit: Path | None) -> "Kit":
    """The kit of a file, or of trustees' files. Raises Invalid, which names the file."""
    from perdure.continuity.rules import kit as rules
    from perdure.continuity.service import kit as service

    if files:
        return service.combine(files, kit)
    if whole is None:
        raise Invalid("name the kit with --kit FILE, or the trustees' files")
    return rules.checked(rules.parse(service.read_file(whole)))


def _boats(data: Path) -> tuple[str, ...]:
    """Where people read the lifeboat, of the static hosts on the list."""
    from perdure.continuity.service import stores

    return tuple(one.address for one in stores.load(data).boats)


def _chosen(data: Path, name: str) -> "tuple[StoreRecord, tuple[str, ...]]":
    """The store that the kit names, and the addresses of the others."""
    from perdure.continuity.service import stores

    known = stores.load(data).stores
    if not known:
        raise Invalid("there is no store yet, and a kit must name one: perdure stores add")
    if not name and len(known) > 1:
        raise Invalid(f"say with --store where a restore begins: {', '.join(one.name for one in known)}")
    chosen = stores.record_of(data, name or known[0].name)
    return chosen, tuple(one.url for one in known if one.name != chosen.name)


def _readable(data: Path, record: "StoreRecord", file: Path | None) -> "KitStore":
    """The store with a credential that is not the host's own."""
    from perdure.continuity.model.kit import KitStore
    from perdure.continuity.service import kit as service
    from perdure.continuity.service import stores

    own = stores.secret_of(data, record).strip()
    given = service.read_file(file).strip() if file is not None else ""
    if own and not given:
        raise Invalid(
            f"the kit needs a credential of {record.name} that can only read: make one there, put it into a file, and "
            "name it with --read-secret-file"
        )
    if own and given == own:
        raise Invalid(f"{file} holds the host's own credential of {record.name}, which can write: make one that cannot")
    return KitStore(record.name, record.url, given)


def _recipient(text: str) -> str:
    from perdure.continuity.rules import sealing

    if text:
        sealing.check_recipient(text)
    return text


def _holders(count: int, names: list[str]) -> tuple[str, ...]:
    """The trustees' names; those without one are numbered."""
    count = count or len(names)
    if len(names) > count:
        raise Invalid(f"there are {len(names)} names for {count} trustees")
    if len(set(names)) < len(names):
        raise Invalid("two trustees have the same name: write them so that they can be told apart")
    return (*names, *(f"Trustee {number}" for number in range(len(names) + 1, count + 1)))


async def _try_reading(store: "KitStore") -> None:
    """See that the credential reads, before it is printed. Raises StoreError."""
    opened = _opened(store)
    try:
        async for _ in opened.list_after("config/"):
            break
    finally:
        await opened.close()


async def _prove(kit: "Kit", now_ms: int) -> "list[Found]":
    from perdure.continuity.service.proving import prove

    store = _opened(kit.store)
    try:
        return await prove(kit, store, now_ms)
    finally:
        await store.close()


def _opened(store: "KitStore") -> "Store":
    from perdure import wiring
    from perdure.continuity.model.stores import Owner, StoreRecord

    return wiring.store_opener().open(StoreRecord(name=store.name, url=store.url, owner=Owner()), store.secret)


def _write(out: Path, data: Path, made: "Made", wish: "Wish", language: str) -> list[str]:
    """Write the pages into a new folder; returns the files' names."""
    from importlib.metadata import version

    from perdure.adapters.paper_pdf import pdf_of
    from perdure.continuity.rules.kit_pages import Pages, number_of
    from perdure.continuity.rules.text_pages import text_of
    from perdure.continuity.service import disk

    folder = out.absolute()
    if folder.resolve().is_relative_to(data.resolve()):
        raise Invalid(f"{out} lies in the data directory, which goes down with the host: name another with --out")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f"{out} is there already: name a folder to be made with --out")
    pages = Pages(made.kit, language, version("perdure"), wish.holders)
    papers = {"kit": (pages.kit(), pages.kit())}
    for number, words in enumerate(made.shares, 1):
        share = pages.share(number, words)
        papers[f"share-{number}"] = ([share, *pages.kit()], [share])
    title = f"perdure kit {number_of(made.kit.root)}"
    for name, (text, paper) in papers.items():
        disk.write_private(folder / f"{name}.txt", text_of(text).encode())
        disk.write_private(folder / f"{name}.pdf", pdf_of(paper, f"{title}: {name}"))
    return list(papers)


def _tell(made: "Made", out: Path, written: list[str], *, replaced: bool) -> None:
    from perdure.continuity.rules.kit_pages import number_of

    names = ", ".join(f"{name}.pdf and {name}.txt" for name in written)
    typer.echo(f"Kit {number_of(made.kit.root)} is in {out}: {names}.")
    typer.echo(_PRINTED)
    if made.shares:
        count = f"{made.kit.needed} of {len(made.shares)}"
        typer.echo(f"Each trustee gets one share and the kit's pages. Any {count} open it.")
    if replaced:
        typer.echo("The old kit opens copies made until now, and nothing newer: keep it for five weeks.")
        typer.echo("Restart perdure serve now: until then it ships for the old kit.")
    shares = " ".join(str(out / f"share-{number}.txt") for number in range(1, made.kit.needed + 1))
    what = f"--shares {shares}" if made.shares else f"--kit {out / 'kit.txt'}"
    typer.echo(f"Try it when something was shipped: perdure kit test {what}")


def _show(text: str) -> None:
    if sys.stdout.isatty():
        typer.echo(_SHOWN, err=True)
    typer.echo(text)


def _report(kit: "Kit", found: "list[Found]", *, good: bool, noted: bool, as_json: bool) -> None:
    import msgspec

    from perdure.continuity.rules.kit_pages import number_of

    if as_json:
        told = {"ok": good, "kit": number_of(kit.root), "noted": noted, "found": [one._asdict() for one in found]}
        typer.echo(msgspec.json.encode(told).decode())
        return
    typer.echo(f"Kit {number_of(kit.root)} at {kit.store.name}, {kit.store.url}:")
    for one in found:
        mark = {True: "ok", False: "!!", None: "--"}[one.good]
        typer.echo(f"  {mark}  {one.what:<14} {one.text}")
    if not good:
        typer.echo("This kit does not bring the newest copy back.")
        return
    typer.echo(f"This kit brings the site back.{' The date of this test is kept.' if noted else ''}")
