"""Processes files in a child process of its own for each, with limits: a hostile file hurts nothing but itself."""

import asyncio
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from perdure.adapters.media_limits import REFUSED, Task
from perdure.kernel.errors import Invalid
from perdure.kernel.log import logger
from perdure.kernel.process import for_child
from perdure.kernel.settings import Settings
from perdure.media.model import Facts
from perdure.media.ports import Shape
from perdure.media.rules.kinds import IMAGES, INVALID

_IMAGE_S: Final = 30
_FILM_S: Final = 600
_AT_ONCE: Final = 2
# Nothing of our own environment (it may hold secrets) reaches the child but what Python needs to find its modules.
_KEPT: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
log = logger("media")


class VipsProcessor:
    """libvips for pictures, ffmpeg for film and sound where it is installed."""

    def __init__(self, settings: Settings) -> None:
        self._max_pixels = settings.max_image_pixels
        self._ffmpeg = shutil.which("ffmpeg") or ""
        self._ffprobe = shutil.which("ffprobe") or ""
        self._places = asyncio.Semaphore(_AT_ONCE)

    def handles(self, mime: str) -> bool:
        """Pictures always; everything else needs ffmpeg."""
        return mime in IMAGES or bool(self._ffmpeg and self._ffprobe)

    async def process(self, source: Path, mime: str, folder: Path, shape: Shape) -> Facts:
        """Run one child on one file."""
        seconds = _IMAGE_S if mime in IMAGES and mime != "image/gif" else _FILM_S
        task = Task(
            source=str(source),
            mime=mime,
            folder=str(folder),
            shape=shape,
            max_pixels=self._max_pixels,
            ffmpeg=self._ffmpeg,
            ffprobe=self._ffprobe,
            cpu_s=seconds,
        )
        async with self._places:
            output = await _run_child(task, seconds)
        try:
            return msgspec.json.decode(output, type=Facts)
        except msgspec.DecodeError as error:
            raise Invalid(INVALID) from error


async def _run_child(task: Task, seconds: float) -> bytes:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "perdure.adapters.media_process",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment, **for_child(), "VIPS_CONCURRENCY": "1"},
        cwd=task.folder,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            output, errors = await child.communicate(msgspec.json.encode(task))
    except TimeoutError as error:
        log.info("media_refused", reason="it took too long", mime=task.mime)
        raise Invalid(INVALID) from error
    finally:
        # The whole group: ffmpeg must not outlive its parent.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    if child.returncode != 0:
        defect = child.returncode is not None and child.returncode > 0 and child.returncode != REFUSED
        note = log.error if defect else log.info
        note(
            "media_defect" if defect else "media_refused",
            code=child.returncode,
            reason=errors[-500:].decode("utf-8", "replace"),
        )
        raise Invalid(INVALID)
    return output
