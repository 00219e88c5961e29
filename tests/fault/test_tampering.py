"""What somebody, or a bad disk, may do to copies is found, and out-voted by another store (continuity.md §8.2, test 3)."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.model.restoring import Ledger, Outcome, Report
from perdure.continuity.rules import layout, signing
from perdure.continuity.service.restoring.places import place_for
from perdure.continuity.service.restoring.run import Wish, restore
from perdure.kernel.clock import SystemClock
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.schema import metadata
from tests.copied import CopiedSite
from tests.copying import hashes, plain, strained_row
from tests.site import on_loop

FREE = ("tag", "site_setting", "custom_emoji")


class Copies:
    """Three stores with a snapshot, several segments behind it and a last sign of life; one of them is tampered with."""

    def __init__(self, copied: CopiedSite, template: Path, folder: Path) -> None:
        self.copied = copied
        self.template = template
        self.folder = folder
        self.live = live(copied.settings)

    def a(self, pattern: str, place: int = 0, store: str = "a") -> Path:
        """An object at a store by its name, the oldest first."""
        return sorted(self.copied.folders[store].glob(pattern))[place]

    def back(self, **wish: Any) -> Report:
        """Restore, and compare with what the site held."""
        home = Settings(data=self.folder / "home")
        home.data.mkdir(parents=True)

        def migrate(settings: Settings, revision: str) -> None:
            if revision:
                shutil.copy(self.template, settings.data / "perdure.db")

        wished = Wish(home, rehearsal=True, **wish)
        place = place_for(home, migrate)
        report = on_loop(restore(wished, self.copied.kit("c"), Stores(), place, SystemClock(), Quiet(), nothing))
        self.home = home
        return report


class Quiet:
    def step(self, name: str, total: int = 0) -> None: ...

    def advance(self, rows: int) -> None: ...


async def nothing(_settings: Settings, _ledger: Ledger) -> Outcome:
    return Outcome()


def live(settings: Settings) -> dict[str, tuple[int, str]]:
    with plain(settings) as db:
        return hashes(db, db.shapes())


@pytest.fixture(scope="module")
def shipped(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CopiedSite, Path]:
    """Made once: a site and its copies, and a clean copy of all three stores."""
    folder = tmp_path_factory.mktemp("tampering")
    data = folder / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "perdure.db")
    settings = Settings(data=data, base_url="http://perdure.test")
    fill(settings, range(1, 9))
    copied = CopiedSite(settings, folder / "stores")
    copied.ship()
    for start in (20, 30, 40):
        fill(settings, range(start, start + 3))
        copied.ship(snapshot=False)
    shutil.copytree(folder / "stores", folder / "clean")
    return copied, folder


def fill(settings: Settings, numbers: range) -> None:
    with plain(settings) as db:
        for name in FREE:
            for n in numbers:
                db.insert(metadata.tables[name], strained_row(metadata.tables[name], n))


@pytest.fixture
def copies(shipped: tuple[CopiedSite, Path], sqlite_template: Path, tmp_path: Path) -> Iterator[Copies]:
    copied, folder = shipped
    yield Copies(copied, sqlite_template, tmp_path)
    for name, place in copied.folders.items():
        shutil.rmtree(place)
        shutil.copytree(folder / "clean" / name, place)


def flip(path: Path, place: int = -5) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    rewrite(path, bytes(data))


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    rewrite(one, second)
    rewrite(other, first)


def forged_genesis(copies: Copies) -> None:
    """Somebody with a key of their own claims the next epoch."""
    key = signing.new_key()
    path = copies.a("epoch/*/genesis")
    document = signing.verify("genesis", path.read_bytes(), {copies.copied.site.host}, "x").document
    forged = {**document, "epoch": 2, "host_key": signing.public_of(key), "voucher": ""}
    target = path.parents[1] / layout.genesis(2).split("/", 1)[1]
    target.parent.mkdir()
    target.write_bytes(signing.sign("genesis", forged, key))


def forged_head(copies: Copies) -> None:
    """A sign of life that names segments that never were."""
    path = copies.a("head/*/*", -1)
    document = signing.verify("head", path.read_bytes(), {copies.copied.site.host}, "x").document
    key = signing.new_key()
    rewrite(path, signing.sign("head", {**document, "seq": 999}, key))


def stretched_head(copies: Copies) -> None:
    """The same in a document that was signed: its signature does not fit any more."""
    path = copies.a("head/*/*", -1)
    rewrite(path, path.read_bytes().replace(b'"seq":', b'"seq":9'))


TAMPERED: dict[str, Callable[[Copies], None]] = {
    "one bit of a segment": lambda copies: flip(copies.a("seg/*/*", -1)),
    "one bit of a segment's header": lambda copies: flip(copies.a("seg/*/*", -1), 20),
    "a segment cut short": lambda copies: rewrite(copies.a("seg/*/*", -1), copies.a("seg/*/*", -1).read_bytes()[:-9]),
    "an empty segment": lambda copies: rewrite(copies.a("seg/*/*", -1), b""),
    "two segments swapped": lambda copies: swap(copies.a("seg/*/*", -1), copies.a("seg/*/*", -2)),
    "a segment in the middle is gone": lambda copies: copies.a("seg/*/*", -2).unlink(),
    "one bit of a chunk": lambda copies: flip(copies.a("snap/*/*/tag-*")),
    "two chunks swapped": lambda copies: swap(copies.a("snap/*/*/tag-*"), copies.a("snap/*/*/custom_emoji-*")),
    "a changed manifest": lambda copies: rewrite(
        copies.a("snap/*/*/manifest"), copies.a("snap/*/*/manifest").read_bytes().replace(b'"count":8', b'"count":7')
    ),
    "a wrapped key of somebody else": lambda copies: swap(copies.a("key/*/*", 0), copies.a("key/*/*", 1)),
    "changed shapes": lambda copies: rewrite(
        copies.a("schema/*"), copies.a("schema/*").read_bytes().replace(b"tag", b"gat")
    ),
    "a forged genesis": forged_genesis,
    "a forged sign of life": forged_head,
    "a sign of life that was stretched": stretched_head,
    "a damaged genesis": lambda copies: flip(copies.a("epoch/*/genesis"), 40),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_is_changed_at_one_store_is_told_and_taken_from_another(copies: Copies, how: str) -> None:
    TAMPERED[how](copies)
    report = copies.back()
    assert live(copies.home) == copies.live
    if how != "a segment in the middle is gone":  # another store has it, and nothing is read twice to find out
        assert any("Store a" in fault or "a:" in fault for fault in report.missing), report.missing


def roll_back(copies: Copies, store: str) -> None:
    """The last segments and signs of life are gone, as if a disk had been put back to yesterday."""
    folder = copies.copied.folders[store]
    for path in [*sorted(folder.glob("seg/*/*"))[-2:], *sorted(folder.glob("head/*/*"))[-6:]]:
        path.unlink()


def test_a_store_that_is_rolled_back_is_told_and_out_voted(copies: Copies) -> None:
    roll_back(copies, "a")
    report = copies.back()
    assert live(copies.home) == copies.live
    assert any("rolled back" in fault and "Store a" in fault for fault in report.missing), report.missing


def test_segments_that_no_store_has_are_refused_unless_the_loss_is_accepted(copies: Copies) -> None:
    for store in copies.copied.folders:
        copies.a("seg/*/*", -1, store).unlink()
    with pytest.raises(Invalid, match=r"older than their heartbeat.*seg/000000000001/.*--accept-loss"):
        copies.back()
    shutil.rmtree(copies.folder / "home")

    report = copies.back(accept_loss=True)
    assert report.accepted_loss
    assert live(copies.home) != copies.live
    assert live(copies.home).keys() == copies.live.keys()


def test_a_snapshot_that_is_broken_everywhere_gives_way_to_an_older_one(copies: Copies) -> None:
    copies.copied.snapshot_again()
    for store in copies.copied.folders:
        flip(max(copies.copied.folders[store].glob("snap/*/*/tag-*")))
    report = copies.back()
    assert live(copies.home) == copies.live
    assert any("tag-000000" in fault for fault in report.missing)


def test_half_a_snapshot_is_none(copies: Copies) -> None:
    copies.copied.snapshot_again()
    for store in copies.copied.folders:
        max(copies.copied.folders[store].glob("snap/*/*/tag-*")).unlink()
    report = copies.back()
    assert live(copies.home) == copies.live
    assert any("not whole" in fault for fault in report.missing)


def test_without_any_whole_snapshot_the_refusal_names_the_object(copies: Copies) -> None:
    for store in copies.copied.folders:
        copies.a("snap/*/*/tag-*", 0, store).unlink()
    with pytest.raises(Invalid, match=r"No snapshot can be loaded.*tag-000000"):
        copies.back()
