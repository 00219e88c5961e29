"""The child that touches a stranger's file: takes one task on standard input, limits itself, works, and ends."""

import hashlib
import resource
import sys
from pathlib import Path

import msgspec

from perdure.adapters.media_limits import REFUSED, Refused, Task
from perdure.kernel.process import die_with_parent


def limit(task: Task) -> None:
    """Give up everything the work does not need. Children (ffmpeg) inherit the limits."""
    for kind, most in (
        (resource.RLIMIT_AS, task.memory_bytes),
        (resource.RLIMIT_CPU, task.cpu_s),
        (resource.RLIMIT_FSIZE, task.file_bytes),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def main() -> None:
    """Process one file; what was found out goes to standard output."""
    die_with_parent()
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    limit(task)
    from perdure.adapters import media_film, media_picture

    try:
        facts = media_picture.process(task) if task.mime.startswith("image/") else media_film.process(task)
        if facts is None:
            facts = media_film.process(task)
        hashes = {"sent_sha256": _sha256(Path(task.source)), "file_sha256": _sha256(Path(task.folder) / facts.file)}
    except (Refused, MemoryError, OSError) as error:
        sys.stderr.write(str(error))
        sys.exit(REFUSED)
    sys.stdout.buffer.write(msgspec.json.encode(msgspec.structs.replace(facts, **hashes)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
