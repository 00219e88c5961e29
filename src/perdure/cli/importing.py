"""``perdure import``: bring in archives."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from perdure.cli.common import DATA, AsJson, Data, console, opened, settings_of
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.posts.service.importing import ImportSummary
    from perdure.posts.service.importing import Progress as Told

import_app = typer.Typer(no_args_is_help=True, help="Bring in archives.")
_LISTED: Final = 20


@import_app.command("posts")
def import_archive(
    file: Annotated[Path, typer.Argument(help="A CSV file with a header line, or JSON lines (.jsonl).")],
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN, for id, text, created_at or author.")
    ] = None,
    as_json: AsJson = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Bring in a CSV or JSONL archive of posts.

    Repeating it adds nothing, so an interrupted import goes on when it is started again. Dates are kept. Rows
    without an author go to an account called archive. Rows that stay out are named with their reason.
    """
    from perdure.posts.service import importing

    pairs = _pairs(mapped or [])
    with opened(settings_of(data)) as rt:
        started = rt.clock.monotonic()
        with _progress(file) as told:
            summary = importing.import_posts(rt, file, pairs, told)
        seconds = max(rt.clock.monotonic() - started, 0.001)
        folder = rt.settings.data / "imports"
    if as_json:
        result = {**msgspec.to_builtins(summary), "seconds": round(seconds, 3)}
        typer.echo(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
        return
    _say_refused(summary, folder / f"{re.sub(r'[^A-Za-z0-9._-]', '_', file.name)}.refused.tsv")
    typer.echo(
        f"{summary.rows:,} rows in {seconds:.1f} s ({summary.rows / seconds:,.0f} rows/s): {summary.added:,} added, "
        f"{summary.known:,} already here, {len(summary.refused):,} refused; {summary.authors:,} authors made."
    )


def _pairs(mapped: list[str]) -> dict[str, str]:
    from perdure.posts.service.importing import FIELDS

    pairs = {}
    for text in mapped:
        field, equals, column = text.partition("=")
        if field not in FIELDS or not equals or not column:
            raise Invalid(f"--map {text}: write FIELD=COLUMN with FIELD one of {', '.join(FIELDS)}")
        pairs[field] = column
    return pairs


@contextmanager
def _progress(file: Path) -> "Iterator[Told]":
    """A bar over the file's bytes; rows are counted beside it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(errors=True), transient=True) as shown:
        total = file.stat().st_size if file.is_file() else None
        task = shown.add_task(f"Reading {file.name}", total=total, rows=0)
        yield lambda rows, offset: shown.update(task, completed=offset, rows=rows)


def _say_refused(summary: "ImportSummary", full: Path) -> None:
    """Name every refused row; a long list goes into a file, and what there is most of onto the screen."""
    for one in summary.refused[:_LISTED]:
        typer.echo(f"row {one.row} (line {one.line}): {one.reason}")
    if len(summary.refused) <= _LISTED:
        return
    full.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{one.row}\t{one.line}\t{' '.join(one.reason.split())}\n" for one in summary.refused)
    full.write_text("row\tline\treason\n" + "".join(lines), "utf-8")
    typer.echo(f"… and {len(summary.refused) - _LISTED:,} more: all are in {full}")
    kinds = Counter(re.sub(r"\d[\d,]*\d|\d|'[^']*'", "…", one.reason) for one in summary.refused)
    for reason, count in kinds.most_common(5):
        typer.echo(f"{count:>7,} × {reason}")
