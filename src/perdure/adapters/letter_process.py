"""The child that reads a stranger's letter: takes one on standard input, limits itself, reads, and ends."""

import resource
import sys

import msgspec

from perdure.kernel.process import die_with_parent


class Reading(msgspec.Struct, frozen=True):
    """One letter to read, and what may be used for it. ``plain``: attachments stay closed."""

    raw: bytes
    name: str
    mime: str
    hosts: tuple[str, ...]
    plain: bool = False
    cpu_s: int = 20
    memory_bytes: int = 1_073_741_824


def limit(task: Reading) -> None:
    """Give up what reading does not need: it writes no file and opens none but its own modules."""
    for kind, most in (
        (resource.RLIMIT_AS, task.memory_bytes),
        (resource.RLIMIT_CPU, task.cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))


def main() -> None:
    """Read one letter; what was understood goes to standard output."""
    die_with_parent()
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Reading)
    limit(task)
    from perdure.desk.ports import OwnPlaces
    from perdure.desk.rules import reading

    letter = reading.read(task.raw, task.name, task.mime, OwnPlaces(task.hosts), plain=task.plain)
    sys.stdout.buffer.write(msgspec.msgpack.encode(letter))


if __name__ == "__main__":
    main()
