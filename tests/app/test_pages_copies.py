"""The page about the copies: the truth on top, what to do next, and the same live as at rest."""

import msgspec

from perdure.continuity.model.kit import KitRecord
from perdure.continuity.model.lifeboat import Boat, Boats
from perdure.continuity.service import disk, lifeboat, physical
from perdure.continuity.service.kit import RECORD_FILE
from tests.app.browser import words
from tests.app.people import person
from tests.app.test_copies_alarms import lane, list_stores, look, shipper_says
from tests.app.test_pages_settings import browse_as, signed_in
from tests.continuity import begin_site
from tests.site import Site

PAGE = "/operations/copies"
LIVE = f"{PAGE}/live"


def make_kit(site: Site) -> None:
    now = site.clock.now_ms()
    known = begin_site(site.rt.settings.data)
    record = KitRecord(root=known.root, created_at=now - 86_400_000, tested_at=now - 3_600_000, store="attic")
    disk.write_private(site.rt.settings.data / RECORD_FILE, msgspec.json.encode(record))


def bring_the_rest(site: Site, *names: str) -> None:
    now = site.clock.now_ms()
    boats = tuple(Boat(name=name, kind="store", at=now, known_at=now) for name in names)
    disk.write_private(site.rt.settings.data / lifeboat.FILE, msgspec.json.encode(Boats(boats=boats)))
    newest = physical.Last(name="phys/1", store=names[0], made_at=now, log=9)
    disk.write_private(site.rt.settings.data / physical.FOLDER / physical.LAST, msgspec.json.encode(newest))


def test_before_anything_is_copied_the_page_says_so_and_names_the_first_command(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    page = site.get(PAGE).text
    assert "Nothing is copied yet. There is no recovery kit" in words(page)
    assert page.index("perdure kit create") < page.index("perdure stores add") < page.index("perdure serve")
    assert "Never rehearsed" in page
    assert "Rien n’est encore copié." in site.get(f"{PAGE}?lang=fr").text


def test_when_all_is_kept_the_sentence_is_the_delay_of_the_worst_store(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    make_kit(site)
    list_stores(site.rt.settings.data, "attic", "cellar", "tower")
    shipper_says(site, *(lane(site, name, behind_ms=ms) for name, ms in (("attic", 0), ("cellar", 231), ("tower", 90))))
    bring_the_rest(site, "attic", "cellar", "tower")
    page = words(site.get(PAGE).text)
    assert "0.2 s behind. 3 stores hold everything that was written before." in page
    assert "What to do next" not in page
    assert "Three independent owners" in page
    assert "made 1 day ago, tried 1 hour ago" in page
    assert "Owner of cellar , SE Counts as a hand of its own. Out of the host’s reach." in page
    assert "0,2 s de retard. 3 dépôts" in words(site.get(f"{PAGE}?lang=fr").text).replace("\xa0", " ")


def test_a_store_in_trouble_is_shown_with_what_it_said_and_the_gaps_in_words(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    make_kit(site)
    list_stores(site.rt.settings.data, "attic", "cellar")
    shipper_says(site, lane(site, "attic", behind_ms=3000, state="trying", error="no route <to> attic"))
    look(site, 1)
    page = site.get(PAGE).text
    assert "no route &lt;to&gt; attic" in page
    told = words(page)
    assert "3.0 s behind at the furthest store." in told
    assert "cellar does not keep up. Behind: unknown." in told
    assert "2 of 3 independent owners." in told
    assert "Add a store of somebody else" in told
    assert "perdure stores probe cellar" in told
    assert "2 propriétaires indépendants sur 3." in words(site.get(f"{PAGE}?lang=fr").text)


def test_a_silent_shipper_is_not_shown_as_up_to_date(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    make_kit(site)
    list_stores(site.rt.settings.data, "attic")
    shipper_says(site, lane(site, "attic", behind_ms=0))
    site.clock.advance(seconds=300)
    told = words(site.get(PAGE).text)
    assert "Nothing is being copied. The shipper was last heard of: 5 minutes ago." in told
    assert "unknown behind" in told
    assert "Up to date" not in told
    assert site.get(LIVE).json()["stores"][0]["ms"] is None


def test_the_live_part_says_the_same_words_as_the_page_and_tells_when_more_than_a_figure_changed(site: Site) -> None:
    assert site.get(LIVE, headers={"Accept": "application/json"}).status_code == 401
    signed_in(site, "olga", role="owner")
    make_kit(site)
    list_stores(site.rt.settings.data, "attic", "cellar", "tower")
    names = ("attic", "cellar", "tower")
    shipper_says(site, *(lane(site, name, behind_ms=100) for name in names))
    page, first = site.get(PAGE).text, site.get(LIVE).json()
    assert first["text"] in page
    assert f'data-mark="{first["mark"]}"' in page
    assert all(one["far"] in page and one["waiting"] in page and one["state"] in page for one in first["stores"])
    shipper_says(site, *(lane(site, name, behind_ms=900) for name in names))
    second = site.get(LIVE).json()
    assert (second["mark"], second["stores"][0]["ms"]) == (first["mark"], 900)
    shipper_says(site, *(lane(site, name, behind_ms=61_000) for name in names))
    third = site.get(LIVE).json()
    assert (third["level"], third["mark"] == first["mark"]) == ("ill", False)
    browse_as(site, person(site, "mod1", role="moderator"))
    assert site.get(LIVE, headers={"Accept": "application/json"}).status_code == 403


def test_a_store_that_is_gone_while_nobody_writes_is_not_shown_as_up_to_date(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    make_kit(site)
    list_stores(site.rt.settings.data, "attic")
    shipper_says(site, lane(site, "attic", behind_ms=0, head_at=site.clock.now_ms() - 61_000))
    (found,) = site.get(LIVE).json()["stores"]
    assert (found["level"], found["state"]) == ("ill", "Does not take this host’s sign of life")
