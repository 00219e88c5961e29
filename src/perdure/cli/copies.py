"""``perdure copies``: how far every store is, and whether what was promised is kept. Needs no database."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from perdure.cli.common import DATA, AsJson, Data, day, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
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
    if not found.kept:
        raise typer.Exit(1)


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
                    lane.error,
                )
                for lane in lanes
            ),
        )
        typer.echo("")
    for promise in found.promises:
        typer.echo(f"  {'ok' if promise.kept else '!!'}  {sentence(promise)}")
    todo = [promise.todo for promise in found.promises if not promise.kept and promise.todo]
    if todo:
        typer.echo(f"\nNext: {todo[0]}")


def _print_json(found: "Overview", data: Path) -> None:
    import msgspec

    from perdure.continuity.service import alarming, telling

    shown = telling.as_json(found, alarming.lasting(data, found.at))
    typer.echo(msgspec.json.encode(shown).decode())
