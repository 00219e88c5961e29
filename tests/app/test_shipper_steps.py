"""Building goes one at a time, also while somebody flushes, and a change of the shapes begins a segment of its own."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from perdure.continuity.ports import Store
from perdure.continuity.queries import triggers
from perdure.continuity.rules import layout, segments
from perdure.continuity.service import snapshots
from perdure.continuity.service.shipping import shipper as shipping
from perdure.continuity.service.shipping.building import Builder
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.schema import metadata
from tests.app.test_shipper_faults import running, until
from tests.copied import CopiedSite
from tests.copying import plain, strained_row
from tests.site import on_loop


class Slow:
    """A log whose reader takes its time, so that two readers would meet."""

    def __init__(self, log: Any) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def next_batch(self, position: Any) -> Any:
        found = self._log.next_batch(position)
        time.sleep(0.1)
        return found


@pytest.mark.parametrize("engine", ["sqlite"])
def test_two_who_build_at_once_give_no_number_to_two_segments(settings: Settings, tmp_path: Path) -> None:
    copied = CopiedSite(settings, tmp_path / "stores", "a")
    with plain(settings) as db:
        db.insert(metadata.tables["tag"], strained_row(metadata.tables["tag"], 1))
    shipper: shipping.Shipper = copied.shipper(_none)
    opened = shipper._open_log
    shipper._open_log = lambda: Slow(opened())  # type: ignore[assignment,return-value]
    threads = [threading.Thread(target=shipper._step) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [entry.name for entry in shipper._spool.after(-1) if entry.header is not None]
    assert names == ["seg/000000000001/000000000001"]
    assert shipper._log is not None
    shipper._log.close()


def test_a_change_of_the_shapes_begins_a_segment_and_every_store_can_read_it_before(
    settings: Settings, tmp_path: Path
) -> None:
    copied = CopiedSite(settings, tmp_path / "stores", "ab")
    tag = metadata.tables["tag"]
    with plain(settings) as db:
        db.insert(tag, strained_row(tag, 1))
        before = db.shapes()
        engine = runner.engine_for(settings)
        with engine.connect() as connection:
            assert triggers.install(connection, metadata, "9999_the_next") == []
        engine.dispose()
        db.insert(tag, strained_row(tag, 2))
        after = db.shapes()
    assert (before.hash != after.hash, after.revision) == (True, "9999_the_next")
    taken: list[str] = []

    async def take(builder: Builder, to: list[Store]) -> None:
        held = copied.held()
        await snapshots.make(settings, held.genesis, held.key, builder.since(), to, copied.clock)
        taken.append(builder.shapes)

    shipper = copied.shipper(take)

    async def body() -> None:
        await until(lambda: taken and shipper.seq and all(not one.backlog for one in shipper.status().lanes))

    on_loop(running(shipper, body))
    assert taken[-1] == after.hash, "the snapshot that follows is of the new shapes"
    for folder in copied.folders.values():
        found = sorted((folder / layout.segments(1)).iterdir())
        shapes = [segments.read_header(path.read_bytes(), path.name)[0].shapes.hex() for path in found]
        assert set(shapes) == {before.hash, after.hash}
        assert shapes == sorted(shapes, key=[before.hash, after.hash].index)
        for one in (before, after):
            assert (folder / layout.shapes(one.hash)).read_bytes() == one.text
    order = [entry.name for entry in shipper._spool.after(-1)]
    changed = next(
        entry.name
        for entry in shipper._spool.after(-1)
        if entry.header is not None and entry.header.shapes.hex() == after.hash
    )
    assert order.index(layout.shapes(after.hash)) < order.index(changed)


async def _none(*_: Any) -> None:
    """No snapshot."""
