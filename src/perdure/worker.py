"""The background process: delivers the outbox and runs the recurring jobs."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable

from perdure import wiring
from perdure.continuity.service import alarming, lifeboat, measures
from perdure.kernel import log, process, schedule
from perdure.kernel.errors import Unavailable
from perdure.kernel.metrics import STARTED
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.posts import service as posts

_IDLE_S = 0.5
# Rounds begin at least so far apart: while much is written, each then takes more at once, and the writers of requests
# wait for fewer commits of this process.
_ROUND_S = 0.05
_JOB_TICK_S = 1.0
_LAST_S = 10.0
_HURRY_S = 0.05
_DOOR_S = 5.0
logger = log.logger("worker")


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what is in hand."""
    log.configure(level=settings.log_level, as_json=settings.log_json)
    STARTED.labels("worker").set_to_current_time()
    with process.explained(), wiring.runtime(settings) as rt:
        asyncio.run(serve(rt))


async def serve(rt: Runtime) -> None:
    """Deliver and run jobs until a signal asks to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    wake = asyncio.Event()
    rt.bus.subscribe("outbox", lambda _payload: wake.set())
    await rt.bus.start()
    try:
        more = [hurry(rt, stop)] if rt.settings.peer_test else []
        if rt.settings.letters_listen:
            more.append(_take_letters(rt, stop))
        await asyncio.gather(_deliver(rt, wake, stop), _run_jobs(rt, stop), *_watching(rt, stop), *more)
    finally:
        await rt.bus.stop()


async def _deliver(rt: Runtime, wake: asyncio.Event, stop: asyncio.Event) -> None:
    deliverer = Deliverer(rt, wiring.registry(), wake.set)
    while not stop.is_set():
        wake.clear()
        began = time.monotonic()
        try:
            done = await deliverer.deliver_due()
        except Unavailable as error:
            logger.warning("storage_unavailable", **error.data)
            await _until_any(stop, stop, 1)
            continue
        if done:
            await _until_any(stop, stop, max(0.0, began + _ROUND_S - time.monotonic()))
        else:
            await _until_any(wake, stop, _IDLE_S)
    await deliverer.settle(_LAST_S)


async def _run_jobs(rt: Runtime, stop: asyncio.Event) -> None:
    runner = schedule.Runner(rt, wiring.JOBS)
    while not stop.is_set():
        try:
            await runner.start_due()
        except Unavailable as error:
            logger.warning("storage_unavailable", **error.data)
        await _until_any(stop, stop, _JOB_TICK_S)
    await runner.finish(_LAST_S)


def _watching(rt: Runtime, stop: asyncio.Event) -> tuple[Awaitable[None], ...]:
    """No jobs: jobs are taken by writing, and wait for one another; these are for when nothing can be written, too."""
    return (
        _keep_doing(rt, stop, wiring.send_measures, measures.EVERY_S),
        _keep_doing(rt, stop, wiring.watch_copies, alarming.EVERY_S),
        _keep_doing(rt, stop, wiring.keep_lifeboat, lifeboat.EVERY_S),
    )


async def _keep_doing(
    rt: Runtime, stop: asyncio.Event, look: Callable[[Runtime], Awaitable[None]], every_s: float
) -> None:
    while not stop.is_set():
        try:
            await look(rt)
        except Exception as error:  # noqa: BLE001 - whoever watches goes on, whatever a file or a mail server does
            logger.warning("copies_not_watched", look=look.__name__, error=repr(error))
        await _until_any(stop, stop, every_s)


async def _take_letters(rt: Runtime, stop: asyncio.Event) -> None:
    """Keep the door for mail servers open; where the address is taken, try again until it is free."""
    door = wiring.listener(rt)
    while not stop.is_set():
        try:
            await door.start()
        except OSError as error:
            logger.warning("letters_not_listening", error=str(error))
            await _until_any(stop, stop, _DOOR_S)
            continue
        await stop.wait()
        await door.stop()


async def hurry(rt: Runtime, stop: asyncio.Event) -> None:
    """In test mode whatever is due happens within 100 ms: nobody waits for a timer while a suite runs."""
    while not stop.is_set():
        with contextlib.suppress(Unavailable):
            await posts.publish_due(rt)
            await posts.close_due_polls(rt)
        await _until_any(stop, stop, _HURRY_S)


async def _until_any(first: asyncio.Event, second: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in (first, second)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiting in waits:
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await waiting


def main() -> None:
    """Work with the settings that come in on standard input."""
    process.die_with_parent()
    run(process.read_settings())


if __name__ == "__main__":
    main()
