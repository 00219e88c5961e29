"""File systems that can be filled, refuse to be written, or break: for tests that run as root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts file systems, which needs root")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@contextmanager
def small(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory that holds so much and no more."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


@contextmanager
def image(folder: Path) -> Iterator[Path]:
    """A real file system (ext4) in a file, for what memory cannot do: refuse writes to open files, and break."""
    folder.mkdir()
    file = folder.with_suffix(".ext4")
    with file.open("wb") as made:
        made.truncate(48 * 1024 * 1024)
    _run("mkfs.ext4", "-q", "-F", str(file))
    _run("mount", "-o", "loop", str(file), str(folder))
    try:
        yield folder
    finally:
        _run("umount", "-l", str(folder))


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The same folder, seen through a mount that refuses every write."""
    view = folder.with_name(f"{folder.name}-read-only")
    view.mkdir()
    _run("mount", "--bind", str(folder), str(view))
    _run("mount", "-o", "remount,ro,bind", str(view))
    try:
        yield view
    finally:
        _run("umount", "-l", str(view))


def freeze(*paths: Path) -> None:
    """Make files and folders refuse every write, open ones too."""
    _run("chattr", "+i", *map(str, paths))


def thaw(*paths: Path) -> None:
    """Let them be written again."""
    _run("chattr", "-i", *map(str, paths))


def break_it(folder: Path) -> None:
    """What a dying disk does: the kernel makes the file system read-only under everything that is open."""
    _run("mount", "-o", "remount,abort", str(folder))


def fill(folder: Path) -> Path:
    """Take up the last free byte; returns the file that does."""
    filler = folder / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for piece in (65_536, 4_096, 1):
            try:
                while True:
                    os.write(descriptor, b"x" * piece)
            except OSError:
                continue
    finally:
        os.close(descriptor)
    return filler
