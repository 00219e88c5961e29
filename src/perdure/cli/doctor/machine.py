"""Checks of the machine: data directory, disk, limits, port, programs."""

import os
import platform
import re
import resource
import shutil
import socket
import stat
import statistics
import tempfile
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Final

import httpx

from perdure.cli.doctor.finding import Finding, Findings, fail, info, is_local, ok, size, warn
from perdure.kernel.settings import Settings

_ROUNDS: Final = 12
_LEAST_FREE: Final = 500_000_000
_LITTLE_FREE: Final = 5_000_000_000
_FILES: Final = 4096
_SECRET: Final = re.compile(r"://[^/\s\"']*:[^/\s\"']+@|secret_access_key=\w", re.IGNORECASE)
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_REMOTE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"})


def version(_settings: Settings) -> Findings:
    """What is installed here."""
    made = metadata.version("perdure")
    yield info("version", f"Perdure {made}, Python {platform.python_version()}, {os.cpu_count()} cores")


def settings_file(settings: Settings) -> Findings:
    """The settings were read; whether others may read them too."""
    file = settings.data / "perdure.toml"
    if not file.exists():
        yield ok("settings", "read; no perdure.toml, so defaults and PERDURE_… variables count")
        return
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o004 and _SECRET.search(file.read_text("utf-8")):
        yield warn(
            "settings",
            f"{file} holds a password, and everybody on this machine may read it",
            f"chmod 600 {file}, or put secrets into files that PERDURE_NAME_FILE variables point at",
        )
    else:
        yield ok("settings", f"{file} is read and has no unknown name")


def data_directory(settings: Settings) -> Findings:
    """Whether files can be written, and how fast the disk confirms them."""
    kind = _filesystem(settings.data)
    try:
        took = _sync_times(settings.data)
    except OSError as error:
        yield fail(
            "data directory",
            f"{settings.data} cannot be written: {error.strerror}",
            f"give the user that runs perdure ({os.getuid()}) the right to write there, or name another with --data",
        )
        return
    yield ok("data directory", f"{settings.data} can be written ({kind})")
    yield from _durability(settings, kind, statistics.median(took))


def _durability(settings: Settings, kind: str, seconds: float) -> Findings:
    text = f"a write is confirmed in {seconds * 1000:.2f} ms"
    if kind in _IN_MEMORY:
        yield warn(
            "durability", f"{settings.data} lies in memory ({kind}): a restart loses it", "use a disk with --data"
        )
    elif kind in _REMOTE and settings.sqlite_path is not None:
        yield fail(
            "durability",
            f"SQLite on a network file system ({kind}) can lose or damage data",
            "put the data directory on a local disk, or use PostgreSQL (database_url)",
        )
    elif seconds > 0.05:
        yield warn(
            "durability", f"{text}: slow", "posting waits for the disk: use an SSD, or see what else writes to it"
        )
    elif seconds < 0.00003:
        yield warn(
            "durability",
            f"{text}: faster than any disk",
            "the disk or the virtual machine seems to confirm before it stores: a power cut may lose the last posts",
        )
    else:
        yield ok("durability", text)


def _sync_times(folder: Path) -> list[float]:
    took = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
        for _ in range(_ROUNDS):
            file.write(os.urandom(4096))
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - started)
    return took


def _filesystem(folder: Path) -> str:
    """The kind of file system a folder lies on, as the kernel names it."""
    best, kind = "", "unknown"
    with suppress(OSError):
        for line in Path("/proc/mounts").read_text("utf-8").splitlines():
            _device, place, found, *_ = line.split(" ")
            place = place.replace("\\040", " ")  # the kernel's spelling of a space
            inside = place == "/" or f"{folder}/".startswith(f"{place}/")
            if inside and len(place) >= len(best):
                best, kind = place, found
    return kind


def free_space(settings: Settings) -> Findings:
    """Room for more."""
    room = shutil.disk_usage(settings.data)
    text = f"{size(room.free)} of {size(room.total)} free"
    advice = "make room or move the data directory to a larger disk: a full disk stops posting"
    if room.free < _LEAST_FREE:
        yield fail("disk space", text, advice)
    elif room.free < _LITTLE_FREE:
        yield warn("disk space", text, advice)
    else:
        yield ok("disk space", text)


def open_files(_settings: Settings) -> Findings:
    """How many connections the system lets a process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _FILES:
        yield warn(
            "open files",
            f"a process may have {soft} open files, so live connections are refused beyond that",
            f"raise the limit: LimitNOFILE=65536 in the systemd unit, or ulimit -n (at most {hard} here)",
        )
    else:
        yield ok("open files", f"a process may have {soft}")


def programs(_settings: Settings) -> Findings:
    """Programs that only some things need."""
    missing = [name for name in ("ffmpeg", "ffprobe") if shutil.which(name) is None]
    if missing:
        yield warn(
            "film and sound",
            f"{' and '.join(missing)} not found: film, sound and moving GIFs are refused",
            "install ffmpeg (Debian: apt install ffmpeg) and restart",
        )
    else:
        yield ok("film and sound", f"ffmpeg at {shutil.which('ffmpeg')}")


def running(settings: Settings) -> str:
    """Whether this site answers on its port: "up", "degraded", "other" (somebody else), or "down"."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - asked, not bound
    shown = f"[{host}]" if ":" in host else host
    try:
        answer = httpx.get(f"http://{shown}:{settings.port}/health", timeout=3)
        status = answer.json().get("status")
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return "down"
    except (httpx.HTTPError, ValueError, AttributeError):
        return "other"
    return {"UP": "up", "DEGRADED": "degraded"}.get(status, "other")


def port(settings: Settings) -> Findings:
    """Whether the site answers, or could."""
    place = f"{settings.host} port {settings.port}"
    state = running(settings)
    if state == "up":
        yield ok("site", f"answers on {place}")
    elif state == "degraded":
        yield fail("site", f"answers on {place} and is not well", "see the other lines, and the log of perdure serve")
    elif state == "other":
        yield fail("site", f"something else answers on {place}", "stop it, or set another port")
    else:
        yield _could_listen(settings, place)


def _could_listen(settings: Settings, place: str) -> Finding:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return fail(
                "site", f"cannot listen on {place}: {error.strerror}", "set host and port that this machine has"
            )
    return info("site", f"is not running; {place} is free (perdure serve starts it)")


def addresses(settings: Settings) -> Findings:
    """Whether the site's own name fits to how it is reached."""
    listening = settings.host not in {"127.0.0.1", "::1", "localhost"}
    if is_local(settings):
        if listening or settings.trusted_proxies:
            yield fail(
                "address",
                f"base_url is {settings.base_url}, but others reach this machine: links in posts lead nowhere",
                "set base_url to the public address, like https://example.org, before the first post",
            )
        else:
            yield info("address", f"{settings.base_url}: for this machine only")
        return
    if settings.base_url.startswith("http://"):
        yield fail(
            "address",
            f"base_url is {settings.base_url}: passwords would travel in the clear, and apps refuse it",
            "put a reverse proxy with TLS in front (docs/how-to/production.md) and set base_url to https://…",
        )
    else:
        yield ok("address", settings.base_url)
    if not settings.trusted_proxies and not listening:
        yield warn(
            "proxy",
            "trusted_proxies is empty: behind a proxy everybody shares one address and its rate limit",
            'set trusted_proxies = ["127.0.0.1"] if a proxy on this machine is in front',
        )
    elif settings.trusted_proxies:
        yield ok("proxy", f"X-Forwarded-For is believed from {', '.join(settings.trusted_proxies)}")
