"""Test mode's refusals: a throw-away server on loopback, and never a real site's data."""

import ipaddress

from perdure.cli import serve
from perdure.kernel import log
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings


def run(settings: Settings) -> None:
    """Serve in test mode. Raises Invalid unless the address is loopback and the data is test mode's own or new."""
    _refuse_unless_throw_away(settings)
    settings.data.mkdir(parents=True, exist_ok=True)
    (settings.data / "peer-test").touch()
    log.logger("serve").error("PEER TEST MODE: a throw-away server without protection")
    serve.run(settings)


def _refuse_unless_throw_away(settings: Settings) -> None:
    if not _is_loopback(settings.host):
        raise Invalid(f"--peer-test listens on loopback only, not on {settings.host}")
    path = settings.sqlite_path
    if path is None:
        raise Invalid("--peer-test uses SQLite in a new data directory: leave database_url out")
    if path.exists() and not (settings.data / "peer-test").exists():
        raise Invalid(f"--peer-test needs a new data directory: {settings.data} holds a site that it did not make")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
