"""The child that touches strangers' files keeps to its limits, whatever the file makes it do."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from perdure.adapters import media_vips
from perdure.adapters.media_limits import REFUSED, Task
from perdure.adapters.media_vips import VipsProcessor
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from tests.app import pictures
from tests.site import on_loop


def child(task: Task, code: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run the child as the site does, or other code under the same limits."""
    start = ["-m", "perdure.adapters.media_process"]
    if code:
        start = ["-c", f"import sys, msgspec\nfrom perdure.adapters import media_limits, media_process\n{code}"]
    return subprocess.run(
        [sys.executable, *start], check=False, input=msgspec.json.encode(task), capture_output=True, timeout=60
    )


LIMITED = "media_process.limit(msgspec.json.decode(sys.stdin.buffer.read(), type=media_limits.Task))\n"


def task(tmp_path: Path, **changes: object) -> Task:
    source = tmp_path / "source"
    source.write_bytes(pictures.picture("png", 300, 200))
    made = Task(str(source), "image/png", str(tmp_path), "media", 33_177_600)
    return msgspec.structs.replace(made, **changes)


def test_memory_is_limited(tmp_path: Path) -> None:
    done = child(task(tmp_path, memory_bytes=300_000_000), LIMITED + "bytearray(400_000_000)")
    assert b"MemoryError" in done.stderr


def test_time_is_limited(tmp_path: Path) -> None:
    done = child(task(tmp_path, cpu_s=1), LIMITED + "while True: pass")
    assert done.returncode < 0


def test_what_it_writes_is_limited(tmp_path: Path) -> None:
    write = f"open({str(tmp_path / 'out')!r}, 'wb', buffering=0).write(bytes(5000))"
    child(task(tmp_path, file_bytes=1000), LIMITED + write)
    assert (tmp_path / "out").stat().st_size <= 1000


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    assert child(task(tmp_path, max_pixels=59_999)).returncode == REFUSED
    assert child(task(tmp_path, max_pixels=60_000)).returncode == 0


def test_a_child_that_hangs_is_ended_with_its_own_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "ffprobe"
    hanging.write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'pid'}\nexec sleep 300\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(media_vips, "_FILM_S", 2)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    source = tmp_path / "film"
    source.write_bytes(b"\x1a\x45\xdf\xa3")
    with pytest.raises(Invalid):
        on_loop(VipsProcessor(Settings(data=tmp_path)).process(source, "video/webm", tmp_path, "media"))
    assert _ended(int((tmp_path / "pid").read_text()))


def _ended(pid: int) -> bool:
    """Whether a process is gone, or dead and only waits for init to notice."""
    for _ in range(50):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


def test_the_child_sees_no_secrets_of_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spying = tmp_path / "ffprobe"
    spying.write_text(f"#!/bin/sh\nenv > {tmp_path / 'seen'}\nexit 1\n")
    spying.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PERDURE_STORAGE_URL", "s3://very-secret")
    source = tmp_path / "film"
    source.write_bytes(b"\x1a\x45\xdf\xa3")
    with pytest.raises(Invalid):
        on_loop(VipsProcessor(Settings(data=tmp_path)).process(source, "video/webm", tmp_path, "media"))
    assert "very-secret" not in (tmp_path / "seen").read_text()
