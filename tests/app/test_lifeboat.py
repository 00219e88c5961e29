"""The lifeboat is brought to places in other hands by itself, and whoever answers for the site hears where it is old."""

import hashlib
import json
from pathlib import Path

import msgspec

from perdure import wiring
from perdure.adapters.stores import Stores
from perdure.continuity.model.kit import KitRecord
from perdure.continuity.model.stores import Owner, StoreRecord
from perdure.continuity.ports import StoreOpener
from perdure.continuity.rules import signing
from perdure.continuity.service import boats, disk, lifeboat, moved, physical, stores
from perdure.continuity.service.kit import RECORD_FILE
from perdure.continuity.service.status import overview
from perdure.kernel import mode
from perdure.portability.ports import Signer
from perdure.web.standing import draft_of, files_of
from tests import continuity
from tests.app.people import person
from tests.app.test_copies_alarms import lane, list_stores, look, mails, shipper_says
from tests.app.test_pages_settings import signed_in
from tests.command import Command
from tests.site import Site
from tests.stores import objects, use_stores

WEB = "https://boat.example.net/"


def look_after(site: Site, minutes: float = 1) -> None:
    """Time passes, and the worker looks whether the lifeboat is to be brought anywhere."""
    site.clock.advance(seconds=minutes * 60)
    site.run(wiring.keep_lifeboat, site.rt)


def pushes(site: Site, store: str) -> list[str]:
    return sorted({name.split("/")[1] for name in objects(site, store, "lifeboat")})


def add_host(site: Site, folder: Path) -> None:
    folder.mkdir()
    record = StoreRecord(name="web", url=f"file://{folder}", owner=Owner(entity="Web Ltd"), address=WEB)

    async def add() -> None:
        await boats.add(site.rt.settings.data, Stores(), site.clock, record, "", await files_of(site.rt))

    site.run(add)


def broken(site: Site) -> dict[str, dict[str, object]]:
    found = overview(site.rt.settings.data, site.clock.now_ms())
    return {one.key: dict(one.facts) for one in found.promises if not one.kept}


def test_it_goes_to_every_store_at_once_again_when_it_says_something_new_and_daily(site: Site) -> None:
    use_stores(site, "north", "south")
    for _ in range(3):
        look_after(site)
    assert len(pushes(site, "north")) == len(pushes(site, "south")) == 1
    site.run(site.rt.db.write, "site.mode", mode.set_in, mode.READING, "We move.")
    look_after(site)
    at = pushes(site, "south")
    assert len(at) == 2
    facts = objects(site, "south", "lifeboat")[f"lifeboat/{at[1]}/lifeboat.json"]
    assert (json.loads(facts)["state"], json.loads(facts)["reason"]) == ("reading", "We move.")
    signed = objects(site, "south", "lifeboat")[f"lifeboat/{at[1]}/lifeboat.sig.json"]
    told = signing.verify("lifeboat", signed, {site.rt.port(Signer).public_key()}, "it").document  # type: ignore[type-abstract]
    assert told["files"]["lifeboat.json"] == hashlib.sha256(facts).hexdigest()
    look_after(site, 23 * 60)
    assert len(pushes(site, "north")) == 2
    look_after(site, 61)
    assert len(pushes(site, "north")) == 3


def test_a_place_that_did_not_take_it_is_tried_again_and_the_others_are_left_alone(site: Site) -> None:
    opener = use_stores(site, "north", "south")
    opener.set("south", down=True)
    look_after(site)
    known = {boat.name: boat for boat in lifeboat.load(site.rt.settings.data).boats}
    assert (known["north"].error, known["south"].at) == ("", 0)
    assert "no answer" in known["south"].error
    opener.set("south")
    look_after(site, 5)
    assert pushes(site, "south") == []
    look_after(site, 6)
    assert len(pushes(site, "north")) == len(pushes(site, "south")) == 1


def test_a_static_host_has_the_newest_under_names_that_stay_and_is_named_on_the_page(
    site: Site, tmp_path: Path
) -> None:
    add_host(site, tmp_path / "www")
    use = site.rt.settings.data
    look_after(site)
    assert WEB in (tmp_path / "www" / "index.html").read_text()
    site.run(site.rt.db.write, "site.mode", mode.set_in, mode.READING, "")
    look_after(site)
    assert json.loads((tmp_path / "www" / "lifeboat.json").read_bytes())["state"] == "reading"
    assert [one.address for one in stores.load(use).boats] == [WEB]
    boats.remove(use, "web")
    assert stores.load(use).boats == ()


def test_a_host_that_was_left_or_closed_says_nothing_more(site: Site) -> None:
    use_stores(site, "north")
    look_after(site)
    site.run(site.rt.db.write, "site.mode", mode.set_in, mode.CLOSED, "another host reigns")
    look_after(site)
    assert site.run(draft_of, site.rt) is None
    site.run(site.rt.db.write, "site.mode", mode.set_in, mode.READING, "another host reigns")
    moved.note(site.rt.settings.data, "https://new.example")
    look_after(site)
    assert len(pushes(site, "north")) == 1


def test_an_old_lifeboat_is_an_alarm_and_breaks_a_promise(site: Site) -> None:
    person(site, "olga", role="owner")
    data = site.rt.settings.data
    known = continuity.begin_site(data)
    record = KitRecord(root=known.root, created_at=site.clock.now_ms(), tested_at=site.clock.now_ms(), store="north")
    disk.write_private(data / RECORD_FILE, msgspec.json.encode(record))
    opener = use_stores(site, "north", "south")
    look_after(site)
    assert "lifeboat" not in broken(site)
    opener.set("south", revoked_after=0)
    for _ in range(2):
        look_after(site, 14 * 60)
    assert broken(site)["lifeboat"]["owners"] == 1
    shipper_says(site, lane(site, "north"), lane(site, "south"))
    look(site, 0)
    text = mails(site)[-1].get_content()
    assert "south has an old lifeboat, or none, since 28 h" in text
    assert "credentials revoked" in text


def test_a_physical_copy_that_lags_behind_for_hours_is_an_alarm_and_one_that_has_everything_is_not(site: Site) -> None:
    person(site, "olga", role="owner")
    data = site.rt.settings.data
    known = continuity.begin_site(data)
    record = KitRecord(root=known.root, created_at=site.clock.now_ms(), tested_at=site.clock.now_ms(), store="cellar")
    disk.write_private(data / RECORD_FILE, msgspec.json.encode(record))
    list_stores(data, "cellar")
    made = physical.Last(name="phys/1", store="cellar", made_at=site.clock.now_ms(), log=9)
    disk.write_private(data / physical.FOLDER / physical.LAST, msgspec.json.encode(made))
    site.clock.advance(seconds=4 * 3600)
    shipper_says(site, lane(site))
    look(site, 0)
    assert (mails(site), "physical" in broken(site)) == ([], False)
    older = msgspec.structs.replace(made, log=8)
    disk.write_private(data / physical.FOLDER / physical.LAST, msgspec.json.encode(older))
    look(site, 0)
    assert "The physical second copy, made every hour, is 4 h old" in mails(site)[0].get_content()
    assert "physical" in broken(site)


def test_operators_see_where_it_lies_in_both_languages(site: Site, tmp_path: Path) -> None:
    signed_in(site, "olga", role="owner")
    assert "Nowhere yet." in site.get("/operations/copies").text
    add_host(site, tmp_path / "www")
    site.rt.ports[StoreOpener] = Stores()  # type: ignore[index]
    look_after(site)
    page = site.get("/operations/copies").text
    assert f'<a href="{WEB}">' in page
    assert "Where the lifeboat lies" in page
    assert "Où se trouve la page de secours" in site.get("/operations/copies?lang=fr").text


def test_the_command_adds_a_host_pushes_and_says_what_is_old(perdure: Command, site: Site, tmp_path: Path) -> None:
    assert perdure("lifeboat", "list").status == 1
    folder = tmp_path / "www"
    folder.mkdir()
    given = ("--name", "web", "--owner", "Web Ltd")
    assert "--address" in perdure.fails("lifeboat", "add", f"file://{folder}", *given, "--address", "boat.example")
    assert perdure("lifeboat", "add", f"file://{folder}", *given, "--address", WEB).status == 0
    assert "already" in perdure.fails("lifeboat", "add", f"file://{folder}", *given, "--address", WEB)
    done = perdure("lifeboat", "push")
    assert (done.status, "static host" in done.out) == (0, True)
    assert (folder / "lifeboat.sig.json").exists()
    assert perdure("lifeboat", "list").status == 0
    for one in folder.rglob("*"):
        one.unlink()
    folder.rmdir()
    failed = perdure("lifeboat", "push")
    assert (failed.status, "web" in failed.out) == (1, True)
    assert perdure("lifeboat", "remove", "web").status == 0
    assert "no place" in perdure.fails("lifeboat", "remove", "web")
