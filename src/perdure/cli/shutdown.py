"""``perdure shutdown``: the orderly end of a site."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from perdure.cli.common import DATA, Data, day, existing, opened
from perdure.kernel.errors import Invalid

_DESTROY = "After the last day: for good. Asks for the site's name."


def shutdown(
    on: Annotated[
        str, typer.Option("--on", help="The last day, YYYY-MM-DD (UTC): from then on the site only reads.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why, for members to read.")] = "",
    notice_days: Annotated[int | None, typer.Option(help="Fewer days of notice than 90; needs --reason.")] = None,
    successor: Annotated[
        list[str] | None, typer.Option(help="Where members may go: an https address; repeat it.")
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="The site goes on.")] = False,  # noqa: FBT002 - a flag
    status: Annotated[bool, typer.Option("--status", help="What is announced, and what is next.")] = False,  # noqa: FBT002 - a flag
    destroy_keys: Annotated[bool, typer.Option("--destroy-keys", help=_DESTROY)] = False,  # noqa: FBT002 - a flag
    data: Data = DATA,
) -> None:
    """End the site in order: notice, reminders, time to take everything along, then reading only."""
    if sum(map(bool, (on, cancel, status, destroy_keys))) != 1:
        raise Invalid("say one of --on DATE, --cancel, --status, --destroy-keys")
    if on:
        _announce(data, on, reason, notice_days, tuple(successor or ()))
    elif cancel:
        _cancel(data)
    elif status:
        _status(data)
    else:
        _destroy(data)


def _announce(data: Data, on: str, reason: str, notice_days: int | None, successors: tuple[str, ...]) -> None:
    from perdure.portability.service import ending

    try:
        ends_at = int(datetime.strptime(on, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise Invalid(f"{on!r} is no date like 2027-03-31") from error
    with opened(existing(data)) as rt:
        end = rt.db.write_now("shutdown.announce", ending.announce_in, ends_at, reason, successors, notice_days)
    typer.echo(f"Announced: the site only reads from {day(end.ends_at)} UTC. Sign-up is closed; everybody is told.")
    typer.echo("To take it back: perdure shutdown --cancel")


def _cancel(data: Data) -> None:
    from perdure.kernel import mode
    from perdure.portability.service import ending

    with opened(existing(data)) as rt:
        end = rt.db.read_now(ending.end_in)
        over = end is not None and rt.clock.now_ms() >= end.ends_at and mode.current(rt.db).name == mode.READING
        rt.db.write_now("shutdown.cancel", ending.cancel_in)
        if over:
            rt.db.write_now("site.mode", ending.open_again_in)
    typer.echo("Cancelled: the site goes on.")


def _status(data: Data) -> None:
    from perdure.kernel import mode
    from perdure.portability.service import ending

    with opened(existing(data)) as rt:
        end, now_mode, now = rt.db.read_now(ending.end_in), mode.current(rt.db).name, rt.clock.now_ms()
    if end is None:
        typer.echo("No end is announced.")
        return
    typer.echo(f"Announced {day(end.announced_at)}, last day {day(end.ends_at)} UTC; the site is {now_mode}.")
    if end.reminded_days:
        how = "is sent" if end.reminded_until < 0 else "is on its way"
        typer.echo(f"The reminder of {end.reminded_days} days before {how}.")
    if end.destroyed_at is not None:
        typer.echo(f"Keys were destroyed {day(end.destroyed_at)}.")
    elif now >= end.ends_at:
        typer.echo("Next, when nobody needs anything any more: perdure shutdown --destroy-keys")


def _destroy(data: Data) -> None:
    from perdure.portability.service import ending

    settings = existing(data)
    with opened(settings) as rt:
        ending.may_destroy(rt)
    typer.echo(f"This destroys every key of {settings.domain} on this host. It cannot be taken back.")
    named = typer.prompt("Type the site's name")
    with opened(settings) as rt:
        for what in ending.destroy_keys(rt, named):
            typer.echo(f"Destroyed: {what}")
    typer.echo(
        f"The final statement is {settings.data / ending.STATEMENT}: publish it. Destroy the kit and its shares too."
    )
    typer.echo("Stop or restart perdure serve: what runs still has keys in its memory.")
