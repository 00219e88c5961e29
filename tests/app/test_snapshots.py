"""Snapshots at the stores: whole, opened by the kit, and exactly what the database held."""

import hashlib
from pathlib import Path

import pytest

from perdure.continuity.errors import StoreFull
from perdure.continuity.model.snapshots import Manifest
from perdure.continuity.ports import Store
from perdure.continuity.rules import canonical, layout, sealing
from perdure.continuity.rules import snapshots as rules
from perdure.continuity.service import snapshots
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.schema import metadata
from tests.copied import CopiedSite
from tests.copying import hashes, plain, strained_row
from tests.site import on_loop

TABLES = ("tag", "post", "account", "site_setting", "passkey", "follow")


@pytest.fixture
def copied(settings: Settings, tmp_path: Path) -> CopiedSite:
    with plain(settings) as db:
        db.without_foreign_keys()
        for name in TABLES:
            for n in range(1, 30):
                db.insert(metadata.tables[name], strained_row(metadata.tables[name], n))
    return CopiedSite(settings, tmp_path / "stores")


def manifests(copied: CopiedSite, store: str) -> list[Manifest]:
    folder = copied.folders[store]
    found = sorted((folder / "snap").rglob("manifest"))
    return [rules.read_manifest(path.read_bytes(), copied.site.host, str(path.relative_to(folder))) for path in found]


def test_every_store_gets_a_snapshot_whose_chunks_are_the_tables(copied: CopiedSite, settings: Settings) -> None:
    copied.ship()
    for name, folder in copied.folders.items():
        (manifest,) = manifests(copied, name)
        wrapped = (folder / layout.key(manifest.epoch, manifest.key)).read_bytes()
        key = sealing.unwrap(copied.identity, wrapped, "key")
        live = None
        with plain(settings) as db:
            live = hashes(db, db.shapes())
        assert {table.name: (table.count, table.hash) for table in manifest.tables} == live
        for table in manifest.tables:
            sum_ = hashlib.sha256()
            for number, chunk in enumerate(table.chunks):
                data = (folder / rules.chunk_name(manifest.name, table.name, number)).read_bytes()
                assert rules.digest(data) == chunk.sha256
                rows = rules.open_chunk(manifest, table.name, number, data, key)
                assert len(rules.unpacked(rows, "x")) == chunk.count
                sum_.update(canonical.unframed(rows))
            assert sum_.hexdigest() == table.hash


def test_a_chunk_passes_for_no_other(copied: CopiedSite) -> None:
    copied.ship()
    (manifest,) = manifests(copied, "a")
    folder = copied.folders["a"]
    key = sealing.unwrap(copied.identity, (folder / layout.key(manifest.epoch, manifest.key)).read_bytes(), "key")
    data = (folder / rules.chunk_name(manifest.name, "post", 0)).read_bytes()
    with pytest.raises(Invalid, match="not this part"):
        rules.open_chunk(manifest, "tag", 0, data, key)
    with pytest.raises(Invalid, match="post-000000"):
        rules.open_chunk(manifest, "post", 0, data[:-1] + bytes([data[-1] ^ 1]), key)


class Full:
    """A store that is full."""

    async def put_new(self, name: str, data: bytes) -> None:
        raise StoreFull("no room", store="full", name=name)


def test_a_store_that_fails_gets_no_manifest_and_costs_the_others_nothing(
    copied: CopiedSite, settings: Settings
) -> None:
    copied.ship(snapshot=False)
    held, good = copied.held(), copied.opened()["a"]
    since = snapshots.Since(snapshots.Position(), 0, bytes(32))
    full: Store = Full()  # type: ignore[assignment]
    made = on_loop(snapshots.make(settings, held.genesis, held.key, since, [full, good], copied.clock))
    assert [error.name for error in made.failed.values()] != []
    assert list(made.failed) == [0]
    assert len(manifests(copied, "a")) == 1
    assert manifests(copied, "b") == []
    with pytest.raises(StoreFull):
        on_loop(snapshots.make(settings, held.genesis, held.key, since, [full], copied.clock))
