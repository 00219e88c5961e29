"""``perdure outbox``: what waits, and what failed."""

import msgspec
import typer

from perdure.cli.common import DATA, AsJson, Data, day, existing, opened, show_table

outbox_app = typer.Typer(no_args_is_help=True, help="Events that wait, or that need a person.")


@outbox_app.command("list")
def list_outbox(as_json: AsJson = False, data: Data = DATA) -> None:  # noqa: FBT002 - a flag
    """Show the deliveries that failed at least once."""
    from perdure.kernel.outbox import queries as outbox

    with opened(existing(data)) as rt:
        rows = rt.db.read_now(outbox.failed)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode([row._asdict() for row in rows]), indent=2).decode())
        return
    if not rows:
        typer.echo("Nothing failed.")
        return
    show_table(
        ("event", "kind", "for", "state", "attempts", "since", "error"),
        (
            (
                row.event_id,
                row.kind,
                row.subscriber,
                "dead" if row.dead_at else "waiting",
                row.attempts,
                day(row.created_at),
                row.error,
            )
            for row in rows
        ),
    )


@outbox_app.command("replay")
def replay_outbox(data: Data = DATA) -> None:
    """Try every dead delivery again."""
    from perdure.kernel.outbox import queries as outbox

    with opened(existing(data)) as rt:
        count = rt.db.write_now("outbox.replay", outbox.replay_dead)
        rt.bus.publish("outbox")
    typer.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} will be tried again.")
