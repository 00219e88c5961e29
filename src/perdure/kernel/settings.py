"""Settings: one typed struct from ``perdure.toml``, ``PERDURE_*`` variables and secret files, read once at start.

An unknown key stops the start and names the nearest valid one. Policy (deadlines, thresholds, who may sign up) is
data in the database and is changed on pages; only what a process needs before it has a database is a setting.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from perdure.kernel.errors import Invalid

PREFIX: Final = "PERDURE_"
# Variables that steer the command line itself and are no settings.
_NOT_SETTINGS: Final = frozenset({"DATA", "COMPLETE"})
_LISTS: Final = frozenset(
    {
        "trusted_proxies",
        "outgoing_ports",
        "outgoing_networks",
        "metrics_from",
        "anchors",
        "letters_to",
        "other_hosts",
        "short_link_hosts",
    }
)
# Test mode is switched on by hand, each time.
_TEST_MODE: Final = frozenset({"peer_test", "peer_test_tls"})

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Positive = Annotated[int, msgspec.Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a process must know before it opens the database. Relative paths are below the data directory."""

    data: Path
    """The data directory: database, media, mail folder, secrets."""
    database_url: str = ""
    """Empty for SQLite in the data directory, or ``postgresql://user:password@host/name``."""
    base_url: str = "http://localhost:8000"
    """Scheme and host under which people reach the site, without a slash at the end."""
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: Annotated[int, msgspec.Meta(ge=0, le=32)] = 0
    """Web worker processes; 0 means one for each core."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose ``X-Forwarded-For`` is believed."""
    metrics_from: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks that may read ``/metrics``."""
    log_level: str = "info"
    log_json: bool = False
    mail_url: str = "folder:mail"
    """``folder:DIR`` (development: one file a mail) or ``smtp://user:password@host:port?starttls=1``, ``smtps://…``."""
    mail_from: str = "Perdure <noreply@localhost>"
    letters_listen: str = ""
    """Where the mail server hands over mails to the notice desk: ``lmtp://127.0.0.1:2424`` or ``smtp://…``, an address
    of this machine or of a private network. Empty: nowhere."""
    letters_to: tuple[str, ...] = ()
    """Addresses that the listener takes mail for, as ``abuse@example.org``; empty: any, the mail server decides."""
    letters_imap: str = ""
    """A mailbox whose mails are letters: ``imaps://user:password@host/INBOX?done=Taken``; ``imap://…``: STARTTLS."""
    storage_url: str = "folder:media"
    """``folder:DIR`` or ``s3://bucket/prefix?endpoint=…&region=…&access_key_id=…&secret_access_key=…``."""
    storage_public_url: str = ""
    """Where people fetch media from, if not from this site."""
    max_import_bytes: Positive = 20 * 1024**3
    """How large an archive that a member brings in may be, packed and unpacked."""
    exports_folder: str = "exports"
    """Where members' archives lie until they are fetched; with several nodes, a folder that all of them share."""
    software_name: str = "perdure"
    """What nodeinfo says; some clients switch features on by this name."""
    classifier: Literal["shipped", "none"] = "shipped"
    """``shipped`` scores texts with the model in the package, or what the operator taught; ``none`` scores nothing."""
    keep_deleted_posts_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30
    """How long a deleted post is kept, out of everybody's sight, before it is erased."""
    keep_home_entries: Annotated[int, msgspec.Meta(ge=100)] = 800
    """How many posts a home timeline holds; older ones are found on profiles."""
    keep_notifications_days: Positive = 180
    max_post_characters: Positive = 1000
    max_image_bytes: Positive = 16 * 1024 * 1024
    max_video_bytes: Positive = 99 * 1024 * 1024
    max_image_pixels: Positive = 33_177_600
    max_request_bytes: Positive = 110 * 1024 * 1024
    anchors: tuple[str, ...] = ()
    """Places in other hands that keep the ledger's signed roots, best two or more of different kinds:
    ``folder:/mnt/elsewhere``, ``s3://bucket/prefix?endpoint=…``, ``mailto:archive@example.org``,
    ``rfc3161+https://tsa.example.org/``."""
    statement_database: str = ""
    """Base address of the DSA Transparency Database's API, as ``https://transparency.dsa.ec.europa.eu``.
    Empty: statements wait, and can be exported."""
    statement_token: str = ""
    """The platform's token there; best in a file: ``PERDURE_STATEMENT_TOKEN_FILE``."""
    other_hosts: tuple[str, ...] = ()
    """Other hosts under which this site is or was reached: a letter that names a post there means one of ours."""
    short_link_hosts: tuple[str, ...] = ()
    """Hosts that only lead on, beside those that the program knows: short links in letters are followed."""
    outgoing_ports: tuple[Port, ...] = (80, 443)
    """Ports of other sites that link previews, profile checks and pushes may reach; empty: any."""
    outgoing_networks: tuple[str, ...] = ()
    """Private networks that outgoing requests may reach all the same, as ``10.1.2.0/24``. Otherwise none."""
    outgoing_proxy: str = ""
    """``http://host:port`` of a forward proxy that tunnels (CONNECT). Names are still looked up and checked here."""
    database_connections: Positive = 8
    """PostgreSQL connections of each process."""
    peer_test: bool = False
    """Set by ``perdure serve --peer-test`` alone; refused in files and variables."""
    peer_test_tls: str = ""
    """The folder of the certificate for ``--peer-test --tls``; refused like ``peer_test``."""

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        return None if self.database_url else self.data / "perdure.db"

    @property
    def domain(self) -> str:
        """``host[:port]`` of the base URL."""
        return self.base_url.split("://", 1)[1]


def load(data: Path, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings of a data directory; later sources win: file, variables, ``overrides`` (command line).

    ``PERDURE_NAME_FILE`` names a file that holds the value (for secrets). Raises :class:`Invalid` with one sentence
    that names the source, the key and the nearest valid key.
    """
    merged = _from_file(data / "perdure.toml")
    merged |= _from_environment(os.environ if environ is None else environ)
    if given := _TEST_MODE & merged.keys():
        message = f"{min(given)} cannot be set in a file or variable: use perdure serve --peer-test"
        raise Invalid(message)
    merged |= {name: value for name, value in overrides.items() if value is not None}
    merged["data"] = str(data)
    try:
        settings = msgspec.convert(merged, Settings, strict=False, dec_hook=decode_path)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        message = f"Settings: {place.rstrip('`') or 'value'}: {text}"
        raise Invalid(message) from error
    return _checked(settings)


def decode_path(_kind: type, value: Any) -> Path:
    """Turn text into the path type that the settings use."""
    return Path(str(value))


def _checked(settings: Settings) -> Settings:
    url = settings.base_url.rstrip("/")
    if not url.startswith(("http://", "https://")) or "/" in url.split("://", 1)[1]:
        message = f"Settings: base_url must look like https://example.org, not {settings.base_url!r}"
        raise Invalid(message)
    if settings.database_url and not settings.database_url.startswith(("postgresql://", "postgres://")):
        message = "Settings: database_url must start with postgresql:// (leave it out for SQLite)"
        raise Invalid(message)
    for name in ("database_url", "letters_listen", "letters_imap"):
        _check_url(name, getattr(settings, name))
    if settings.statement_database and not settings.statement_token:
        raise Invalid("Settings: statement_database needs statement_token, the platform's token there")
    return msgspec.structs.replace(settings, base_url=url)


def _check_url(name: str, url: str) -> None:
    """Raise Invalid for an address that no program can read. Its text may hold a password, so it is not repeated."""
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise Invalid(f"Settings: {name} is not an address: the port or the host is malformed") from error


def _from_file(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Invalid(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file}: {error}"
        raise Invalid(message) from error
    for name in values:
        _known(name, str(file))
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable[len(PREFIX) :] in _NOT_SETTINGS:
            continue
        name = variable[len(PREFIX) :].lower()
        if name.endswith("_file") and name not in Settings.__struct_fields__:
            name, value = name[: -len("_file")], _from_secret(variable, Path(value))  # noqa: PLW2901
        _known(name, variable)
        values[name] = tuple(value.split(",")) if name in _LISTS else value
    return values


def _from_secret(variable: str, file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{variable}: {file} cannot be read: {getattr(error, 'strerror', error)}") from error


def _known(name: str, source: str) -> None:
    if name in Settings.__struct_fields__:
        return
    near = difflib.get_close_matches(name, Settings.__struct_fields__, n=1, cutoff=0.0)
    message = f"{source}: unknown setting {name!r}. Did you mean {near[0]!r}?"
    raise Invalid(message)
