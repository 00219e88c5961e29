"""Three stores on the gallery's list, in every kind of hand: folders, which nobody ships to, as the site has no kit."""

from pathlib import Path
from typing import Final

import msgspec

from perdure import wiring
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.service import disk, stores

_HOST: Final = Owner(entity="Hoster GmbH", country="DE")
_STORES: Final = (
    ("attic", Owner(entity="Ada Lovelace", country="SE"), "a disk taken away each week"),
    ("object-store-with-a-very-long-name-indeed", Owner(entity="Données & Nuages SAS", country="FR"), ""),
    ("cellar", _HOST, ""),
)


def list_stores(data: Path) -> None:
    """Make them, and put them on a site's list."""
    records = tuple(
        StoreRecord(name=name, url=f"file://{data}/copies/{name}", owner=owner, protected=protected)
        for name, owner, protected in _STORES
    )
    for record in records:
        folder = data / "copies" / record.name
        folder.mkdir(parents=True)
        wiring.store_opener().make_ready(record)
    disk.write_private(data / stores.FILE, msgspec.json.encode(StoreList(host=_HOST, stores=records)))
