"""``perdure import``: bring in archives."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from perdure.cli.common import DATA, Data, opened, settings_of
from perdure.kernel.errors import Invalid

import_app = typer.Typer(no_args_is_help=True, help="Bring in archives.")


@import_app.command("posts")
def import_archive(
    file: Annotated[Path, typer.Argument(help="A CSV file with a header line, or JSON lines (.jsonl).")],
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN: id, text, created_at, author.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Bring in a CSV or JSONL archive of posts. Repeating it adds nothing."""
    from perdure.posts.service import importing

    pairs = [tuple(pair.split("=", 1)) for pair in mapped or []]
    if any(len(pair) != 2 or pair[0] not in importing.FIELDS for pair in pairs):
        raise Invalid(f"--map takes FIELD=COLUMN with FIELD one of {', '.join(importing.FIELDS)}")
    with opened(settings_of(data)) as rt, Progress(transient=True) as shown:
        task = shown.add_task(f"Reading {file.name}", total=None)
        started = rt.clock.monotonic()
        summary = importing.import_posts(
            rt, file, {pair[0]: pair[1] for pair in pairs}, lambda done: shown.update(task, completed=done)
        )
        seconds = max(rt.clock.monotonic() - started, 0.001)
    for refused in summary.refused:
        typer.echo(f"row {refused.row}: {refused.reason}")
    typer.echo(
        f"{summary.rows} rows in {seconds:.1f} s ({summary.rows / seconds:.0f} rows/s): {summary.added} added, "
        f"{summary.known} already here, {len(summary.refused)} refused."
    )
