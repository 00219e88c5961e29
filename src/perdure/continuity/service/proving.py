"""A kit on trial: does it alone open the newest copy at the store that it names? Nothing is written anywhere."""

from collections.abc import Awaitable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.model.bundle import Bundle
from perdure.continuity.model.keys import Site
from perdure.continuity.model.kit import Kit
from perdure.continuity.model.reigns import Genesis
from perdure.continuity.model.stores import StoreList
from perdure.continuity.ports import Store
from perdure.continuity.rules import kit as rules
from perdure.continuity.rules import layout, packs, reigns, sealing, segments
from perdure.continuity.rules.bundle import place_of
from perdure.continuity.service.finding import Newest, newest_bundle, reigns_at
from perdure.continuity.service.stores import FILE
from perdure.kernel.errors import AppError

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS


class Found(NamedTuple):
    """One finding: ``good`` False where a promise is broken, None where it is only to be known."""

    good: bool | None
    what: str
    text: str


async def prove(kit: Kit, store: Store, now_ms: int) -> list[Found]:
    """Try a kit at its store. Raises Invalid, before the store is asked for anything, for a kit that is not whole."""
    identity, stores = rules.identity_of(kit), {kit.store.name: store}
    recipient = rules.recipient_of(kit.master)
    counted = await reigns_at(stores, Site(site_id=kit.site_id, root=kit.root, recovery=recipient, host_id="", host=""))
    trusted = {kit.root, *(genesis.host_key for genesis in counted.values())}
    newest = await newest_bundle(stores, identity, trusted, counted)
    found = [*_bundle(newest, now_ms)]
    if newest.opened is not None:
        bundle = newest.opened.bundle
        place = place_of(bundle.name)
        found += [*_same_site(kit, bundle), *_drift(kit, bundle)]
        found += await Contents(store, identity, now_ms).look(place[0] if place else 0, counted)
    return found


def ago(ms: int) -> str:
    """A stretch of time for people."""
    if ms < 2 * _MINUTE_MS:
        return f"{max(0, ms) // 1000} seconds"
    if ms < 2 * _HOUR_MS:
        return f"{ms // _MINUTE_MS} minutes"
    return f"{ms // _HOUR_MS} hours" if ms < 2 * _DAY_MS else f"{ms // _DAY_MS} days"


def _bundle(newest: Newest, now_ms: int) -> Iterator[Found]:
    for fault in newest.faults:
        yield Found(good=False, what="newest copy", text=fault)
    if newest.opened is None:
        if not newest.faults:
            hint = "nothing was ever shipped here. Is perdure serve running, and is the store on its list?"
            yield Found(good=False, what="config bundle", text=hint)
        return
    bundle = newest.opened.bundle
    age = ago(now_ms - bundle.made_at)
    text = f"{bundle.name} opens: made {age} ago by Perdure {bundle.release}, {len(bundle.files)} files"
    yield Found(good=True, what="config bundle", text=text)
    if bundle.left_out:
        shown = ", ".join(bundle.left_out[:5]) + (", …" if len(bundle.left_out) > 5 else "")
        text = f"{len(bundle.left_out)} in no copy ({shown}): move what is needed into secrets/"
        yield Found(good=None, what="files", text=text)


def _same_site(kit: Kit, bundle: Bundle) -> Iterator[Found]:
    if bundle.site.site_id != kit.site_id:
        yield Found(good=False, what="site", text="The store holds copies of another site than the kit's")
    elif bundle.site.root != kit.root:
        yield Found(good=False, what="site", text="The site has a newer kit: this one opens old copies only")
    else:
        yield Found(good=True, what="site", text=", ".join(bundle.site.domains) or bundle.site.site_id)


def _drift(kit: Kit, bundle: Bundle) -> Iterator[Found]:
    """What changed since the kit was printed."""
    listed = next((file.data for file in bundle.files if file.path == FILE), b"{}")
    stores = msgspec.json.decode(listed, type=StoreList).stores
    if kit.store.url in {one.url for one in stores}:
        yield Found(good=True, what="stores", text=f"{len(stores)} with their credentials in the bundle")
    else:
        text = f"the site ships no more to {kit.store.name}: make a new kit, perdure kit create --replace"
        yield Found(good=False, what="stores", text=text)
    if added := [one.name for one in stores if one.url not in {kit.store.url, *kit.stores}]:
        yield Found(good=None, what="stores", text=f"not on the paper, but in the bundle: {', '.join(added)}")
    for what, now, then in (
        ("domains", bundle.site.domains, kit.domains),
        ("lifeboats", bundle.site.lifeboats, kit.lifeboats),
    ):
        if set(now) != set(then):
            text = f"today {', '.join(now) or 'none'}; on the paper {', '.join(then) or 'none'}"
            yield Found(good=None, what=what, text=text)


class Contents:
    """What lies beside the bundle: a beginning, signs of life, segments that open, a snapshot to start from."""

    def __init__(self, store: Store, identity: str, now_ms: int) -> None:
        self._store = store
        self._identity = identity
        self._now = now_ms

    async def look(self, epoch: int, counted: Mapping[int, Genesis]) -> list[Found]:
        """All findings about one epoch."""
        genesis = counted.get(epoch)
        if genesis is None:
            text = f"{layout.genesis(epoch)} is missing or does not count: nothing says who reigns"
            return [Found(good=False, what="reign", text=text)]
        if later := [number for number in counted if number > epoch]:
            text = f"epoch {max(later)} has begun, and its host has sent no bundle yet"
            return [Found(good=False, what="reign", text=text)]
        return [
            await self._safely("sign of life", self._head(genesis)),
            await self._safely("contents", self._newest(epoch)),
            await self._safely("snapshot", self._snapshot(epoch)),
        ]

    async def _safely(self, what: str, looking: Awaitable[Found]) -> Found:
        try:
            return await looking
        except AppError as error:
            return Found(good=False, what=what, text=error.public)

    async def _head(self, genesis: Genesis) -> Found:
        name = await self._last(f"{layout.HEADS}/{genesis.host}/", f"{max(0, self._now - _DAY_MS):015}")
        if not name:
            return Found(good=False, what="sign of life", text="none of this host: it was never seen here")
        head = reigns.read_head(await self._store.get(name), {genesis.host_key}, name)
        closed = ", its last" if head.closed else ""
        text = f"{ago(self._now - head.at)} ago{closed}, at segment {head.seq} of epoch {head.epoch}"
        return Found(good=True, what="sign of life", text=text)

    async def _newest(self, epoch: int) -> Found:
        name = await self._last(layout.segments(epoch)) or await self._last(layout.packs(epoch))
        if not name:
            return Found(good=False, what="contents", text=f"no segment of epoch {epoch}: nothing was shipped yet")
        data = await self._store.get(name)
        last = packs.split(data, name)[-1] if name.startswith(f"{layout.PACKS}/") else data
        key_name = layout.key(epoch, segments.read_header(last, name)[0].key)
        key = sealing.unwrap(self._identity, await self._store.get(key_name), key_name)
        header, rows = segments.decode(last, key, name)
        text = f"{name} opens: {len(rows)} rows, the newest written {ago(self._now - header.until)} ago"
        return Found(good=True, what="contents", text=text)

    async def _snapshot(self, epoch: int) -> Found:
        newest = ""
        async for info in self._store.list_after(layout.snapshots(epoch)):
            newest = max(newest, info.name if info.name.endswith("/manifest") else "")
        if not newest:
            return Found(good=None, what="snapshot", text="none yet in this epoch: a restore reads the whole log")
        at = newest.removesuffix("/manifest").rpartition("-")[2]
        made = f", made {ago(self._now - int(at))} ago" if at.isascii() and at.isdigit() else ""
        return Found(good=True, what="snapshot", text=f"{newest} is there{made}")

    async def _last(self, prefix: str, since: str = "") -> str:
        """The last name below a prefix; empty for none. What sorts before ``since`` is looked at only if need be."""
        newest = ""
        async for info in self._store.list_after(prefix, prefix + since if since else ""):
            newest = max(newest, info.name)
        return newest if newest or not since else await self._last(prefix)
