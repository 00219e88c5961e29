"""From a kit to all stores: what the paper opens names the other places, with their credentials."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.model.bundle import Bundle
from perdure.continuity.model.keys import Site
from perdure.continuity.model.kit import Kit
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.rules import kit as kits
from perdure.continuity.service.finding import Newest, newest_bundle, reigns_at
from perdure.continuity.service.stores import FILE
from perdure.kernel.errors import AppError, Invalid

ANY: Final = "any"


class Found(NamedTuple):
    """What a kit opened. The stores are open: close each at the end."""

    site: Site
    """As the kit knows it: its own root key is the only one that is trusted."""
    identity: str
    bundle: Bundle
    stores: dict[str, Store]
    faults: tuple[str, ...]


async def find(kit: Kit, opener: StoreOpener, wanted: str = ANY) -> Found:
    """Open the newest bundle with a kit, and the stores that it names (``wanted``: one of them, or any).

    Raises Invalid, before anything is written, for a kit that opens nothing, and for a store that is not named.
    """
    identity = kits.identity_of(kit)
    site = Site(site_id=kit.site_id, root=kit.root, recovery=kits.recipient_of(kit.master), host_id="", host="")
    first = await _on_paper(kit, opener, site, identity)
    bundle = _of_site(first, kit)
    opened, faults = _opened(bundle, opener, wanted)
    reigning = await reigns_at(opened, site)
    again = await newest_bundle(opened, identity, {kit.root, *(one.host_key for one in reigning.values())}, reigning)
    if again.opened is not None and again.opened.bundle.name > bundle.name:
        await _close(opened)
        bundle = again.opened.bundle
        opened, faults = _opened(bundle, opener, wanted)
    return Found(site, identity, bundle, opened, (*first.faults, *faults, *again.faults))


async def _on_paper(kit: Kit, opener: StoreOpener, site: Site, identity: str) -> Newest:
    """The newest bundle at the kit's store; where that is dead, at the other addresses on the paper."""
    faults: list[str] = []
    places = [(kit.store.name, kit.store.url, kit.store.secret)]
    places += [(f"paper-{n}", url, "") for n, url in enumerate(kit.stores, 1) if url != kit.store.url]
    for name, url, secret in places:
        try:
            store = opener.open(StoreRecord(name=name, url=url, owner=Owner()), secret)
        except AppError as error:
            faults.append(error.public)
            continue
        try:
            reigning = await reigns_at({name: store}, site)
            trusted = {kit.root, *(one.host_key for one in reigning.values())}
            found = await newest_bundle({name: store}, identity, trusted, reigning)
        finally:
            await store.close()
        if found.opened is not None:
            return found._replace(faults=(*faults, *found.faults))
        faults += found.faults or [f"Store {name} holds no config bundle"]
    raise Invalid(f"This kit opens no copy, and nothing was touched. {'; '.join(faults[:6])}")


def _of_site(found: Newest, kit: Kit) -> Bundle:
    assert found.opened is not None
    bundle = found.opened.bundle
    if bundle.site.site_id != kit.site_id:
        raise Invalid(f"{bundle.name} is of another site than the kit's: two kits got mixed")
    if bundle.site.root != kit.root:
        raise Invalid("The site has a newer kit than this one, which opens old copies only: use the newer one")
    return bundle


def stores_of(bundle: Bundle) -> tuple[StoreList, dict[str, str]]:
    """The list of stores in a bundle, and their secrets by name."""
    files: Mapping[str, bytes] = {file.path: file.data for file in bundle.files}
    try:
        listed = msgspec.json.decode(files.get(FILE, b"{}"), type=StoreList)
    except msgspec.DecodeError as error:
        raise Invalid(f"{bundle.name}: its list of stores cannot be read") from error
    secrets = {
        one.name: files.get(one.secret_file, b"").decode("utf-8", "replace") for one in listed.stores if one.secret_file
    }
    return listed, secrets


def _opened(bundle: Bundle, opener: StoreOpener, wanted: str) -> tuple[dict[str, Store], list[str]]:
    listed, secrets = stores_of(bundle)
    chosen = [one for one in listed.stores if wanted in {ANY, one.name}]
    if not chosen:
        known = ", ".join(one.name for one in listed.stores) or "none"
        raise Invalid(f"The copies know no store named {wanted!r}: there are {known}. Give --from any")
    opened: dict[str, Store] = {}
    faults = []
    for record in chosen:
        try:
            opened[record.name] = opener.open(record, secrets.get(record.name, ""))
        except AppError as error:
            faults.append(error.public)
    if not opened:
        raise Invalid(f"No store can be opened: {'; '.join(faults)}")
    return opened, faults


async def _close(stores: Mapping[str, Store]) -> None:
    for store in stores.values():
        with suppress(AppError):
            await store.close()
