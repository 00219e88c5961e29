"""``perdure drill``: the site comes back in scratch, unnoticed, and a signed report says how that went.

``perdure drill notice`` tries the notice desk instead, with a letter and an order that the site writes itself.
"""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from perdure.cli.common import DATA, AsJson, Data, day, existing, opened, show_table
from perdure.kernel.errors import Conflict, Invalid, Unavailable

if TYPE_CHECKING:
    from perdure.continuity.model.drills import Drill
    from perdure.continuity.service.drilling.run import Plan
    from perdure.continuity.service.restoring.finding import Found
    from perdure.kernel.runtime import Runtime
    from perdure.kernel.settings import Settings

drill_app = typer.Typer(
    invoke_without_command=True, help="Rehearse: a restore in scratch; with notice, a letter and an order."
)
_NICE: Final = 15
_ROOM: Final = 512 * 1024 * 1024
_MARKS: Final = {"passed": "passed", "failed": "FAILED", "could_not_run": "COULD NOT RUN"}
Identity = Annotated[Path | None, typer.Option(help="The age identity of the machine that rehearses.")]
KitFile = Annotated[Path | None, typer.Option("--kit", help="A kit's text file, where there is no such identity.")]
To = Annotated[str, typer.Option("--to", help="postgresql://… of an empty scratch database; without it SQLite.")]
Scratch = Annotated[Path | None, typer.Option(help="Where the scratch copy lies meanwhile; it holds everything.")]
Listed = Annotated[bool, typer.Option("--list", help="Show earlier drills, and rehearse nothing.")]
Weekly = Annotated[bool, typer.Option("--weekly", hidden=True)]


@drill_app.callback()
def drill(
    context: typer.Context,
    identity: Identity = None,
    kit: KitFile = None,
    to: To = "",
    scratch: Scratch = None,
    listed: Listed = False,  # noqa: FBT002 - a flag
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    weekly: Weekly = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Bring the site back in scratch, where nothing leaves it. Exit 1 when that failed or could not run."""
    if context.invoked_subcommand is not None:
        return
    from perdure.continuity.service import drills
    from perdure.kernel.settings import load

    if not data.is_dir():
        raise Invalid(f"there is no data directory {data}: name it with --data")
    if identity is not None and kit is not None:
        raise Invalid("name --identity or --kit, not both")
    if to and not to.startswith(("postgresql://", "postgres://")):
        raise Invalid("--to is postgresql://…; without it the copy goes into a SQLite file of its own")
    if weekly:
        _stay_behind()
    settings = load(data.resolve())
    if listed:
        _show_list(drills.every(settings.data), as_json=as_json)
        return
    try:
        with _alone(settings.data), _scratch(settings.data, scratch) as folder:
            made = asyncio.run(_rehearse(settings, folder, to, identity, kit))
    except Conflict:
        if weekly:
            return  # somebody rehearses by hand: that report counts as well
        raise
    signed = drills.keep(settings.data, made)
    _show(made, settings.data, signed=signed, as_json=as_json)
    if made.outcome != "passed":
        raise typer.Exit(1)


async def _rehearse(settings: "Settings", folder: Path, to: str, identity: Path | None, kit: Path | None) -> "Drill":
    from perdure import wiring
    from perdure.continuity.service.drilling import run
    from perdure.kernel.clock import SystemClock

    clock = SystemClock()
    try:
        plan = _plan(settings, folder, to, identity, kit)
    except (Invalid, Unavailable) as error:
        return run.could_not_run(settings.data, error.public, clock)
    return await run.drill(plan, clock, _Quiet(), wiring.look_at_rehearsed)


def _plan(settings: "Settings", folder: Path, to: str, identity: Path | None, kit: Path | None) -> "Plan":
    """What is rehearsed, and where. Raises Invalid, Unavailable for what keeps a drill from beginning."""
    from perdure.continuity.service.drilling.run import Plan
    from perdure.continuity.service.restoring.places import scratch_for
    from perdure.kernel.settings import Settings
    from perdure.migrations import runner

    path = settings.sqlite_path
    there = path is None or path.exists()
    _see_to_room(path, folder, to)
    wanted = Settings(data=folder, database_url=to, base_url=settings.base_url, classifier="none")

    async def opening() -> "Found":
        return await _open(settings.data, identity, kit)

    return Plan(settings.data, scratch_for(wanted, runner.upgrade_to), opening, settings if there else None)


async def _open(data: Path, identity: Path | None, kit: Path | None) -> "Found":
    from perdure import wiring
    from perdure.cli.kit import whole_kit
    from perdure.continuity.service import drills
    from perdure.continuity.service.drilling import opening
    from perdure.continuity.service.restoring.finding import find

    opener = wiring.store_opener()
    if kit is not None:
        return await find(whole_kit(kit, [], None), opener)
    path = identity or data / drills.IDENTITY_FILE
    if identity is None and not path.exists():
        raise Unavailable(
            f"Nothing opens the copies: name --identity FILE or --kit FILE, or put an identity into {path}"
        )
    return await opening.find_with(opening.read_identity(path), data, opener)


def _see_to_room(path: Path | None, folder: Path, to: str) -> None:
    """A drill must not fill the disk that the site lives on."""
    if to or path is None or not path.exists():
        return
    needed, free = 2 * path.stat().st_size + _ROOM, shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable(
            f"{folder} has {free >> 20} MiB free, and a drill needs {needed >> 20}: name another disk with --scratch"
        )


def _stay_behind() -> None:
    """The site comes first: this process waits for it, and ends with whoever started it."""
    from perdure.kernel import process

    process.die_with_parent()
    os.environ.pop("PERDURE_PARENT", None)  # it is told, and is no setting
    os.nice(_NICE)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One drill at a time. Raises Conflict."""
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "drill.lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("a drill is under way already: wait for its report (perdure drill --list)") from error
        yield


@contextmanager
def _scratch(data: Path, chosen: Path | None) -> Iterator[Path]:
    """A private folder that is gone at the end, with what a drill that was killed left behind."""
    parent = chosen if chosen is not None else data / "run"
    if not parent.is_dir():
        raise Invalid(f"there is no folder {parent}: make it, or leave --scratch out")
    for left in parent.glob("drill-*/"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class _Quiet:
    """Steps on standard error, so that a log tells how far a drill is."""

    def __init__(self) -> None:
        self._name = ""

    def step(self, name: str, total: int = 0) -> None:  # noqa: ARG002 - nobody counts rows here
        """A step begins."""
        if name != self._name:
            self._name = name
            typer.echo(name, err=True)

    def advance(self, rows: int) -> None:
        """Nobody counts rows here."""


def _show_list(found: "list[Drill]", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    if not found:
        typer.echo("Never rehearsed. Next: perdure drill --kit KIT.txt")
        return
    columns = ("at", "outcome", "back after", "lost", "rows", "files missing", "why")
    rows = (
        (
            day(one.at),
            _MARKS[one.outcome],
            f"{one.seconds:.1f} s",
            f"{one.rpo_s:.1f} s",
            one.rows,
            f"{one.seen.missing} of {one.seen.objects}",
            one.reason,
        )
        for one in found
    )
    show_table(columns, rows)


def _show(made: "Drill", data: Path, *, signed: bool, as_json: bool) -> None:
    import msgspec

    from perdure.continuity.service import drills

    if as_json:
        typer.echo(msgspec.json.encode(made).decode())
        return
    typer.echo(f"The drill {_MARKS[made.outcome]}{f': {made.reason}' if made.reason else '.'}")
    if made.rows:
        for line in _lines(made):
            typer.echo(f"  {line}")
    for fault in made.faults:
        typer.echo(f"  in the way: {fault}")
    typer.echo(
        f"Report: {data / drills.FOLDER / f'{made.at}.json'}{'' if signed else ', unsigned: no host key is here'}"
    )


def _lines(made: "Drill") -> Iterator[str]:
    seen = made.seen
    with_ = "the living site" if made.compared == "living" else "the signed snapshot"
    yield f"back after     {made.seconds:.1f} s, at a home timeline with {seen.home} posts (RTO)"
    yield f"lost           {made.rpo_s:.1f} s, {made.lacking} changes (RPO)"
    yield f"rows           {made.rows:,} in {len(made.tables)} tables, {made.rows_per_s:,.0f} a second"
    yield f"compared with  {with_}: {len(made.differing)} tables differ"
    yield f"files          {seen.missing} of {seen.objects} are at no store"
    yield f"cases          {seen.cases} open, {seen.clocks} deadlines, the next {day(seen.due_at)}"
    yield f"shut out       {seen.measures} accounts, {seen.free} of them came back free"
    yield f"erased         {seen.erasures} entries, {made.erased_again} erased again, {seen.standing} still there"
    for one in made.trend[:3]:
        yield f"before         {day(one.at)}: {_MARKS[one.outcome]}, {one.seconds:.1f} s, lost {one.rpo_s:.1f} s"


@drill_app.command("notice")
def notice(
    order: Annotated[bool, typer.Option("--order", help="Only an order of an authority.")] = False,  # noqa: FBT002 - a flag
    letter: Annotated[bool, typer.Option("--letter", help="Only a letter of a host.")] = False,  # noqa: FBT002 - a flag
    compressed: Annotated[bool, typer.Option("--compressed", help="A day counts 24 minutes.")] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Have a letter and an order of the site itself arrive at the notice desk; how it goes is scored at /drills."""
    kinds = ["notice", "order"] if order == letter else ["order"] if order else ["notice"]
    with opened(existing(data)) as rt:
        for kind, reference in asyncio.run(_inject(rt, kinds, compressed=compressed)):
            typer.echo(f"{kind}: arrived as {reference}, marked as a drill")
    typer.echo("The site's worker does the rest; answers of a drill are written and sent to nobody.")


async def _inject(rt: "Runtime", kinds: list[str], *, compressed: bool) -> list[tuple[str, str]]:
    from perdure.desk.service import drilling

    made = [await drilling.start(rt, None, kind, compressed=compressed) for kind in kinds]
    return [(kind, await rt.db.read(drilling.reference_in, one)) for kind, one in zip(kinds, made, strict=True)]
