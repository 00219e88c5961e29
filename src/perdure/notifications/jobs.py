"""Recurring work of notifications."""

from typing import Final

from perdure.kernel import schedule
from perdure.kernel.ids import id_at
from perdure.kernel.runtime import Runtime
from perdure.notifications.service.telling import forget_old_in

_DAY_MS: Final = 86_400_000


async def trim(rt: Runtime) -> None:
    """Forget notifications older than the settings keep. Their ids tell their age."""
    below = id_at(max(0, rt.clock.now_ms() - rt.settings.keep_notifications_days * _DAY_MS))
    await schedule.in_batches(rt, "notifications.trim", forget_old_in, below)
