"""``perdure copies``: how far every store is, and whether what was promised is kept. Needs no database."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from perdure.cli.common import DATA, AsJson, Data, day, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.continuity.model.drills import Drill
    from perdure.continuity.model.scrub import MediaScrub
    from perdure.continuity.service.status import Overview

copies_app = typer.Typer(no_args_is_help=True, help="The copies at the stores.")


@copies_app.callback()
def copies() -> None:
    """The copies at the stores."""


@copies_app.command("status")
def status(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show how far every store is and what is missing. Exit 1 when a promise is broken."""
    from perdure.continuity.service.status import overview
    from perdure.kernel.clock import SystemClock
    from perdure.kernel.settings import load

    if not data.is_dir():
        raise Invalid(f"there is no data directory {data}: name it with --data")
    folder = load(data.resolve()).data
    found = overview(folder, SystemClock().now_ms())
    if as_json:
        _print_json(found, folder)
    else:
        _print(found)
        _print_settled(folder)
    if not found.kept:
        raise typer.Exit(1)


@copies_app.command("media")
def media(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show how many copies of files each store lacks, and which files are nowhere. Exit 1 when one is nowhere."""
    from perdure.continuity.service import scrubbed
    from perdure.kernel.settings import load

    if not data.is_dir():
        raise Invalid(f"there is no data directory {data}: name it with --data")
    found = scrubbed.last(load(data.resolve()).data)
    if not found.at:
        raise Invalid("the copies of files were never looked at: perdure serve does it every five minutes")
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(found).decode())
    else:
        _print_media(found)
    if found.lost:
        raise typer.Exit(1)


def _print_media(found: "MediaScrub") -> None:
    rows = (
        (
            one.name,
            f"{one.missing + one.rotten} of {found.objects}",
            one.rotten or "",
            day(one.listed_at or None),
            one.read,
            day(one.read_at or None),
        )
        for one in found.stores
    )
    show_table(("store", "missing", "rotten", "listed", "read back", "last"), rows)
    typer.echo(f"\nAs of {day(found.at)}. Rounds of reading back: {found.rounds}.")
    for key in found.lost:
        typer.echo(f"  !!  {key} is neither here nor whole at any store")
    if found.lost:
        typer.echo("\nNext: bring back a store that has them (perdure stores probe NAME), or a disk that does")


def _print(found: "Overview") -> None:
    from perdure.continuity.service.telling import behind, sentence

    lanes = found.status.lanes if found.status else ()
    if lanes:
        columns = ("store", "state", "behind", "waiting", "last copy", "read back", "trouble")
        show_table(
            columns,
            (
                (
                    lane.name,
                    lane.state,
                    behind(lane.behind_ms),
                    lane.backlog or "",
                    day(lane.acked_at or None),
                    day(lane.verified_at or None),
                    lane.trouble,
                )
                for lane in lanes
            ),
        )
        typer.echo("")
    for promise in found.promises:
        typer.echo(f"  {'ok' if promise.kept else '!!'}  {sentence(promise)}")
    typer.echo(f"  {_drill(found.drill)}")
    todo = [promise.todo for promise in found.promises if not promise.kept and promise.todo]
    if todo:
        typer.echo(f"\nNext: {todo[0]}")


def _print_settled(data: Path) -> None:
    from perdure.continuity.service import settling

    if settling.pending(data) is not None:
        typer.echo(f"  --  This site takes nothing new yet: {settling.REASON}.")
    seen = settling.last(data)
    for one in seen.late if seen is not None else ():
        when = f"{day(one.since)} to {day(one.until)}" if one.since else "unreadable"
        typer.echo(
            f"  --  {one.store} has {one.rows} rows that the host before sent too late ({when}): no table here has them"
        )


def _drill(newest: "Drill | None") -> str:
    if newest is None:
        return "--  Never rehearsed: perdure drill --kit KIT.txt"
    if newest.outcome == "passed":
        return f"ok  Rehearsed on {day(newest.at)}: back after {newest.seconds:.1f} s."
    said = "failed" if newest.outcome == "failed" else "could not run"
    return f"!!  The drill of {day(newest.at)} {said}: {newest.reason}"


def _print_json(found: "Overview", data: Path) -> None:
    import msgspec

    from perdure.continuity.service import alarming, telling

    shown = telling.as_json(found, alarming.lasting(data, found.at))
    typer.echo(msgspec.json.encode(shown).decode())
