import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from perdure.kernel.db import Tx, sql
from perdure.kernel.errors import Invalid
from perdure.kernel.events import Event
from perdure.kernel.outbox import Deliverer, Registry, Subscriber
from perdure.kernel.outbox import queries as outbox
from perdure.kernel.outbox.deliver import LEASE_MS, MAX_ATTEMPTS
from perdure.kernel.runtime import Runtime
from tests.site import Site

PUT = sql("INSERT INTO job_run (name, next_at) VALUES (:name, 1)")
NAMES = sql("SELECT name FROM job_run ORDER BY name")
WAITING = sql("SELECT count(*) FROM outbox_delivery")
EVENTS = sql("SELECT count(*) FROM outbox_event")


class Happened(Event):
    kind: ClassVar[str] = "test.happened"
    name: str


class World:
    """A registry of one subscriber, and what it was told."""

    def __init__(self, site: Site, *, effect: bool = False, inline: bool = False) -> None:
        self.site = site
        self.seen: list[str] = []
        self.failures = 0
        name = "test.listener"
        subscriber = (
            Subscriber(name, Happened, handle=self.outside)
            if effect
            else Subscriber(name, Happened, handle_in=self.inside, inline=inline)
        )
        self.registry = Registry([subscriber])
        self.deliverer = Deliverer(site.rt, self.registry)

    def inside(self, tx: Tx, event: Happened) -> None:
        tx.run(PUT, name=event.name)
        if self.failures:
            self.failures -= 1
            raise Invalid("not yet")

    async def outside(self, rt: Runtime, event: Happened) -> None:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise Invalid("not yet")
        self.seen.append(event.name)

    def emit(self, name: str) -> None:
        self.site.write(lambda tx: self.registry.publish(tx, Happened(name=name)))

    def deliver(self) -> int:
        return self.site.run(self.deliverer.deliver_all)

    def names(self) -> list[str]:
        return self.site.read(lambda tx: tx.column(NAMES))

    def waiting(self) -> int:
        return self.site.read(lambda tx: tx.scalar(WAITING))


def test_an_event_is_delivered_once_and_leaves_nothing_behind(site: Site) -> None:
    world = World(site)
    world.emit("a")
    assert world.deliver() == 1
    assert world.deliver() == 0
    assert world.names() == ["a"]
    assert site.read(lambda tx: tx.scalar(EVENTS)) == 0


def test_an_event_of_a_transaction_that_rolls_back_never_happened(site: Site) -> None:
    world = World(site)

    def emit_and_fail(tx: Tx) -> None:
        world.registry.publish(tx, Happened(name="a"))
        raise Invalid("no")

    with pytest.raises(Invalid):
        site.write(emit_and_fail)
    assert world.deliver() == 0


def test_an_inline_subscriber_acts_in_the_emitting_transaction(site: Site) -> None:
    world = World(site, inline=True)
    world.emit("a")
    assert world.names() == ["a"]
    assert world.waiting() == 0


def test_a_failed_delivery_undoes_its_effects_and_comes_back_later(site: Site) -> None:
    world = World(site)
    world.failures = 1
    world.emit("a")
    world.deliver()
    assert world.names() == []
    site.clock.advance(seconds=2)
    world.deliver()
    assert world.names() == ["a"]


def test_after_twelve_failures_a_person_must_replay_it(site: Site) -> None:
    world = World(site)
    world.failures = MAX_ATTEMPTS
    world.emit("a")
    for _ in range(MAX_ATTEMPTS + 3):
        world.deliver()
        site.clock.advance(seconds=3601)
    assert world.names() == []
    (dead,) = site.read(outbox.failed)
    assert dead.dead_at is not None
    assert "not yet" in dead.error
    assert site.write(outbox.replay_dead) == 1
    world.deliver()
    assert world.names() == ["a"]


def test_an_outside_effect_is_repeated_until_it_succeeds(site: Site) -> None:
    world = World(site, effect=True)
    world.failures = 2
    world.emit("a")
    for _ in range(4):
        world.deliver()
        site.clock.advance(seconds=10)
    assert world.seen == ["a"]
    assert world.waiting() == 0


def test_work_leased_by_a_process_that_died_comes_due_again(site: Site) -> None:
    world = World(site, effect=True)
    world.emit("a")

    def lease(tx: Tx) -> None:
        (row,) = outbox.take_due(tx, "test.listener", 10)
        outbox.postpone(tx, "test.listener", [row.event_id], tx.now + LEASE_MS)

    site.write(lease)
    assert world.deliver() == 0
    site.clock.advance(ms=LEASE_MS)
    assert world.deliver() == 1
    assert world.seen == ["a"]


def test_what_does_not_answer_holds_up_nothing_else(site: Site) -> None:
    answered = asyncio.Event()
    told: list[str] = []

    async def slow(rt: Runtime, event: Happened) -> None:
        await answered.wait()
        told.append(event.name)

    registry = Registry(
        [
            Subscriber("test.a_slow", Happened, handle=slow),
            Subscriber("test.quick", Happened, handle_in=lambda tx, event: tx.run(PUT, name=event.name)),
        ]
    )
    finished: list[bool] = []
    deliverer = Deliverer(site.rt, registry, lambda: finished.append(True))

    async def rounds() -> tuple[int, list[str]]:
        begun = await deliverer.deliver_due()
        await site.rt.db.write("test", registry.publish, Happened(name="b"))
        await deliverer.deliver_due()
        quick = await site.rt.db.read(lambda tx: tx.column(NAMES))
        answered.set()
        await deliverer.deliver_all()
        return begun, quick

    site.write(lambda tx: registry.publish(tx, Happened(name="a")))
    assert site.run(rounds) == (2, ["a", "b"])
    assert told == ["a", "b"]  # one lane: in order
    assert finished == [True, True]
    assert site.read(lambda tx: tx.scalar(WAITING)) == 0


def test_more_lanes_let_one_batch_overtake_another(site: Site) -> None:
    answered = asyncio.Event()
    told: list[str] = []

    async def listen(rt: Runtime, event: Happened) -> None:
        if event.name == "a":
            await answered.wait()
        told.append(event.name)

    registry = Registry([Subscriber("test.lanes", Happened, handle=listen, lanes=2)])
    deliverer = Deliverer(site.rt, registry)

    async def rounds() -> None:
        for name in "ab":
            await site.rt.db.write("test", registry.publish, Happened(name=name))
            await deliverer.deliver_due()
        await asyncio.sleep(0.02)
        answered.set()
        await deliverer.settle()

    site.run(rounds)
    assert told == ["b", "a"]


def test_an_event_whose_last_two_subscribers_finish_at_once_is_gone(site: Site) -> None:
    def handle(tx: Tx, event: Happened) -> None:
        tx.run(PUT, name=event.name)

    names = ("test.one", "test.two")
    registry = Registry([Subscriber(name, Happened, handle_in=handle) for name in names])
    site.write(lambda tx: registry.publish(tx, Happened(name="x")))
    [event_id] = site.read(lambda tx: tx.column(sql("SELECT id FROM outbox_event")))
    first_is_done, second_has_begun = threading.Event(), threading.Event()

    def first(tx: Tx) -> None:
        outbox.finish(tx, names[0], [event_id])
        first_is_done.set()
        second_has_begun.wait(0.3)  # on SQLite it cannot begin before this one ends

    def second(tx: Tx) -> None:
        second_has_begun.set()
        outbox.finish(tx, names[1], [event_id])

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(site.rt.db.write_now, "test", first)
        first_is_done.wait(5)
        two = pool.submit(site.rt.db.write_now, "test", second)
        one.result(10)
        two.result(10)
    assert (site.read(lambda tx: tx.scalar(WAITING)), site.read(lambda tx: tx.scalar(EVENTS))) == (0, 0)


class Batches(World):
    """A subscriber that prepares a batch in front of the transaction that stores it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.batches: list[list[str]] = []
        self.refused = ""
        subscriber = Subscriber("test.batch", Happened, prepare=self.prepare, store_in=self.store)
        self.registry = Registry([subscriber])
        self.deliverer = Deliverer(site.rt, self.registry)

    async def prepare(self, _rt: Runtime, events: Sequence[Happened]) -> list[str]:
        self.batches.append([one.name for one in events])
        return self.batches[-1]

    def store(self, tx: Tx, prepared: list[str]) -> None:
        for name in prepared:
            tx.run(PUT, name=name)
        if self.refused in prepared:
            raise Invalid("not this one")


def test_a_batch_is_prepared_at_once_and_stored_with_its_receipts(site: Site) -> None:
    world = Batches(site)
    for name in "abc":
        world.emit(name)
    world.deliver()
    assert world.batches == [["a", "b", "c"]]
    assert world.names() == ["a", "b", "c"]
    assert (world.waiting(), site.read(lambda tx: tx.scalar(EVENTS))) == (0, 0)


def test_one_bad_event_of_a_batch_leaves_nothing_behind_and_stops_no_other(site: Site) -> None:
    world = Batches(site)
    world.refused = "b"
    for name in "abc":
        world.emit(name)
    world.deliver()
    assert world.names() == ["a", "c"]
    (failed,) = site.read(outbox.failed)
    assert (failed.attempts, "not this one" in failed.error) == (1, True)
    world.refused = ""
    site.clock.advance(seconds=2)
    world.deliver()
    assert world.names() == ["a", "b", "c"]


def test_what_another_process_finished_meanwhile_is_not_stored_twice(site: Site) -> None:
    world = Batches(site)

    def finished_elsewhere(tx: Tx) -> None:
        (row,) = [row for row in outbox.take_due(tx, "test.batch", 10) if "a" in row.payload]
        tx.run(PUT, name="a")
        outbox.finish(tx, "test.batch", [row.event_id])

    prepare = world.prepare

    async def slowly(rt: Runtime, events: Sequence[Happened]) -> list[str]:
        found = await prepare(rt, events)
        if len(world.batches) == 1:
            site.clock.advance(ms=LEASE_MS)
            await rt.db.write("test", finished_elsewhere)
        return found

    world.registry = Registry([Subscriber("test.batch", Happened, prepare=slowly, store_in=world.store)])
    world.deliverer = Deliverer(site.rt, world.registry)
    for name in "ab":
        world.emit(name)
    world.deliver()
    assert world.names() == ["a", "b"]
    assert world.waiting() == 0


def test_a_subscriber_listens_in_one_way_only() -> None:
    def handle(tx: Tx, event: Happened) -> None:
        raise NotImplementedError

    async def prepare(rt: Runtime, events: Sequence[Happened]) -> None:
        raise NotImplementedError

    for given in ({}, {"prepare": prepare}, {"prepare": prepare, "store_in": handle, "handle_in": handle}):
        with pytest.raises(ValueError, match="needs one of"):
            Registry([Subscriber("test.odd", Happened, **given)])
