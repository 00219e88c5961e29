"""Test mode: a throw-away server on loopback with fixed data, and never a real site's data (api.md §6)."""

import ipaddress
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import typer

from perdure.cli import serve
from perdure.kernel import log, measuring
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.settings import Settings

if TYPE_CHECKING:
    from perdure.cli.seed import Seed

PORT: Final = 3000
TLS_PORT: Final = 3443
_FILES: Final = ("perdure.db", "perdure.db-wal", "perdure.db-shm", "perdure.db-writer.lock")
_FOLDERS: Final = ("media", "mail", "run")


class Options(msgspec.Struct, frozen=True):
    """What the command line says beside the settings."""

    seed_file: Path | None = None
    reset: bool = False
    tls: bool = False


def run(settings: Settings, options: Options) -> None:
    """Serve in test mode. Raises Invalid unless the address is loopback and the data is test mode's own or new."""
    log.configure(level=settings.log_level, as_json=settings.log_json)
    own = msgspec.structs.replace(settings, base_url="", mail_url="folder:mail", storage_url="folder:media")
    own = msgspec.structs.replace(
        own, storage_public_url="", trusted_proxies=(), outgoing_networks=(), outgoing_proxy=""
    )
    _refuse_elsewhere(own)
    own = serve.with_port(msgspec.structs.replace(own, base_url=serve.FIRST_URL))
    with measuring.shared_folder(own.data):
        second = _with_tls(own) if options.tls else None
        _fill(own, options)
        typer.secho("PEER TEST MODE: a throw-away server with known passwords, without protection", fg="red", err=True)
        log.logger("serve").error("peer_test_mode")
        serve.watch_over(own, second)


def _fill(settings: Settings, options: Options) -> None:
    from perdure.cli import seed

    _prepare(settings, seed.read(options.seed_file), options)


def refuse_test_data(settings: Settings) -> None:
    """Raise Invalid where test mode made the data: its passwords and tokens are known to everybody."""
    path = settings.sqlite_path
    if path is not None and path.exists() and _seed_of(settings) is not None:
        raise Invalid(f"{settings.data} was filled by --peer-test: its passwords are public. Choose another --data")


def _refuse_elsewhere(settings: Settings) -> None:
    if not _is_loopback(settings.host):
        raise Invalid(f"--peer-test listens on loopback only, not on {settings.host}")
    if settings.sqlite_path is None:
        raise Invalid("--peer-test uses SQLite in a new data directory: leave database_url out")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _prepare(settings: Settings, data: "Seed", options: Options) -> None:
    """Make sure that the data directory holds the seed's data, or what became of it since."""
    path = settings.data / _FILES[0]
    found = _seed_of(settings) if path.exists() else None
    if path.exists() and found is None:
        raise Invalid(f"--peer-test needs a new data directory: {settings.data} holds a site that it did not make")
    if found is not None and not options.reset:
        if found != data.digest:
            raise Invalid(f"{settings.data} was filled from another seed: add --reset to begin anew")
        return
    from perdure.cli import seed
    from perdure.migrations import runner

    _wipe(settings)
    runner.upgrade(settings)
    try:
        seed.load(settings, data)
    except AppError:
        _wipe(settings)
        raise


def _seed_of(settings: Settings) -> str | None:
    """The mark that test mode leaves; None for a real site, and for a file that is no database of ours."""
    from perdure import wiring
    from perdure.accounts import service as accounts

    try:
        with wiring.runtime(settings, local=True) as rt:
            return rt.db.read_now(accounts.test_seed_in)
    except (AppError, sqlite3.Error):
        return None


def _wipe(settings: Settings) -> None:
    for name in _FILES:
        (settings.data / name).unlink(missing_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(settings.data / name, ignore_errors=True)


def _with_tls(settings: Settings) -> Settings:
    """The settings of a second door with TLS: 3443, or a free port where the first door's was left open."""
    from perdure.cli import certificate

    folder = settings.data / "tls"
    certificate.make(folder)
    port = TLS_PORT if settings.port == PORT else 0
    door = msgspec.structs.replace(settings, port=port, base_url="https://localhost", peer_test_tls=str(folder))
    door = serve.with_port(door)
    return msgspec.structs.replace(door, base_url=f"https://localhost:{door.port}", workers=1)
