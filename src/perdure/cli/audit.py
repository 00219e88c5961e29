"""``perdure audit``: prove that nobody edited the record, hand it on, and prove a case or a day to somebody else."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from perdure.cli.common import DATA, Data, console, existing, opened
from perdure.kernel.errors import AppError, Invalid

if TYPE_CHECKING:
    from perdure.kernel.runtime import Runtime

audit_app = typer.Typer(no_args_is_help=True, help="The tamper-evident ledger.")
_DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
First = Annotated[str, typer.Option("--from", help="From this day (YYYY-MM-DD, UTC).")]
Last = Annotated[str, typer.Option("--until", help="Until this day, included.")]


@audit_app.command("verify")
def verify(
    file: Annotated[Path | None, typer.Argument(help="An export or a proof pack; without it, this site.")] = None,
    since: Annotated[int, typer.Option(min=0, help="Believe the entries up to this number.")] = 0,
    outside: Annotated[bool, typer.Option("--outside", help="Also compare what the stores outside keep.")] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Prove that nobody edited the ledger; exit status 1 where somebody did."""
    if file is not None:
        _verify_file(file)
        return
    from perdure.audit.service import anchors, verifying

    with opened(existing(data)) as rt:
        with _progress("Verifying") as progress:
            count, broken = rt.db.read_now(verifying.verify_since_in, since, progress)
        if broken is not None:
            typer.echo(f"Broken at entry {broken.seq}: {broken.reason}. {count} entries before it hold.")
            raise typer.Exit(1)
        differences = asyncio.run(anchors.differences(rt)) if outside else []
    for one in differences:
        typer.echo(f"Broken: {one}.")
    if differences:
        raise typer.Exit(1)
    typer.echo(f"{count} entries, unbroken.")


def _verify_file(path: Path) -> None:
    from perdure.audit.rules import verify as verifier

    if not path.exists():
        raise Invalid(f"there is no {path}")
    if verifier.main([str(path)]) != 0:
        raise typer.Exit(1)


@audit_app.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    first: First = "",
    last: Last = "",
    data: Data = DATA,
) -> None:
    """Write the ledger as JSON lines, without the identity of anybody who acted; verify reads it."""
    from perdure.audit.service import exporting, roots

    days = _day(first), _day(last)
    with opened(existing(data)) as rt:
        key = rt.db.write_now("audit.key", roots.key_in)
        span = rt.db.read_now(exporting.span_in, *days)
        with _progress("Exporting") as progress, _whole_file(out) as write:
            count = rt.db.read_now(exporting.export_in, rt.settings.domain, key, write, *span, progress)
    typer.echo(f"{count} entries in {out}.")


@audit_app.command("prove")
def prove(
    out: Annotated[Path, typer.Option("--out", help="The folder to make.")],
    case: Annotated[int, typer.Option(min=0, help="The number of a case.")] = 0,
    day: Annotated[str, typer.Option(help="A day (YYYY-MM-DD, UTC).")] = "",
    first: First = "",
    last: Last = "",
    data: Data = DATA,
) -> None:
    """Make a proof pack of a case, a day or a period: its verify.py needs Python and nothing else."""
    days = (_day(day), _day(day)) if day else (_day(first), _day(last))
    if (case > 0) == (days != (None, None)) or (days[0] is None) != (days[1] is None):
        raise Invalid("name one thing to prove: --case NUMBER, --day DATE, or --from DATE --until DATE")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Invalid(f"{out} is there already: name a folder to be made")
    with opened(existing(data)) as rt:
        told = fill_pack(rt, out, case, days)
    typer.echo(f"{told} in {out}. Check it: python3 -I -S {out / 'verify.py'}")


def fill_pack(rt: "Runtime", out: Path, case: int, days: tuple[str | None, str | None]) -> str:
    """Make a proof pack in a folder; tells how much is in it. Raises Unproved."""
    from perdure.audit.ports import Dossier
    from perdure.audit.service import packing

    site, part = rt.settings.domain, out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        if case:
            dossier = rt.port(Dossier)
            rt.db.write_now("audit.documents", packing.commit_documents_in, case, dossier)
            _close(rt)
            count = rt.db.read_now(packing.prove_case_in, site, part, case, dossier)
        else:
            count = rt.db.read_now(packing.prove_days_in, site, part, str(days[0]), str(days[1]))
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return f"{count} {'entry' if count == 1 else 'entries'}"


def _close(rt: "Runtime") -> None:
    """Sign a root over the newest entries and take it outside at once, so that the pack can carry the receipts."""
    from perdure.audit.events import RootSigned
    from perdure.audit.service import anchors, roots

    root = asyncio.run(roots.close_now(rt))
    rt.bus.publish("outbox")
    if root is not None:
        try:
            asyncio.run(anchors.anchor(rt, RootSigned(root.n)))
        except AppError as error:
            console(errors=True).print(f"Not every place outside took the root: {error.public}", markup=False)


def _day(text: str) -> str | None:
    if text and not _DAY.fullmatch(text):
        raise Invalid(f"{text!r} is not a day: write it as 2026-01-31")
    return text or None


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int], None] | None]:
    """Shows how many entries are done, where somebody looks at it."""
    shown = console(errors=True)
    if not shown.is_terminal:
        yield None
        return
    with shown.status(what) as status:
        yield lambda done: status.update(f"{what}: {done} entries")


@contextmanager
def _whole_file(path: Path) -> Iterator[Callable[[bytes], Any]]:
    """A file that appears when it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file.write
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
