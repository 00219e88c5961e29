"""Every command of ``perdure``."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from perdure import wiring
from perdure.accounts.model import Role
from perdure.audit import service as audit
from perdure.cli import peer_test as test_mode
from perdure.cli import people
from perdure.cli import serve as server
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.outbox import queries as outbox
from perdure.kernel.settings import Settings, load
from perdure.migrations import runner
from perdure.posts.service import importing

app = typer.Typer(
    no_args_is_help=True, help="Perdure: a social network you can keep online.", pretty_exceptions_enable=False
)
accounts_app = typer.Typer(no_args_is_help=True, help="People.")
tokens_app = typer.Typer(no_args_is_help=True, help="Access tokens.")
outbox_app = typer.Typer(no_args_is_help=True, help="Events that wait, or that need a person.")
import_app = typer.Typer(no_args_is_help=True, help="Bring in archives.")
audit_app = typer.Typer(no_args_is_help=True, help="The tamper-evident log.")
for name, group in (
    ("accounts", accounts_app),
    ("tokens", tokens_app),
    ("outbox", outbox_app),
    ("audit", audit_app),
    ("import", import_app),
):
    app.add_typer(group, name=name)

Data = Annotated[Path, typer.Option("--data", envvar="PERDURE_DATA", help="The data directory.")]
_DATA = Path("data")


def main() -> None:
    """Run the command line. An expected failure is one line and exit status 2."""
    try:
        app()
    except AppError as error:
        print(f"perdure: {error.public}", file=sys.stderr)  # noqa: T201 - the command line speaks here
        sys.exit(2)


def _settings(data: Path) -> Settings:
    data.mkdir(parents=True, exist_ok=True)
    settings = load(data.resolve())
    runner.upgrade(settings)
    return settings


@app.command()
def serve(
    data: Data = _DATA,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Web worker processes; 0 means one for each core.")] = None,
    peer_test: Annotated[bool, typer.Option("--peer-test", help="For foreign test suites.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Serve the site: web workers and the background worker."""
    data.mkdir(parents=True, exist_ok=True)
    if peer_test:
        test_port = 3000 if port is None else port
        test_mode.run(load(data.resolve(), host=host, port=test_port, workers=workers, peer_test=True))
        return
    server.run(load(data.resolve(), host=host, port=port, workers=workers))


@app.command()
def migrate(data: Data = _DATA) -> None:
    """Bring the database to this release's schema."""
    data.mkdir(parents=True, exist_ok=True)
    applied = runner.upgrade(load(data.resolve()))
    typer.echo(f"Applied: {', '.join(applied)}." if applied else "The database is up to date.")


@import_app.command("posts")
def import_archive(
    file: Path,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN: id, text, created_at, author.")
    ] = None,
    data: Data = _DATA,
) -> None:
    """Bring in a CSV or JSONL archive of posts. Repeating it adds nothing."""
    pairs = [tuple(pair.split("=", 1)) for pair in mapped or []]
    if any(len(pair) != 2 or pair[0] not in importing.FIELDS for pair in pairs):
        raise Invalid(f"--map takes FIELD=COLUMN with FIELD one of {', '.join(importing.FIELDS)}")
    with wiring.runtime(_settings(data), local=True) as rt, Progress(transient=True) as shown:
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


@accounts_app.command("create")
def create_account(
    name: str,
    email: Annotated[str, typer.Option(help="Mail address.")],
    role: Annotated[str, typer.Option(help="owner, admin, moderator or member.")] = "member",
    confirmed: Annotated[bool, typer.Option("--confirmed", help="The address counts as confirmed.")] = False,  # noqa: FBT002 - a flag
    data: Data = _DATA,
) -> None:
    """Make an account and print its password."""
    if role not in {"owner", "admin", "moderator", "member"}:
        raise Invalid(f"unknown role {role!r}: use owner, admin, moderator or member")
    with wiring.runtime(_settings(data), local=True) as rt:
        used: Role = role  # type: ignore[assignment] # checked above
        password = people.create(rt, name, email, used, confirmed=confirmed)
    typer.echo("OK")
    typer.echo(f"New password: {password}")


@tokens_app.command("create")
def create_token(
    name: str,
    scopes: Annotated[str, typer.Option(help="Scopes, separated by spaces.")] = "read",
    data: Data = _DATA,
) -> None:
    """Make an access token for an account and print it."""
    with wiring.runtime(_settings(data), local=True) as rt:
        typer.echo(people.token(rt, name, scopes))


@outbox_app.command("list")
def list_outbox(data: Data = _DATA) -> None:
    """Deliveries that failed at least once."""
    with wiring.runtime(_settings(data), local=True) as rt:
        rows = rt.db.read_now(outbox.failed)
    for row in rows:
        state = "dead" if row.dead_at else "waiting"
        typer.echo(f"{row.event_id}  {row.kind}  {row.subscriber}  {state}, {row.attempts} attempts: {row.error}")
    if not rows:
        typer.echo("Nothing failed.")


@outbox_app.command("replay")
def replay_outbox(data: Data = _DATA) -> None:
    """Try every dead delivery again."""
    with wiring.runtime(_settings(data)) as rt:
        count = rt.db.write_now("outbox.replay", outbox.replay_dead)
        rt.bus.publish("outbox")
    typer.echo(f"{count} deliveries will be tried again.")


@audit_app.command("verify")
def verify_audit(data: Data = _DATA) -> None:
    """Prove that nobody edited the log; exit status 1 where somebody did."""
    with wiring.runtime(_settings(data), local=True) as rt:
        count, broken = rt.db.read_now(audit.verify_in)
    if broken is not None:
        typer.echo(f"Broken at entry {broken.seq}: {broken.reason}. {count} entries before it hold.")
        raise typer.Exit(1)
    typer.echo(f"{count} entries, unbroken.")
