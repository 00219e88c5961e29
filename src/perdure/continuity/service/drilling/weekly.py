"""The weekly drill: a process of its own that gives way to the site, and is ended where it takes too long."""

import asyncio
import os
import sys
from typing import Final

from perdure.continuity.service import drills
from perdure.continuity.service.drilling.run import could_not_run
from perdure.continuity.service.stores import load
from perdure.kernel import process
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

LONGEST_S: Final = 4 * 3600.0
_COMMAND: Final = "import sys; from perdure.cli.main import main; sys.argv[0] = 'perdure'; main()"
_TOLD: Final = frozenset({0, 1})
log = logger("copies")


async def rehearse_due(rt: Runtime, longest_s: float = LONGEST_S) -> None:
    """The recurring job: where ``secrets/drill.identity`` lies, rehearse once a week."""
    data = rt.settings.data
    if not drills.weekly(data) or not load(data).stores or not drills.is_due(data, rt.clock.now_ms()):
        return
    words = [sys.executable, "-c", _COMMAND, "drill", "--weekly", "--data", str(data)]
    child = await asyncio.create_subprocess_exec(
        *words,
        env={**os.environ, **process.for_child(), "PERDURE_DATABASE_URL": rt.settings.database_url},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await asyncio.wait_for(child.communicate(), longest_s)
    except TimeoutError:
        reason = f"It took longer than {longest_s / 3600:g} hours, and was ended so that the site does not suffer"
    else:
        reason = "" if child.returncode in _TOLD else _last_line(said) or f"it ended with status {child.returncode}"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if reason:
        log.error("drill_did_not_report", reason=reason)
        await asyncio.to_thread(drills.keep, data, could_not_run(data, reason, rt.clock))


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("perdure: ") if lines else ""
