"""Whether the site is well: each finding with its proof, and what to do where it is not."""

import asyncio
import shutil
from typing import Final
from urllib.parse import urlsplit

import msgspec

from perdure import __version__
from perdure.kernel.errors import AppError, NotFound
from perdure.kernel.health import Health, health_in, probe_in
from perdure.kernel.runtime import Runtime
from perdure.media.ports import ObjectStore
from perdure.web.words import Words

_QUIET_MS: Final = 60_000
_LATE_MS: Final = 120_000
_LEAST_FREE: Final = 2 * 1024**3
_LEAST_SHARE: Final = 0.05
_MAIL: Final = "accounts.mail"
_NOTHING: Final = "operations-probe"  # a key that no file has
_PATIENCE_S: Final = 5
_SIZES: Final = frozenset({"bytes", "free", "total"})


class Finding(msgspec.Struct, frozen=True):
    """One line of the page. ``name`` and ``state`` are words of the catalogue, ``values`` go into its text."""

    name: str
    state: str
    well: bool
    values: dict[str, str | int] = {}


class Report(msgspec.Struct, frozen=True):
    """All findings, and how long a write took just now."""

    findings: tuple[Finding, ...]
    write_ms: float
    version: str

    @property
    def broken(self) -> tuple[Finding, ...]:
        """What needs a person."""
        return tuple(one for one in self.findings if not one.well)


def finding_words(t: Words, finding: Finding) -> str:
    """A finding as a sentence: what is so, with its figures."""
    shown: dict[str, str | int] = {}
    for name, value in finding.values.items():
        if name in _SIZES:
            shown[name] = t.size(int(value))
        elif name == "at":
            shown[name] = t.since(int(value)) if value else t("time.never")
        else:
            shown[name] = value
    return t.of("operations.findings", f"{finding.name}_{finding.state}", **shown)


async def report(rt: Runtime) -> Report:
    """Look at everything once: database, worker, outbox, disk, mail, storage."""
    health = await rt.db.read_long(health_in)
    started = rt.clock.monotonic()
    await rt.db.write("operations.probe", probe_in)
    write_ms = (rt.clock.monotonic() - started) * 1000
    free, total = await asyncio.to_thread(_disk, rt)
    findings = (
        _well("database", "on", engine=f"{health.engine} {health.version}", bytes=health.database_bytes),
        _worker(rt, health),
        _outbox(rt, health),
        _disk_finding(free, total),
        _mail(rt, health),
        await _storage(rt),
    )
    return Report(findings, write_ms, __version__)


def _well(name: str, state: str, **values: str | int) -> Finding:
    return Finding(name, state, well=True, values=values)


def _ill(name: str, state: str, **values: str | int) -> Finding:
    return Finding(name, state, well=False, values=values)


def _worker(rt: Runtime, health: Health) -> Finding:
    if health.worked_at is None or rt.clock.now_ms() - health.worked_at > _QUIET_MS:
        return _ill("worker", "away", at=health.worked_at or 0)
    if health.failing_jobs:
        return _ill("worker", "failing", jobs=", ".join(health.failing_jobs))
    return _well("worker", "on", at=health.worked_at)


def _outbox(rt: Runtime, health: Health) -> Finding:
    if health.dead:
        return _ill("outbox", "dead", n=health.dead)
    oldest = health.oldest_due_at
    if oldest is not None and rt.clock.now_ms() - oldest > _LATE_MS:
        return _ill("outbox", "late", n=health.due, at=oldest)
    return _well("outbox", "on", n=health.due)


def _disk(rt: Runtime) -> tuple[int, int]:
    usage = shutil.disk_usage(rt.settings.data)
    return usage.free, usage.total


def _disk_finding(free: int, total: int) -> Finding:
    if free >= _LEAST_FREE and free >= total * _LEAST_SHARE:
        return _well("disk", "on", free=free, total=total)
    return _ill("disk", "full", free=free, total=total)


def _mail(rt: Runtime, health: Health) -> Finding:
    failing, _dead = health.trouble.get(_MAIL, (0, 0))
    if failing:
        return _ill("mail", "failing", n=failing)
    if rt.settings.mail_url.startswith("folder:"):
        here = rt.settings.base_url.startswith("http://localhost")  # nobody but whoever tries it out
        return _well("mail", "folder") if here else _ill("mail", "unsent")
    return _well("mail", "on", host=urlsplit(rt.settings.mail_url).hostname or "")


async def _storage(rt: Runtime) -> Finding:
    url = rt.settings.storage_url
    where = urlsplit(url).netloc if url.startswith("s3://") else url.partition(":")[2]
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await rt.port(ObjectStore).size(_NOTHING)
    except NotFound:  # it answered
        return _well("storage", "s3" if url.startswith("s3://") else "folder", where=where)
    except (AppError, TimeoutError):
        pass
    return _ill("storage", "away", where=where)
