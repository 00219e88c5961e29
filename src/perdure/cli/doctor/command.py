"""Runs every check, whatever happens in one, and shows the report."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import typer
from rich.text import Text

from perdure import wiring
from perdure.cli.common import show_table
from perdure.cli.doctor import copies, database, machine, site
from perdure.cli.doctor.finding import SHAPES, STYLES, Finding, Findings, fail, warn
from perdure.kernel.errors import AppError
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings, load

_OF_MACHINE: Final[tuple[Callable[[Settings], Findings], ...]] = (
    machine.version,
    machine.settings_file,
    machine.data_directory,
    machine.free_space,
    machine.open_files,
    machine.port,
    machine.addresses,
    machine.programs,
    database.reachable,
    database.schema,
    database.integrity,
    database.clock,
    copies.promises,
)
_OF_SITE: Final[tuple[Callable[[Runtime], Findings], ...]] = (
    site.mail,
    site.storage,
    site.pictures,
    site.people,
    site.queue,
    site.record,
    site.anchors,
)


class Report(msgspec.Struct, frozen=True):
    """What ``--json`` prints. ``ok`` is false where a finding is "fail"."""

    ok: bool
    findings: list[Finding]


def examine(data: Path) -> Report:
    """Run every check on a data directory. A check that breaks is a finding itself."""
    if not data.is_dir():
        found = [fail("data directory", f"{data} is not there", "name it with --data, or make a site: perdure serve")]
        return Report(ok=False, findings=found)
    try:
        settings = load(data.resolve())
    except AppError as error:
        found = [fail("settings", error.public, "mend that line; nothing else can be checked before")]
        return Report(ok=False, findings=found)
    found = [one for check in _OF_MACHINE for one in _safely(check.__name__, lambda check=check: check(settings))]  # type: ignore[misc]
    found += _of_site(settings)
    return Report(ok=not any(one.state == "fail" for one in found), findings=found)


def _of_site(settings: Settings) -> list[Finding]:
    if not database.usable(settings):
        return [
            warn("site", "mail, files and people are not checked", "they need a database with this release's tables")
        ]
    try:
        with wiring.runtime(settings, local=True) as rt:
            found = [one for check in _OF_SITE for one in _safely(check.__name__, lambda check=check: check(rt))]  # type: ignore[misc]
            return found + _safely("worker", lambda: site.worker(rt, machine.running(settings)))
    except (AppError, OSError) as error:
        told = error.public if isinstance(error, AppError) else str(error)
        return [fail("site", told, "mend this first; mail, files and people could not be checked")]


def _safely(name: str, check: Callable[[], Findings]) -> list[Finding]:
    """A check's findings; one that fails in a way nobody foresaw says so and stops no other."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except Exception as error:  # noqa: BLE001 - a doctor must finish the round whatever one organ does
        told = error.public if isinstance(error, AppError) else f"{type(error).__name__}: {error}"
        found.append(
            fail(name.replace("_", " "), " ".join(told.split())[:300], "mend what it names, then run this again")
        )
    return found


def run(data: Path, *, as_json: bool) -> bool:
    """Print the report; tells whether nothing failed."""
    report = examine(data)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
        return report.ok
    show_table(("", "what", "finding"), (_row(one) for one in report.findings))
    counts = {state: sum(one.state == state for one in report.findings) for state in SHAPES}
    typer.echo(
        f"{counts['ok']} ok, {counts['warn']} to look at, {counts['fail']} failed."
        + ("" if report.ok else " Mend what failed first.")
    )
    return report.ok


def _row(one: Finding) -> tuple[Text, Text, Text]:
    text = Text(one.text)
    if one.advice:
        text.append(f"\n→ {one.advice}", style="italic")
    return Text(SHAPES[one.state], style=STYLES[one.state]), Text(one.area), text
