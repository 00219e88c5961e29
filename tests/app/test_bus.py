import asyncio
from pathlib import Path

from perdure.adapters.bus_postgres import PostgresBus
from perdure.adapters.bus_unix import UnixBus
from perdure.kernel.bus import Bus
from perdure.kernel.settings import Settings


def make_bus(settings: Settings, folder: Path) -> Bus:
    return PostgresBus(settings.database_url) if settings.database_url else UnixBus(folder)


async def hear(sender: Bus, receivers: list[Bus]) -> list[bytes]:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    for receiver in receivers:
        receiver.subscribe("news", heard.put_nowait)
        await receiver.start()
    try:
        sender.publish("other", b"no")
        sender.publish("news", b"\x00\xffyes")
        return [await asyncio.wait_for(heard.get(), 5) for _ in receivers]
    finally:
        for receiver in receivers:
            await receiver.stop()
            receiver.close()


def test_a_message_reaches_every_process_and_only_its_channel(settings: Settings, tmp_path: Path) -> None:
    buses = [make_bus(settings, tmp_path / "bus") for _ in range(3)]
    assert asyncio.run(hear(buses[0], buses)) == [b"\x00\xffyes"] * 3


def test_publishing_to_nobody_is_no_error(tmp_path: Path) -> None:
    bus = UnixBus(tmp_path / "bus")
    bus.publish("news", b"x")
    bus.close()


def test_a_data_directory_with_a_very_long_path_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40) / "bus"
    one, two = UnixBus(folder), UnixBus(folder)
    assert asyncio.run(hear(one, [two])) == [b"\x00\xffyes"]
    one.close()
