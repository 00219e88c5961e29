"""Where the processes of one site put their measurements, so that whichever of them is asked can answer for all.

The folder must be named in the environment before :mod:`perdure.kernel.metrics` is first imported: the library looks
for it then, and only then. So this module imports nothing that measures.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the folder made there is our own and private


@contextmanager
def shared_folder(data: Path) -> Iterator[None]:
    """An empty folder for the measurements of a site's processes, named in the environment; removed at the end."""
    folder = prepare_folder(data)
    os.environ[FOLDER_VARIABLE] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(FOLDER_VARIABLE, None)
        shutil.rmtree(folder, ignore_errors=True)


def prepare_folder(data: Path) -> Path:
    """An empty private folder for the measurements of one site's processes; what an earlier run left is removed.

    It lies in memory where the system has such a place: the files are mapped, and a mapped file on a full disk would
    end the process that writes it.
    """
    parent = _IN_MEMORY if _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK) else data / "run"
    _drop_abandoned(parent)
    about = data.stat()
    folder = parent / f"perdure-metrics-{os.getuid()}-{about.st_dev}-{about.st_ino}"
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid != os.getuid()):
        folder = data / "run" / "metrics"  # somebody else was here first: keep away
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(stat.S_IRWXU)
    return folder


def _drop_abandoned(parent: Path) -> None:
    """Remove what sites left behind that were killed: folders of ours in which no process is alive."""
    for folder in parent.glob(f"perdure-metrics-{os.getuid()}-*"):
        pids = {file.stem.rpartition("_")[2] for file in folder.glob("*.db")}
        if pids and not any(Path(f"/proc/{pid}").exists() for pid in pids):
            shutil.rmtree(folder, ignore_errors=True)
