"""An upload is answered when one store has it, or five seconds later all the same."""

import asyncio
from collections.abc import Sequence
from typing import Final

from perdure.continuity.service.shipping import acks
from perdure.kernel.db import Tx
from perdure.kernel.log import logger
from perdure.kernel.metrics import COPIES_PENDING
from perdure.kernel.runtime import Runtime
from perdure.media.queries import copies as queries

_PATIENCE_S: Final = 5.0
_SHORT_S: Final = 0.5
_LOOK_S: Final = 0.02
_TIRED_S: Final = 15.0
_gave_up = -_TIRED_S
log = logger("media")


async def confirmed(rt: Runtime, keys: Sequence[str | None]) -> bool:
    """Wait until one store has every part of these files; False where that took too long.

    Nothing is waited for where no shipper lives that has stores in other hands. While others have just waited in vain,
    half a second is enough.
    """
    global _gave_up  # noqa: PLW0603 - patience is the process's
    wanted = [key for key in keys if key]
    path = rt.settings.data / acks.FILE
    if not path.exists() or not acks.Reader(rt.settings.data).promises(rt.clock.now_ms()):
        return True
    loop = asyncio.get_running_loop()
    started = loop.time()
    patience = _SHORT_S if started - _gave_up < _TIRED_S else _PATIENCE_S
    while not await rt.db.read(_are_safe, wanted):
        if loop.time() - started > patience:
            _gave_up = loop.time()
            COPIES_PENDING.inc()
            log.error("media_copy_pending", todo="perdure copies media says what is missing")
            return False
        await asyncio.sleep(_LOOK_S)
    return True


def _are_safe(tx: Tx, keys: list[str]) -> bool:
    for key in keys:
        for row in queries.parts(tx, key):
            if row.object is None or not queries.holders(tx, row.object):
                return False
    return True
