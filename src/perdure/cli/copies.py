"""``perdure copies``: how far every store is, and whether what was promised is kept. Needs no database."""

from typing import TYPE_CHECKING, Final

import typer

from perdure.cli.common import DATA, AsJson, Data, day, show_table
from perdure.kernel.errors import Invalid

if TYPE_CHECKING:
    from perdure.continuity.service.status import Overview, Promise

copies_app = typer.Typer(no_args_is_help=True, help="The copies at the stores.")
_SAYS: Final = {
    "kit": ("There is a recovery kit.", "There is no recovery kit: nobody could open the copies."),
    "kit_tested": ("The kit was tried on {at}.", "The kit was not tried for three months (last: {at})."),
    "stores": ("{count} stores are on the list.", "There is no store: nothing is copied."),
    "owners": ("Three copies in three hands: {owners} independent owners.", "{gap}"),
    "alive": ("The shipper lives.", "The shipper does not run (last heard of: {at})."),
    "shipping": ("The log is read.", "The log cannot be shipped: {reason}"),
    "behind": ("{store} is {ms} behind.", "{store} is {ms} behind. {reason}"),
    "read_back": ("{store} was read back on {at}.", "{store} was last read back on {at}."),
}


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
    found = overview(load(data.resolve()).data, SystemClock().now_ms())
    if as_json:
        _print_json(found)
    else:
        _print(found)
    if not found.kept:
        raise typer.Exit(1)


def _print(found: "Overview") -> None:
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


def sentence(promise: "Promise") -> str:
    """A promise in English."""
    facts = dict(promise.facts)
    if "at" in facts:
        facts["at"] = day(int(facts["at"]) or None)
    if "ms" in facts:
        facts["ms"] = behind(int(facts["ms"]))
    return _SAYS[promise.key][0 if promise.kept else 1].format(**facts)


def behind(ms: int) -> str:
    """A delay for people."""
    if ms < 0:
        return "unknown how far"
    return f"{ms / 1000:.1f} s" if ms < 120_000 else f"{ms // 60_000} min"


def _print_json(found: "Overview") -> None:
    import msgspec

    shown = {
        "at": found.at,
        "kept": found.kept,
        "behind_ms": found.behind_ms,
        "status": found.status,
        "promises": [promise._asdict() | {"text": sentence(promise)} for promise in found.promises],
    }
    typer.echo(msgspec.json.encode(shown).decode())
