"""``perdure transparency``: statements for the DSA Transparency Database, and the yearly report."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perdure.cli.common import DATA, AsJson, Data, day, existing, opened, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.kernel.runtime import Runtime
    from perdure.transparency.model import Counted, Report, StatementView

transparency_app = typer.Typer(no_args_is_help=True, help="What is published: statements of reasons, yearly report.")
Year = Annotated[int, typer.Argument(help="A calendar year, as 2026.")]


@transparency_app.command("statements")
def statements(
    export: Annotated[Path | None, typer.Option(help="Write what is not sent yet as JSON lines; - for output.")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Say what was refused, and why.")] = False,  # noqa: FBT002
    data: Data = DATA,
    as_json: AsJson = False,  # noqa: FBT002 - a flag
) -> None:
    """How the statements stand: sent, waiting, refused, not owed. Exit 1 where one was refused."""
    import msgspec

    from perdure.transparency.service import statements as service

    with opened(existing(data)) as rt:
        asyncio.run(service.collect(rt))
        if export is not None:
            _export(asyncio.run(_waiting(rt)), export)
            return
        found = asyncio.run(_counted(rt))
        refused = asyncio.run(_page(rt, "rejected", 0)) if rejected else []
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    show_table(("State", "Statements"), sorted(found.states.items()))
    typer.echo(f"Waiting since {day(found.waiting_since)}; last accepted {day(found.accepted_at)}.")
    for one in refused:
        why = "; ".join(f"{field}: {', '.join(texts)}" for field, texts in one.errors.items())
        typer.echo(f"{one.puid}: {why}")
    if found.states.get("rejected"):
        raise typer.Exit(1)


@transparency_app.command("report")
def report(
    year: Year,
    publish: Annotated[bool, typer.Option("--publish", help="Make it public; a correction needs --why.")] = False,  # noqa: FBT002
    why: Annotated[str, typer.Option(help="What is corrected.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the zip of CSV files here.")] = None,
    data: Data = DATA,
) -> None:
    """The report of a year, as it would be now; with --publish it becomes a version that stays."""
    from perdure.transparency.rules.archive import archive_of
    from perdure.transparency.service import reports

    with opened(existing(data)) as rt:
        if publish:
            made = asyncio.run(reports.publish(rt, None, year, why))
            typer.echo(f"Published version {made.number} of {year}. SHA-256 of the archive: {made.digest}")
            found = made.report
        else:
            found = asyncio.run(reports.look(rt, None, year))
    if out is not None:
        _write(out, archive_of(found))
        typer.echo(f"Wrote {out}.")
        return
    _show(found)


def _show(found: "Report") -> None:
    state = "complete" if found.complete else f"as far as {day(found.end)} UTC"
    typer.echo(f"{found.year}, {state}: {found.decisions} decisions, {found.restrictions} of them restrictions.\n")
    for part in found.parts:
        typer.echo(part.name)
        show_table(part.columns, (["–" if cell is None else cell for cell in row] for row in part.rows))
        typer.echo("")


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Invalid(f"{out} cannot be written: {error.strerror}") from error


def _export(found: "list[StatementView]", export: Path) -> None:
    import msgspec

    lines = b"".join(msgspec.json.encode(one.document) + b"\n" for one in found)
    if str(export) == "-":
        typer.echo(lines.decode(), nl=False)
        return
    _write(export, lines)
    typer.echo(f"Wrote {len(found)} statements to {export}.")


async def _waiting(rt: "Runtime") -> "list[StatementView]":
    found: list[StatementView] = []
    for state in ("pending", "sending"):
        after = 0
        while page := await _page(rt, state, after):
            found += page
            after = page[-1].decision_id
    return found


async def _page(rt: "Runtime", state: str, after: int) -> "list[StatementView]":
    from perdure.transparency.service import statements as service

    return await rt.db.read(service.page_in, None, state, after, 500)


async def _counted(rt: "Runtime") -> "Counted":
    from perdure.transparency.service import statements as service

    return await rt.db.read(service.counts_in, None)
