"""A kit on trial: does it alone open the newest copy at the store that it names? Nothing is written anywhere."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.model.bundle import Bundle
from perdure.continuity.model.kit import Kit
from perdure.continuity.model.stores import StoreList
from perdure.continuity.ports import Store
from perdure.continuity.rules import kit as rules
from perdure.continuity.rules import layout, sealing
from perdure.continuity.service.finding import Newest, newest_bundle
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
    identity = rules.identity_of(kit)
    newest = await newest_bundle({kit.store.name: store}, identity, {kit.root})
    found = [*_bundle(newest, now_ms)]
    if newest.opened is not None:
        bundle = newest.opened.bundle
        found += [*_same_site(kit, bundle), *_drift(kit, bundle)]
        found.append(await _data_key(store, identity, bundle.name))
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


async def _data_key(store: Store, identity: str, bundle_name: str) -> Found:
    """Whether the kit opens the newest key of the epoch's contents."""
    place = bundle_name.split("/")[1]
    newest = ""
    try:
        async for info in store.list_after(f"{layout.KEYS}/{place}/"):
            newest = max(newest, info.name)
        if not newest:
            text = f"no key under {layout.KEYS}/{place}/: nothing was shipped yet"
            return Found(good=False, what="contents", text=text)
        sealing.unwrap(identity, await store.get(newest), newest)
    except AppError as error:
        return Found(good=False, what="contents", text=error.public)
    return Found(good=True, what="contents", text=f"{newest} opens")
