"""``perdure restore``: the community back on an empty machine, from the kit and any one store."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import unquote, urlsplit

import msgspec
import typer

from perdure.cli.common import AsJson, console
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.continuity.model.kit import Kit
    from perdure.continuity.model.restoring import Report
    from perdure.kernel.settings import Settings

From = Annotated[str, typer.Option("--from", help="A store's name, or any.")]
KitFile = Annotated[Path | None, typer.Option("--kit", help="The kit's text file.")]
Shares = Annotated[bool, typer.Option("--shares", help="Put trustees' shares together: name their files after it.")]
Files = Annotated[list[Path] | None, typer.Argument(help="Trustees' text files.", show_default=False)]
To = Annotated[str, typer.Option("--to", help="sqlite:////srv/perdure/perdure.db or postgresql://…: an empty place.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Data directory of the new site; with SQLite, the folder of the database.")
]
Address = Annotated[str, typer.Option(help="Where people find the site from now on, if it moves: https://…")]
Loss = Annotated[bool, typer.Option("--accept-loss", help="Go back although newer segments are known to be lost.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]


def restore(
    files: Files = None,
    to: To = "",
    kit: KitFile = None,
    shares: Shares = False,  # noqa: FBT002 - a flag
    wanted: From = "any",
    data: DataDir = None,
    address: Address = "",
    accept_loss: Loss = False,  # noqa: FBT002 - a flag
    yes: Yes = False,  # noqa: FBT002 - a flag
    as_json: AsJson = False,  # noqa: FBT002 - a flag
) -> None:
    """Bring a site back from its copies into an empty place, and take over from the host that is gone."""
    from perdure.cli.kit import whole_kit
    from perdure.continuity.service import moved

    if shares != bool(files):
        raise Invalid("name the kit with --kit FILE, or the trustees' files with --shares FILE FILE")
    settings = _settings(to, data)
    address = moved.checked(address) if address else ""
    whole = whole_kit(kit, files or [], kit)
    if not yes and not _agreed(whole, to):
        raise typer.Exit(1)
    report = asyncio.run(_run(settings, whole, wanted, address, accept_loss=accept_loss))
    if as_json:
        typer.echo(msgspec.json.encode(report).decode())
    else:
        _tell(report, settings.data)


def _settings(to: str, data: Path | None) -> "Settings":
    """The site to be. Raises Invalid, which says how an address is written."""
    from perdure.kernel.settings import Settings

    scheme, _, rest = to.partition("://")
    if scheme in {"postgresql", "postgres"} and rest:
        if data is None:
            raise Invalid("with PostgreSQL, name the data directory as well: --data /srv/perdure")
        return Settings(data=data.absolute(), database_url=to)
    path = Path(unquote(urlsplit(to).path)[1:]) if scheme == "sqlite" else Path()
    if path.name != "perdure.db":
        raise Invalid("--to is sqlite:////srv/perdure/perdure.db (the file is always perdure.db) or postgresql://…")
    if data is not None and data.absolute() != path.absolute().parent:
        raise Invalid("with SQLite the data directory is the folder of the database: leave --data out")
    return Settings(data=path.absolute().parent)


def _agreed(kit: "Kit", to: str) -> bool:
    domains = ", ".join(kit.domains) or kit.site_id
    typer.echo(f"This brings {domains} to {_bare(to)}, and the host it was on is told to stop for good.")
    return typer.confirm("Go on?")


def _bare(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    return url if parts.password is None else url.replace(f":{parts.password}@", ":…@")


async def _run(settings: "Settings", kit: "Kit", wanted: str, address: str, *, accept_loss: bool) -> "Report":
    from perdure import wiring
    from perdure.adapters.stores import Stores
    from perdure.continuity.service import moved
    from perdure.continuity.service.restoring.places import place_for
    from perdure.continuity.service.restoring.run import Wish, restore
    from perdure.kernel.clock import SystemClock
    from perdure.migrations import runner

    wish = Wish(settings, wanted, moved.checked(address) if address else "", accept_loss=accept_loss)
    place = place_for(settings, runner.upgrade_to)
    with _Shown() as shown:
        return await restore(wish, kit, Stores(), place, SystemClock(), shown, wiring.finish_restore)


class _Shown:
    """The steps on the terminal, each with what is done and how long the rest will take."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as Left

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            Left(),
        )
        self._progress = Progress(*columns, console=console(errors=True))
        self._task: Any = None
        self._name = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._progress.stop()

    def step(self, name: str, total: int = 0) -> None:
        """A step begins, or tells how much there is to do."""
        if name == self._name and self._task is not None:
            self._progress.update(self._task, total=total or None)
            return
        self._end()
        self._name = name
        self._task = self._progress.add_task(name, total=total or None)
        if not self._progress.console.is_terminal:
            self._progress.console.print(name)

    def advance(self, rows: int) -> None:
        """So much was done."""
        if self._task is not None:
            self._progress.advance(self._task, rows)

    def _end(self) -> None:
        if self._task is not None:
            done = self._progress.tasks[self._task].completed
            self._progress.update(self._task, total=done or 1, completed=done or 1)


def _tell(report: "Report", data: Path) -> None:
    from perdure.continuity.service import settling

    typer.echo(f"\n{', '.join(report.domains) or report.site} is back: {report.rows:,} rows.")
    typer.echo(
        f"  snapshot {report.snapshot} and {report.changes:,} changes after it, up to segment {report.seq} "
        f"of epoch {report.epoch}; this host begins epoch {report.new_epoch}"
    )
    typer.echo(f"  the last change that came back was made {_span(report.rpo_s)} before the restore began")
    for step, seconds in report.seconds.items():
        typer.echo(f"  {seconds:9.1f} s  {step}")
    _tell_what_is_left(report)
    typer.echo(f"\nStart it: perdure serve --data {data}")
    typer.echo("It fills search, and home timelines of members who were away for a month, while it runs: some minutes.")
    if settling.pending(data) is not None:
        typer.echo("It is read-only for its first minute, and then tells what the host before still sent.")


def _tell_what_is_left(report: "Report") -> None:
    if report.accepted_loss:
        typer.echo("  Newer segments are lost, as you accepted with --accept-loss.")
    for scope, count in report.outcome.erased.items():
        typer.echo(f"  erased again, as the ledger says: {count} × {scope}")
    for held in report.outcome.held:
        typer.echo(f"  erased, and kept by a legal hold: {held}")
    for measure in report.outcome.enforced:
        typer.echo(f"  newer than the rows, and in force again: {measure}")
    for measure in report.outcome.newer_measures:
        typer.echo(f"  was in force and is in no row: {measure}. Let staff decide it again")
    for fault in report.missing:
        typer.echo(f"  in the way, and found elsewhere: {fault}")


def _span(seconds: float) -> str:
    return f"{seconds:.1f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
