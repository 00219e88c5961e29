"""Every command of ``perdure``."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from perdure.cli.accounts import invites_app, tokens_app
from perdure.cli.answering import notices_app
from perdure.cli.audit import audit_app
from perdure.cli.classifier import classifier_app
from perdure.cli.common import DATA, AsJson, Data, settings_of
from perdure.cli.copies import copies_app
from perdure.cli.drill import drill_app
from perdure.cli.emojis import emojis_app
from perdure.cli.evacuate import evacuate
from perdure.cli.importing import import_app
from perdure.cli.kit import kit_app
from perdure.cli.lifeboat import lifeboat_app
from perdure.cli.obligations import obligations_app
from perdure.cli.portability import identity_app, sites_app
from perdure.cli.restore import restore
from perdure.cli.restricting import accounts_app
from perdure.cli.rules import links_app, rules_app
from perdure.cli.senders import senders_app
from perdure.cli.shutdown import shutdown
from perdure.cli.stores import stores_app
from perdure.cli.transparency import transparency_app
from perdure.cli.upkeep import outbox_app
from perdure.kernel.errors import AppError, Invalid

_EXAMPLES: Final = (
    "Examples:",
    "perdure serve --data /srv/perdure",
    "perdure accounts create anna --email anna@example.org --role owner --confirmed",
    "perdure demo --data /tmp/look && perdure serve --data /tmp/look",
    "perdure doctor",
    "perdure import posts old.csv --map text=body",
    "Settings: perdure.toml in the data directory, or PERDURE_… variables.",
)
app = typer.Typer(
    no_args_is_help=True,
    help="Perdure: a social network you can keep online.",
    epilog="\n\n".join(_EXAMPLES),
    pretty_exceptions_enable=False,
)
for name, group in (
    ("accounts", accounts_app),
    ("invites", invites_app),
    ("tokens", tokens_app),
    ("emojis", emojis_app),
    ("classifier", classifier_app),
    ("import", import_app),
    ("outbox", outbox_app),
    ("audit", audit_app),
    ("copies", copies_app),
    ("kit", kit_app),
    ("lifeboat", lifeboat_app),
    ("rules", rules_app),
    ("links", links_app),
    ("sites", sites_app),
    ("identity", identity_app),
    ("notices", notices_app),
    ("senders", senders_app),
    ("obligations", obligations_app),
    ("drill", drill_app),
    ("stores", stores_app),
    ("transparency", transparency_app),
):
    app.add_typer(group, name=name)

app.command()(evacuate)
app.command()(shutdown)


app.command()(restore)


def main() -> None:
    """Run the command line. An expected failure is one line and exit status 2."""
    try:
        app()
    except AppError as error:
        _fail(error.public)
    except OSError as error:
        # The world refuses: no such file, no right, no room. Its own words say what; a traceback says nothing more.
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")


def _fail(message: str) -> None:
    print(f"perdure: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201 - the command line speaks here
    sys.exit(2)


@app.command()
def serve(
    data: Data = DATA,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Web worker processes; 0 means one for each core.")] = None,
    peer_test: Annotated[bool, typer.Option("--peer-test", help="For foreign test suites.")] = False,  # noqa: FBT002 - a flag
    seed: Annotated[Path | None, typer.Option(help="Test mode: a file of users, apps, posts.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Test mode: begin anew with the seed.")] = False,  # noqa: FBT002 - a flag
    tls: Annotated[bool, typer.Option("--tls", help="Test mode: HTTPS on port 3443 too.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Serve the site: web workers and the background worker."""
    from perdure.cli import peer_test as test_mode
    from perdure.cli import serve as server
    from perdure.kernel.settings import load

    folder = settings_of(data).data
    if peer_test:
        test_port = test_mode.PORT if port is None else port
        settings = load(folder, host=host, port=test_port, workers=workers, peer_test=True)
        test_mode.run(settings, test_mode.Options(seed, reset, tls))
        return
    if seed or reset or tls:
        raise Invalid("--seed, --reset and --tls belong to --peer-test")
    settings = load(folder, host=host, port=port, workers=workers)
    server.run(settings, test_mode.refuse_test_data)


@app.command()
def migrate(
    repair: Annotated[bool, typer.Option("--repair", help="Make anew what the copies rely on.")] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Bring the database to this release's schema."""
    from perdure.migrations import runner

    applied = runner.upgrade(settings_of(data), repair=repair)
    typer.echo(f"Applied: {', '.join(applied)}." if applied else "The database is up to date.")


@app.command()
def doctor(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Check the site and its machine, and say what to do; exit status 1 where something failed."""
    from perdure.cli.doctor import command

    if not command.run(data, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def demo(
    password: Annotated[str, typer.Option(help="Password for the demo's people; without it, a fresh one.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Also on a site where people live.")] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """Fill a site with a small lively community, for a first look."""
    from perdure.cli.demo import command

    command.run(settings_of(data), password=password, force=force)
