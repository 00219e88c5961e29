"""Twenty times SIGKILL in the middle of everything: what was acknowledged stays, and happens once."""

import logging
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from perdure.kernel.settings import Settings
from tests.fault import crowd, ledger
from tests.fault.processes import Postgres, Server, postgres, until

LOG = logging.getLogger("crash")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
# On a machine with other work twenty starts may take very long: then at least five. CRASH_KILLS=20 (make crash, CI)
# wants exactly so many, whatever it takes.
KILLS = int(os.environ.get("CRASH_KILLS", "20"))
ENOUGH = int(os.environ.get("CRASH_KILLS", "5"))
BUDGET_S = 20.0


@pytest.fixture
def database() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


def hurt(server: Server, found: crowd.Crowd, pick: random.Random, number: int) -> None:
    """One start and one kill of the whole tree: during start-up, under load, or just after the worker died alone."""
    server.start()
    if number % 4 == 3:
        time.sleep(pick.uniform(0.0, 2.0))
        server.kill_tree()
        return
    server.wait_ready()
    before = len(found.acknowledged)
    until(lambda: len(found.acknowledged) > before)
    if number % 2:
        time.sleep(pick.uniform(0.0, 0.5))
        os.kill(server.child("perdure-worker"), signal.SIGKILL)
    time.sleep(pick.uniform(0.1, 1.0))
    server.kill_tree()


def calm_down(server: Server, settings: Settings, world: crowd.World, found: crowd.Crowd, kills: int) -> None:
    """Let the site finish, end it in the ordinary way, and check the books."""
    ledger.wait_until_delivered(settings)
    assert server.stop() == 0
    stored = ledger.check(settings, world, found.acknowledged)
    assert "Traceback" not in server.logged(), server.logged()[-6000:]
    LOG.info("%d kills, %d acknowledged, %d stored, answers %s", kills, len(found.acknowledged), stored, found.answers)
    assert len(found.acknowledged) > kills
    server.log.unlink()


def kill_the_tree(settings: Settings, **environ: str) -> None:
    world = crowd.settle(settings)
    server = Server(settings.data, workers=2, **environ)
    pick = random.Random(7)
    try:
        with crowd.posting(server, world) as found:
            started, kills = time.monotonic(), 0
            while kills < ENOUGH or (kills < KILLS and time.monotonic() - started < BUDGET_S):
                hurt(server, found, pick, kills)
                kills += 1
            server.start()
            server.wait_ready()
        calm_down(server, settings, world, found, kills)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill_tree()


def test_kills_of_the_whole_tree_lose_nothing_and_repeat_nothing_on_sqlite(tmp_path: Path) -> None:
    kill_the_tree(Settings(data=tmp_path / "data"))


def test_kills_of_the_whole_tree_lose_nothing_and_repeat_nothing_on_postgresql(
    tmp_path: Path, database: Postgres
) -> None:
    kill_the_tree(Settings(data=tmp_path / "data", database_url=database.url), PERDURE_DATABASE_URL=database.url)


def test_killing_the_database_server_loses_nothing_and_the_site_recovers_by_itself(
    tmp_path: Path, database: Postgres
) -> None:
    settings = Settings(data=tmp_path / "data", database_url=database.url)
    world = crowd.settle(settings)
    server = Server(settings.data, PERDURE_DATABASE_URL=database.url)
    try:
        server.start()
        server.wait_ready()
        with crowd.posting(server, world) as found:
            for number in range(5):
                time.sleep(0.7)
                database.kill() if number % 2 == 0 else database.stop()
                time.sleep(0.5)
                before = len(found.acknowledged)
                database.start()
                until(lambda before=before: len(found.acknowledged) > before + 5, 30)
        assert found.answers.get(503, 0) > 0
        calm_down(server, settings, world, found, 5)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill_tree()
