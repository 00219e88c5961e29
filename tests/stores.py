"""Stores in folders for a site under test, each of which can be made to misbehave."""

from pathlib import Path

import msgspec

from perdure.adapters.store_folder import adopt
from perdure.adapters.stores import Stores
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.service import disk
from perdure.continuity.service.stores import FILE
from tests.faulty_store import FaultyStore
from tests.site import Site


class Faulty:
    """Opens every store in a wrapper whose faults are set here, by name of the store."""

    def __init__(self) -> None:
        self.faults: dict[str, dict[str, object]] = {}
        self.asked: list[FaultyStore] = []

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> Store:
        made = FaultyStore(Stores().open(record, secret, raw=raw), record.name)
        for name, value in self.faults.get(record.name, {}).items():
            setattr(made, name, value)
        self.asked.append(made)
        return made

    def make_ready(self, record: StoreRecord) -> None:
        Stores().make_ready(record)

    def set(self, store: str, **faults: object) -> None:
        self.faults[store] = faults


def use_stores(site: Site, *names: str) -> Faulty:
    """Put stores in folders beside the data directory on a site's list; returns where their faults are set."""
    data = site.rt.settings.data
    records = []
    for name in names:
        folder = store_folder(site, name)
        folder.mkdir(exist_ok=True)
        adopt(folder)
        records.append(StoreRecord(name=name, url=f"file://{folder}", owner=Owner(entity=name)))
    listed = StoreList(host=Owner(entity="host"), stores=tuple(records))
    disk.write_private(data / FILE, msgspec.json.encode(listed))
    opener = Faulty()
    site.rt.ports[StoreOpener] = opener  # type: ignore[index]
    return opener


def store_folder(site: Site, name: str) -> Path:
    return site.rt.settings.data.parent / f"store-{name}"


def objects(site: Site, store: str, kind: str) -> dict[str, bytes]:
    """What a store holds of one kind, by name."""
    folder = store_folder(site, store)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob(f"{kind}/**/*") if path.is_file()}
