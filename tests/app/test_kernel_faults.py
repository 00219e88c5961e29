"""What the kernel promises when something breaks: clear answers, nothing lost, nothing stuck."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perdure import wiring
from perdure.accounts.events import MailAsked
from perdure.kernel import schedule
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx, sql
from perdure.kernel.db import sqlite as sqlite_module
from perdure.kernel.errors import Invalid, Unavailable
from perdure.kernel.ids import ms_of
from perdure.kernel.outbox import Deliverer, Registry, Subscriber
from perdure.kernel.runtime import Runtime
from perdure.kernel.schedule import Job
from perdure.kernel.settings import Settings
from tests.app.people import person
from tests.app.test_outbox import Happened
from tests.site import NOW, Site, on_loop

PUT = sql("INSERT INTO job_run (name, next_at) VALUES (:name, 1)")
NAMES = sql("SELECT name FROM job_run ORDER BY name")


def put(tx: Tx, name: str) -> None:
    tx.run(PUT, name=name)


def names(site: Site) -> list[str]:
    return site.read(lambda tx: tx.column(NAMES))


async def at_once(rt: Runtime, *bodies: Any) -> list[Any]:
    return await asyncio.gather(*(rt.db.write("test", body) for body in bodies), return_exceptions=True)


def test_a_statement_that_the_engine_refuses_harms_no_neighbour_and_is_no_outage(site: Site) -> None:
    """On SQLite all of these are one batch, and the refusal has the class of an outage."""
    answers = site.run(
        at_once,
        site.rt,
        lambda tx: put(tx, "first"),
        lambda tx: tx.run(sql("UPDATE no_such_table SET x = 1")),
        lambda tx: put(tx, "second"),
    )
    assert answers[0] is None
    assert answers[2] is None
    assert isinstance(answers[1], sqlite3.OperationalError | psycopg.Error)
    assert names(site) == ["first", "second"]


def test_a_body_that_emits_and_then_fails_emits_nothing(site: Site) -> None:
    registry = Registry([Subscriber("test.listener", Happened, handle_in=lambda tx, event: None)])

    def emit_and_fail(tx: Tx) -> None:
        put(tx, "lost")
        registry.publish(tx, Happened(name="a"))
        raise Invalid("no")

    answers = site.run(at_once, site.rt, lambda tx: put(tx, "kept"), emit_and_fail)
    assert isinstance(answers[1], Invalid)
    assert names(site) == ["kept"]
    assert site.read(lambda tx: tx.scalar(sql("SELECT count(*) FROM outbox_event"))) == 0


def test_a_body_that_goes_on_after_a_failed_statement_is_never_taken_for_stored(site: Site) -> None:
    def swallow(tx: Tx) -> None:
        put(tx, "same")
        try:
            put(tx, "same")
        except (sqlite3.IntegrityError, psycopg.IntegrityError):
            return

    if site.rt.db.engine == "sqlite":
        site.write(swallow)  # here only the statement is undone
        assert names(site) == ["same"]
        return
    with pytest.raises(RuntimeError, match="nothing of it was stored"):
        site.write(swallow)
    assert names(site) == []


def test_whatever_a_body_raises_the_next_one_is_served(site: Site) -> None:
    def hurt(_tx: Tx) -> None:
        raise SystemError("inside")

    for _ in range(3):
        with pytest.raises(SystemError):
            site.write(hurt)
    site.write(put, "after")
    assert names(site) == ["after"]


def test_a_wake_up_that_fails_does_not_stop_the_writer(settings: Settings, clock: ManualClock) -> None:
    with wiring.runtime(settings, clock=clock, local=True) as rt:

        def broken(_payload: bytes) -> None:
            raise OSError("no room for a message")

        rt.bus.subscribe("outbox", broken)
        if rt.db.engine == "sqlite":
            for text in ("a", "b"):
                rt.db.write_now("test", _emit, text)
            assert rt.db.read_now(lambda tx: tx.scalar(sql("SELECT count(*) FROM outbox_event"))) == 2


def _emit(tx: Tx, text: str) -> None:
    tx.emit(MailAsked(1, "confirm", f"{text}@x.test"))


def test_after_close_a_write_is_refused_and_does_not_wait(settings: Settings, clock: ManualClock) -> None:
    with wiring.runtime(settings, clock=clock, local=True) as rt:
        rt.db.write_now("test", put, "before")

    async def late() -> None:
        await rt.db.write("test", put, "late")

    with pytest.raises(Unavailable):
        on_loop(asyncio.wait_for(late(), 5))


def test_a_failed_commit_fails_every_body_of_the_batch_and_the_next_batch_is_whole(
    sqlite_template: Path, tmp_path: Path, clock: ManualClock
) -> None:
    """The disk is full in the middle of a batch: SQLite's own limit on pages stands in for it."""
    (tmp_path / "perdure.db").write_bytes(sqlite_template.read_bytes())
    with wiring.runtime(Settings(data=tmp_path), clock=clock, local=True) as rt:
        rt.db.write_now("test", put, "before")
        writer = rt.db._inner._writer  # type: ignore[attr-defined]
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count={pages + 5}")
        bodies = [lambda tx, n=n: put(tx, f"{n}" + "x" * 3000) for n in range(20)]
        answers = on_loop(at_once(rt, *bodies))
        kept = rt.db.read_now(lambda tx: tx.column(NAMES))
        refused = [answer for answer in answers if answer is not None]
        assert refused
        assert all(isinstance(answer, Unavailable) for answer in refused)
        assert len(kept) == 1 + len(answers) - len(refused), "acknowledged and stored differ"
        rt.db.write_now("test", put, "room again")
        assert "room again" in rt.db.read_now(lambda tx: tx.column(NAMES))


def test_a_database_that_another_program_locks_for_long_gives_503_and_recovers(
    sqlite_template: Path, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "_WRITE_BUSY_MS", 300)
    (tmp_path / "perdure.db").write_bytes(sqlite_template.read_bytes())
    with wiring.runtime(Settings(data=tmp_path), clock=clock, local=True) as rt:
        other = sqlite3.connect(tmp_path / "perdure.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(Unavailable):
            rt.db.write_now("test", put, "refused")
        assert time.monotonic() - started < 5
        assert rt.db.read_now(lambda tx: tx.column(NAMES)) == []
        other.close()
        rt.db.write_now("test", put, "kept")
        assert rt.db.read_now(lambda tx: tx.column(NAMES)) == ["kept"]


def test_who_waits_too_long_for_the_writer_is_told_so_and_the_body_never_runs(
    sqlite_template: Path, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "_PATIENCE_S", 0.2)
    (tmp_path / "perdure.db").write_bytes(sqlite_template.read_bytes())
    with wiring.runtime(Settings(data=tmp_path), clock=clock, local=True) as rt:
        go_on, inside = threading.Event(), threading.Event()

        def slow(tx: Tx) -> None:
            inside.set()
            go_on.wait(10)
            put(tx, "slow")

        async def both() -> list[Any]:
            first = asyncio.ensure_future(rt.db.write("test", slow))
            await asyncio.to_thread(inside.wait, 5)
            second = await asyncio.gather(rt.db.write("test", put, "late"), return_exceptions=True)
            go_on.set()
            return [await first, *second]

        answers = on_loop(both())
        assert answers[0] is None
        assert isinstance(answers[1], Unavailable)
        rt.db.write_now("test", put, "after")
        assert rt.db.read_now(lambda tx: tx.column(NAMES)) == ["after", "slow"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_more_callers_than_connections_are_all_served_or_told_to_come_back(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perdure.kernel.db.postgres._PATIENCE_S", 0.5)

    def slow(tx: Tx) -> None:
        tx.scalar(sql("SELECT pg_sleep(1)"))

    async def crowd() -> list[Any]:
        calls = (site.rt.db.read(slow) for _ in range(20))
        return await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 15)

    answers = site.run(crowd)
    assert {type(answer) for answer in answers} == {type(None), Unavailable}
    site.write(put, "after")


def test_ids_stay_unique_and_grow_when_the_clock_goes_back_over_a_restart(
    settings: Settings, clock: ManualClock
) -> None:
    made: list[int] = []
    for jump_ms in (0, -86_400_000, 5_000, -3_600_000):
        clock.advance(ms=jump_ms)
        with wiring.runtime(settings, clock=clock, local=True) as rt:
            made += [rt.ids.next() for _ in range(3000)]
    assert made == sorted(set(made))
    assert abs(ms_of(made[-1]) - NOW) < 60_000


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_process_that_lost_its_lane_with_the_database_never_repeats_an_id_of_the_next_holder(
    settings: Settings, clock: ManualClock
) -> None:
    with wiring.runtime(settings, clock=clock, local=True) as first:
        made = [first.ids.next()]
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        with wiring.runtime(settings, clock=clock, local=True) as second:
            for _ in range(200):
                made += [first.ids.next(), second.ids.next()]
                clock.advance(ms=20)
    assert len(set(made)) == len(made)


def test_an_outside_effect_that_hangs_holds_up_no_other_subscriber(site: Site) -> None:
    told: list[str] = []

    async def hang(_rt: Runtime, _event: Happened) -> None:
        await asyncio.sleep(3600)

    registry = Registry(
        [
            Subscriber("a.hanging", Happened, handle=hang),
            Subscriber("b.effect", Happened, handle=_telling(told)),
            Subscriber("c.inside", Happened, handle_in=lambda tx, event: put(tx, event.name)),
        ]
    )
    site.write(lambda tx: registry.publish(tx, Happened(name="x")))

    async def rounds() -> None:
        deliverer = Deliverer(site.rt, registry)
        for _ in range(3):
            await asyncio.wait_for(deliverer.deliver_due(), 5)
            await asyncio.sleep(0.05)
        for task in [one for tasks in deliverer._running.values() for one in tasks]:
            task.cancel()

    site.run(rounds)
    assert told == ["x"]
    assert names(site) == ["x"]


def _telling(told: list[str]) -> Any:
    async def tell(_rt: Runtime, event: Happened) -> None:
        told.append(event.name)

    return tell


def test_a_subscriber_with_a_defect_holds_up_no_other(site: Site) -> None:
    registry = Registry(
        [
            Subscriber("a.defect", Happened, handle_in=lambda tx, event: tx.rollback_to("delivery")),
            Subscriber("b.inside", Happened, handle_in=lambda tx, event: put(tx, event.name)),
        ]
    )
    site.write(lambda tx: registry.publish(tx, Happened(name="x")))
    site.run(Deliverer(site.rt, registry).deliver_due)
    assert names(site) == ["x"]


def test_an_event_that_cannot_be_read_holds_up_no_other(site: Site) -> None:
    registry = Registry([Subscriber("inside", Happened, handle_in=lambda tx, event: put(tx, event.name))])
    for name in ("first", "poison", "second"):
        site.write(lambda tx, name=name: registry.publish(tx, Happened(name=name)))
    site.write(lambda tx: tx.run(sql("UPDATE outbox_event SET payload = '{' WHERE payload LIKE '%poison%'")))
    site.run(Deliverer(site.rt, registry).deliver_all)
    assert names(site) == ["first", "second"]
    assert site.read(lambda tx: tx.scalar(sql("SELECT attempts FROM outbox_delivery"))) == 1


def test_two_workers_deliver_each_event_once(site: Site) -> None:
    registry = Registry([Subscriber("inside", Happened, handle_in=lambda tx, event: put(tx, event.name))])
    for number in range(100):
        site.write(lambda tx, number=number: registry.publish(tx, Happened(name=f"{number:03}")))

    async def race() -> None:
        await asyncio.gather(*(Deliverer(site.rt, registry).deliver_all() for _ in range(4)))

    site.run(race)
    assert names(site) == [f"{number:03}" for number in range(100)]
    assert site.read(lambda tx: tx.scalar(sql("SELECT count(*) FROM outbox_delivery"))) == 0


def test_what_was_due_before_the_clock_was_set_back_is_delivered_all_the_same(site: Site) -> None:
    alice = person(site, "alice")
    site.work()
    site.run_jobs()
    site.post("/api/v1/statuses", alice.token, json={"status": "x"})
    site.clock.advance(days=-2)
    assert site.work() == 0
    site.run_jobs()
    assert site.work() > 0


def test_a_job_that_takes_long_holds_up_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_PATIENCE_S", 0.05)
    ran: list[str] = []

    async def slow(_rt: Runtime) -> None:
        await asyncio.sleep(0.5)
        ran.append("slow")

    async def quick(_rt: Runtime) -> None:
        ran.append("quick")

    async def rounds() -> None:
        runner = schedule.Runner(site.rt, [Job("slow", 1, slow), Job("quick", 1, quick)])
        assert await runner.start_due() == 2
        assert ran == ["quick"]
        assert await runner.start_due() == 0
        await runner.finish()

    site.run(rounds)
    assert ran == ["quick", "slow"]


def test_a_scheduled_post_outlives_an_outage_at_its_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = person(site, "alice")
    later = {"status": "later", "scheduled_at": "2026-09-22T12:00:00Z"}
    site.post("/api/v1/statuses", alice.token, json=later)
    site.clock.advance(days=30)

    def refused(*_args: Any) -> None:
        raise Unavailable(reason="the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("perdure.posts.service.scheduling._publish_one_in", refused)
        site.run_jobs()
    site.clock.advance(seconds=10)
    site.run_jobs()
    statuses = site.get(f"/api/v1/accounts/{alice.id}/statuses").json()
    assert [one["content"] for one in statuses] == ["<p>later</p>"]
