"""``perdure evacuate``: leave this host for another one while people go on writing."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from perdure.cli.common import DATA, Data
from perdure.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from perdure.kernel.settings import Settings

_LOOK_S: Final = 0.2
_SNAPSHOT_S: Final = 3_600.0
_CURRENT_MS: Final = 5_000
To = Annotated[str, typer.Option("--to", help="The site's address on the new host, as https://host2.example.")]
Wait = Annotated[float, typer.Option(min=0, help="How many minutes to wait for the new host; 0: do not wait.")]


def evacuate(to: To, wait: Wait = 720.0, data: Data = DATA) -> None:
    """Move to another host: a fresh snapshot first, then the new host takes over, then this one sends people there.

    Nothing is closed before the new host has loaded everything; breaking off before that changes nothing.
    """
    from perdure.cli.common import existing
    from perdure.continuity.service import moved

    settings = existing(data)
    address = moved.checked(to)
    _fresh_snapshot(settings.data)
    typer.echo("On the new host, with the recovery kit:\n")
    typer.echo(
        f"    perdure restore --kit KIT.txt --from any --to sqlite:////srv/perdure/perdure.db --address {address}\n"
    )
    if not wait:
        return
    typer.echo("This host goes on until then. Waiting for the new host; Ctrl-C only ends the waiting.")
    closed_at = _wait_until_closed(settings, wait * 60)
    typer.echo("The new host takes over: nothing is written here any more.")
    _wait_until_moved(settings, address, closed_at)


def _fresh_snapshot(data: Path) -> None:
    from perdure.continuity.service.shipping.mending import WANTED
    from perdure.continuity.service.status import overview
    from perdure.kernel.clock import SystemClock

    found = overview(data, SystemClock().now_ms())
    late = found.behind_ms
    alive = any(promise.key == "alive" and promise.kept for promise in found.promises)
    if found.kit is None or not alive or late is None or late > _CURRENT_MS:
        raise Conflict(
            "The copies are not up to date, so there is nothing to move with: perdure copies status says why"
        )
    before = found.status.snapshot_at if found.status else 0
    (data / WANTED).touch()
    typer.echo("Taking a fresh snapshot, so that the new host has little to catch up …")
    deadline = time.monotonic() + _SNAPSHOT_S
    while time.monotonic() < deadline:
        status = overview(data, SystemClock().now_ms()).status
        if status is not None and status.snapshot_at > before:
            return
        time.sleep(_LOOK_S)
    raise Conflict("No snapshot was made within an hour: perdure copies status says why")


def _wait_until_closed(settings: "Settings", seconds: float) -> int:
    """When this host was closed (ms). Raises Invalid where nobody came."""
    from perdure.continuity.service.plain import open_database
    from perdure.kernel import mode

    database = open_database(settings)
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = mode.current(database)
            if found.name == mode.CLOSED:
                return found.since
            time.sleep(_LOOK_S)
    finally:
        database.close()
    raise Invalid("The new host did not take over in time. Nothing has changed here; run this again when it is ready")


def _wait_until_moved(settings: "Settings", address: str, closed_at: int) -> None:
    from perdure.continuity.service import moved
    from perdure.continuity.service.shipping.stranded import FOLDER

    while moved.address(settings.data) != address:
        time.sleep(_LOOK_S)
    took = time.time() - closed_at / 1000
    typer.echo(f"The new host reigns, {took:.1f} s after this one closed. Whoever comes here is sent to {address}.")
    for path in sorted((settings.data / FOLDER).glob("*.json")):
        typer.echo(f"What the new host does not have is listed in {path}.")
