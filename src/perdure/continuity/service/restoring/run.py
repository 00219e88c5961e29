"""A restore from the kit to the open site (continuity.md §3.10), and the same without a new reign as a rehearsal."""

import asyncio
import errno
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import msgspec
import psycopg

from perdure.continuity.model.kit import Kit
from perdure.continuity.model.reigns import Before, Intent
from perdure.continuity.model.restoring import Ledger, Outcome, Report, TableCount
from perdure.continuity.model.snapshots import Manifest
from perdure.continuity.ports import StoreOpener
from perdure.continuity.queries.loading.target import Target
from perdure.continuity.rules import keys
from perdure.continuity.service import bundle as bundles
from perdure.continuity.service import disk, erasures, measures, settling, takeover
from perdure.continuity.service import site as sites
from perdure.continuity.service.restoring.choosing import Candidate, candidates
from perdure.continuity.service.restoring.finding import ANY, Found, find
from perdure.continuity.service.restoring.history import History, Reign, read_history
from perdure.continuity.service.restoring.loading import End, Replay, counts, load_snapshot
from perdure.continuity.service.restoring.places import Place
from perdure.continuity.service.restoring.sources import Sources
from perdure.continuity.service.restoring.tail import Chain, Link, Older
from perdure.continuity.service.shipping import reign as reigning
from perdure.kernel.clock import Clock
from perdure.kernel.db.faults import of_storage
from perdure.kernel.errors import AppError, Invalid, Unavailable
from perdure.kernel.settings import Settings

REPORT_FILE: Final = "continuity/restored.json"
MARK_FILE: Final = "continuity/restoring"
"""Says that what lies in the data directory is of a restore that is not over."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}
Finish = Callable[[Settings, Ledger], Awaitable[Outcome]]
"""Makes what is derived, and replays what must hold whatever the rows say, in the restored database."""
Check = Callable[[Replay], Awaitable[None]]
"""Looks at what a rehearsal brought back, before indexes and constraints."""


class Tell(Protocol):
    """Hears how far a restore is."""

    def step(self, name: str, total: int = 0) -> None:
        """A step begins; ``total`` rows are expected, 0 where that is not known."""
        ...

    def advance(self, rows: int) -> None:
        """So many rows were done."""
        ...


class Wish(NamedTuple):
    """What is asked for. ``settings`` are those of the site to be; ``rehearsal``: no new reign, no files.

    ``address``: where people find the site from then on; a living host sends them there.
    """

    settings: Settings
    wanted: str = ANY
    address: str = ""
    accept_loss: bool = False
    rehearsal: bool = False
    hashed: bool = False
    """Whether the report names the hash of every table."""


@dataclass
class _State:
    """What a restore knows as it goes."""

    wish: Wish
    kit: Kit | None
    """None in a rehearsal."""
    place: Place
    clock: Clock
    tell: Tell
    finish: Finish
    check: Check | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    cleared: bool = False
    lost: bool = False
    _since: float = field(default_factory=time.monotonic)
    _step: str = ""

    def step(self, name: str, total: int = 0) -> None:
        """Begin a step, and note how long the one before took."""
        now = time.monotonic()
        if self._step:
            self.seconds[self._step] = round(self.seconds.get(self._step, 0.0) + now - self._since, 3)
        self._since, self._step = now, name
        if name:
            self.tell.step(name, total)


async def restore(
    wish: Wish, kit: Kit, opener: StoreOpener, place: Place, clock: Clock, tell: Tell, finish: Finish
) -> Report:
    """Bring a site back. Only an empty place is filled; an interrupted run is cleared away and begun again.

    Raises AppError with one sentence that names the object or the place and says what to do.
    """
    state = _State(wish, kit, place, clock, tell, finish)
    state.step("open the kit")
    return await _closed_after(state, await find(kit, opener, wish.wanted))


async def rehearse(
    wish: Wish, found: Found, place: Place, clock: Clock, tell: Tell, finish: Finish, check: Check | None
) -> Report:
    """The same without a new reign, from stores that somebody opened, with whatever identity. They are closed.

    Raises as :func:`restore`.
    """
    wish = wish._replace(rehearsal=True, hashed=True)
    return await _closed_after(_State(wish, None, place, clock, tell, finish, check), found)


async def _closed_after(state: _State, found: Found) -> Report:
    place = state.place
    try:
        return await _restored(state, found)
    except (sqlite3.Error, psycopg.Error) as error:
        if not of_storage(error) and not isinstance(error, sqlite3.OperationalError):
            raise
        raise _not_written(place, _words(error)) from error
    except Unavailable as error:
        if (reason := error.data.get("reason")) is None:
            raise
        raise _not_written(place, str(reason)) from error
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise _not_written(place, _words(error), error.filename or place.settings.data) from error
    finally:
        for store in found.stores.values():
            with suppress(AppError):
                await store.close()


def _not_written(place: Place, reason: str, where: object = None) -> Unavailable:
    where = where or place.settings.sqlite_path or "the database"
    return Unavailable(f"{where} cannot be written: {reason}. Mend that and run the same command again")


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())


async def _restored(state: _State, found: Found) -> Report:
    began = state.clock.now_ms()
    sources = Sources(found.stores, found.identity)
    for fault in found.faults:
        sources.note(fault)
    state.step("look at every store")
    history = await read_history(sources, found.site)
    chosen, target = await _load(state, sources, history)
    shapes = await sources.shapes(chosen.manifest.shapes)
    replay = Replay(sources, state.place, target, chosen.manifest, shapes)
    try:
        state.step("replay what came after")
        manifest = chosen.manifest
        end = Reached(manifest.epoch, End(manifest.seq, bytes.fromhex(manifest.hash), manifest.at))
        end = await _replayed(state, sources, history, replay, end)
        if not state.wish.rehearsal:
            # A living host is asked to stop when nearly all is done: what it writes meanwhile is little, and so is the
            # pause.
            state.step("indexes")
            await asyncio.to_thread(replay.target.index)
            end = await _replayed(state, sources, history, replay, end)
            state.step("take over")
            _install(state, found)
            history = await _announced(state, sources, found, history)
            end = await _replayed(state, sources, history, replay, end)
        epoch = 0 if state.wish.rehearsal else await _claimed(state, sources, history, end.end)
        if state.check is not None:
            state.step("compare with the living site")
            await state.check(replay)
        state.step("constraints")
        tables = await asyncio.to_thread(_dressed, replay, hashed=state.wish.hashed)
    finally:
        replay.target.close()
    state.step("what follows from the rows")
    await asyncio.to_thread(state.place.migrate, "")
    outcome = await state.finish(state.place.settings, await _ledger(sources, found, history))
    await asyncio.to_thread(state.place.finish)
    state.step("")
    report = _report(state, found, sources, history, chosen.manifest, replay, end.end, tables, began, epoch, outcome)
    if not state.wish.rehearsal:
        data = state.wish.settings.data
        disk.write_private(data / REPORT_FILE, msgspec.json.format(msgspec.json.encode(report)) + b"\n")
        (data / MARK_FILE).unlink(missing_ok=True)
    return report


async def _load(state: _State, sources: Sources, history: History) -> tuple[Candidate, Target]:
    """The newest snapshot that can be loaded whole; one that cannot is told and the next older one taken."""
    found = await _loaded(state, sources, history)
    if found is None and sources.everybody():
        found = await _loaded(state, sources, history)
    if found is not None:
        return found
    why = "; ".join(sources.faults[-3:]) or "no store lists one of a reign that counts"
    more = "" if state.wish.wanted == ANY else ". Give --from any to ask the other stores too"
    raise Invalid(f"No snapshot can be loaded, and without one nothing comes back ({why}){more}")


async def _loaded(state: _State, sources: Sources, history: History) -> tuple[Candidate, Target] | None:
    async for chosen in candidates(sources, history):
        manifest = chosen.manifest
        state.cleared = await asyncio.to_thread(state.place.prepare) or state.cleared
        state.step("load the snapshot", manifest.count)
        target = None
        try:
            shapes = await sources.shapes(manifest.shapes)
            await asyncio.to_thread(state.place.migrate, manifest.revision)
            target = await asyncio.to_thread(state.place.open)
            await asyncio.to_thread(target.check, shapes.tables)
            await asyncio.to_thread(target.strip)
            await asyncio.to_thread(target.empty, shapes.tables)
            await load_snapshot(sources, target, manifest, state.tell.advance)
        except Invalid as error:
            sources.note(f"{manifest.name}: {error.public}")
            if target is not None:
                target.close()
        else:
            return chosen, target
    return None


def _install(state: _State, found: Found) -> None:
    """Put the bundle's files into the data directory, under a mark that says whose they are."""
    data, wish = state.wish.settings.data, state.wish
    again = (data / MARK_FILE).exists()
    disk.write_private(data / MARK_FILE, b"perdure restore was here and did not end\n")
    bundles.install(found.bundle, data, {"database_url": wish.settings.database_url}, replace=again)


async def _announced(state: _State, sources: Sources, found: Found, history: History) -> History:
    """Tell a living host to stop, wait for its last word or long enough, and look again."""
    assert state.kit is not None
    root = keys.root_key(state.kit.master)
    data, epoch = state.wish.settings.data, history.newest.epoch + 1
    base = msgspec.structs.replace(found.bundle.site, host_id="", host="")
    site = sites.new_host(data, base, root=root, now_ms=state.clock.now_ms())
    intent = Intent(
        site=site.site_id,
        epoch=epoch,
        host=site.host_id,
        host_key=site.host,
        at=state.clock.now_ms(),
        address=state.wish.address,
    )
    await takeover.announce(sources.living, intent, root)
    newest = history.newest
    await takeover.wait_for_the_last_word(sources.living, {newest.genesis.host_key}, newest.epoch, state.clock)
    again = await read_history(sources, found.site)
    if again.newest.epoch != newest.epoch:
        raise Invalid(f"Another host began epoch {again.newest.epoch} meanwhile: ask whoever runs it, then start again")
    return again


class Reached(NamedTuple):
    """How far a replay is: the epoch, and the place in it."""

    epoch: int
    end: End


async def _replayed(state: _State, sources: Sources, history: History, replay: Replay, start: Reached) -> Reached:
    """Apply what the stores hold behind a place. May be called again for what came meanwhile."""
    reached = start
    for reign in history.reigns:
        if reign.epoch < reached.epoch:
            continue
        if reign.epoch > reached.epoch:
            reached = Reached(reign.epoch, End(0, reign.start, reached.end.at))
        end = await _one_reign(state, sources, history, reign, replay, reached.end)
        reached = Reached(reign.epoch, end)
    return reached


async def _one_reign(state: _State, sources: Sources, history: History, reign: Reign, replay: Replay, end: End) -> End:
    chain = Chain(sources, reign.epoch)
    last = await chain.look(end.seq)
    newest = reign is history.newest
    demanded = (history.demanded if newest else reign.end) or 0
    state.tell.step("replay what came after", max(last, demanded) - end.seq)
    links = chain.links(end.seq, end.digest, demanded, None if newest else reign.end)
    reached = await replay.run(_lenient(state, links), end, lambda _rows: state.tell.advance(1))
    if not newest and reached.seq == reign.end and reached.digest.hex() != reign.end_hash:
        raise Invalid(f"Segment {reign.end} of epoch {reign.epoch} is not the one that the next reign names")
    return reached


async def _lenient(state: _State, links: AsyncIterator[Link]) -> AsyncIterator[Link]:
    """The links; a missing end is an error unless the operator took the loss."""
    try:
        async for link in links:
            yield link
    except Older:
        if not state.wish.accept_loss:
            raise
        state.lost = True


async def _claimed(state: _State, sources: Sources, history: History, end: End) -> int:
    """Begin the new reign, where the old one's last segment that came back names the place."""
    data, now = state.wish.settings.data, state.clock.now_ms()
    site = sites.load_site(data)
    assert site is not None
    newest = history.newest
    before = Before(newest.epoch, end.seq, end.digest.hex())
    held = reigning.begin(data, site, epoch=newest.epoch + 1, before=before, now_ms=now)
    await takeover.claim(sources.living, held.genesis, held.data)
    if history.head is None or not history.head.closed:
        settling.begin(data, before)
    return held.genesis.epoch


async def _ledger(sources: Sources, found: Found, history: History) -> Ledger:
    """Erasures and measures, of whatever date, from every store."""
    trusted = {reign.genesis.host_key for reign in history.reigns}
    faults: list[str] = []
    erased = await erasures.entries(sources.living, trusted, faults)
    measured = await measures.measures(sources.living, trusted, found.identity, faults)
    for fault in faults:
        sources.note(fault)
    salt = next((file.data for file in found.bundle.files if file.path == erasures.SALT_FILE), b"")
    if erased and not salt:
        sources.note(f"{erasures.SALT_FILE} is missing, so nobody can tell what {len(erased)} erasures are about")
    return Ledger(erasures=tuple(erased), salt=bytes.fromhex(salt.decode().strip()), measures=measured)


def _dressed(replay: Replay, *, hashed: bool) -> tuple[TableCount, ...]:
    replay.target.dress()
    return counts(replay.target, replay.shapes, hashed=hashed)


def _report(
    state: _State,
    found: Found,
    sources: Sources,
    history: History,
    manifest: Manifest,
    replay: Replay,
    end: End,
    tables: tuple[TableCount, ...],
    began: int,
    epoch: int,
    outcome: Outcome,
) -> Report:
    worked = state.seconds.get("load the snapshot", 0.0) + state.seconds.get("replay what came after", 0.0)
    return Report(
        site=found.site.site_id,
        domains=found.bundle.site.domains,
        epoch=history.newest.epoch,
        seq=end.seq,
        snapshot=manifest.name,
        snapshot_at=manifest.at,
        last_commit_at=end.at,
        rpo_s=round(max(0, began - end.at) / 1000, 3),
        rows=sum(table.rows for table in tables),
        changes=replay.changes,
        tables=tables,
        seconds=state.seconds,
        outcome=outcome,
        rows_per_s=round((manifest.count + replay.changes) / worked, 1) if worked else 0.0,
        missing=tuple(sources.faults),
        accepted_loss=state.lost,
        new_epoch=epoch,
        cleared=state.cleared,
    )
