"""Building goes one at a time, also while somebody flushes."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from perdure.continuity.service.shipping import shipper as shipping
from perdure.kernel.settings import Settings
from perdure.schema import metadata
from tests.copied import CopiedSite
from tests.copying import plain, strained_row


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


async def _none(*_: Any) -> None:
    """No snapshot."""
