"""Stored files at the stores: encrypted, complete, readable again, and worthless once they are erased."""

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from perdure.continuity.model.scrub import MediaScrub
from perdure.continuity.service import scrubbed
from perdure.continuity.service.shipping import acks
from perdure.continuity.service.status import overview
from perdure.kernel.db import sql
from perdure.kernel.errors import Invalid
from perdure.media import jobs
from perdure.media.ports import ObjectStore
from perdure.media.rules import copying as rules
from perdure.media.service import confirming, copying, recalling, scrubbing
from tests.app import pictures
from tests.app.people import Person, person
from tests.app.test_decisions import but, decide
from tests.app.test_media import local, send
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.command import Command
from tests.site import Site, rows
from tests.stores import objects, store_folder, use_stores


def uploaded(site: Site, who: Person, **form: Any) -> dict[str, Any]:
    answer = send(site, who, pictures.picture("png"), **form)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def lose(site: Site) -> None:
    """The disk is gone; the database was restored."""
    shutil.rmtree(site.rt.settings.data / "media")
    recalling._failed.clear()


def at(site: Site, store: str) -> dict[str, bytes]:
    return objects(site, store, "media")


def copies(site: Site) -> None:
    site.run(jobs.send_missing, site.rt)


def test_a_file_is_at_one_store_at_once_and_soon_at_all_encrypted_and_named_by_its_ciphertext(site: Site) -> None:
    use_stores(site, "north", "south")
    entity = uploaded(site, person(site, "alice"))
    site.work()
    assert [len(at(site, name)) for name in ("north", "south")] == [2, 0]
    copies(site)
    assert at(site, "north") == at(site, "south")
    plain = site.get(local(entity["url"])).content
    for name, data in at(site, "south").items():
        assert name == f"media/{sha256(data).hexdigest()}"
        assert plain[:64] not in data


def test_profile_pictures_are_copied_too(site: Site) -> None:
    use_stores(site, "north")
    alice = person(site, "alice")
    file = {"avatar": ("a.png", pictures.picture("png"), "image/png")}
    assert site.patch("/api/v1/accounts/update_credentials", alice.token, files=file).status_code == 200
    site.work()
    assert len(at(site, "north")) == 1
    assert site.request("DELETE", "/api/v1/profile/avatar", alice.token).status_code == 200
    assert site.read(rows, "SELECT key FROM media_copy") == []


def test_a_store_that_is_down_delays_no_other_and_gets_everything_when_it_is_back(site: Site) -> None:
    faulty = use_stores(site, "north", "south", "west")
    faulty.set("north", down=True)
    uploaded(site, person(site, "alice"))
    site.work()
    copies(site)
    assert [len(at(site, name)) for name in ("north", "south", "west")] == [0, 2, 2]
    lose(site)
    faulty.set("north")
    copies(site)
    assert at(site, "north") == at(site, "south")


def test_a_store_that_takes_its_time_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_HEDGE_S", 0.7)  # a put and its row take less, also on a busy machine
    faulty = use_stores(site, "north", "south")
    faulty.set("north", delay_s=30.0)
    alice = person(site, "alice")
    uploaded(site, alice)
    site.work()
    assert [len(at(site, name)) for name in ("north", "south")] == [0, 2]
    faulty.asked.clear()
    uploaded(site, alice)
    site.work()
    assert len(at(site, "south")) == 4
    assert sum(one.calls["put_new"] for one in faulty.asked if one.name == "north") == 0


def test_a_store_added_later_gets_what_is_there(site: Site) -> None:
    uploaded(site, person(site, "alice"))
    site.work()
    copies(site)
    use_stores(site, "north")
    copies(site)
    assert len(at(site, "north")) == 2


def test_a_large_file_goes_in_parts_and_comes_back_whole(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PART_BYTES", 100)
    use_stores(site, "north")
    entity = uploaded(site, person(site, "alice"))
    before = site.get(local(entity["url"])).content
    site.work()
    parts = site.read(rows, "SELECT part FROM media_copy WHERE key = (SELECT file_key FROM media) ORDER BY part")
    assert [row.part for row in parts] == list(range(-(-len(before) // 100)))
    assert len(parts) > 1
    lose(site)
    assert site.get(local(entity["url"])).content == before


def test_a_file_that_is_not_here_comes_back_from_the_first_store_that_delivers_it_whole(site: Site) -> None:
    faulty = use_stores(site, "north", "south")
    entity = uploaded(site, person(site, "alice"))
    before = site.get(local(entity["url"])).content
    site.work()
    copies(site)
    lose(site)
    faulty.set("north", rotten=set(at(site, "north")))
    answer = site.get(local(entity["url"]))
    assert (answer.status_code, answer.content) == (200, before)
    faulty.set("south", down=True)  # from here on it is on this disk
    assert site.get(local(entity["url"])).content == before


def test_while_no_store_delivers_a_picture_a_placeholder_stands_in_and_nobody_keeps_it(site: Site) -> None:
    faulty = use_stores(site, "north")
    entity = uploaded(site, person(site, "alice"))
    site.work()
    lose(site)
    faulty.set("north", down=True)
    answer = site.get(local(entity["url"]))
    assert (answer.status_code, answer.headers["content-type"]) == (503, "image/svg+xml")
    assert answer.content.startswith(b"<svg")
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["retry-after"]) > 0
    assert site.get("/media/aa/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.png").status_code == 404
    recalling._failed.clear()
    faulty.set("north")
    assert site.get(local(entity["url"])).status_code == 200


def test_erasing_a_file_makes_every_copy_of_it_worthless(site: Site) -> None:
    use_stores(site, "north")
    alice = person(site, "alice")
    entity = uploaded(site, alice)
    site.work()
    assert len(at(site, "north")) == 2
    assert site.request("DELETE", f"/api/v1/media/{entity['id']}", alice.token).status_code == 200
    assert site.read(rows, "SELECT key FROM media_copy") == []
    assert site.read(rows, "SELECT object FROM media_at_store") == []
    assert site.get(local(entity["url"])).status_code == 404


def test_what_shows_the_abuse_of_children_goes_to_no_store_unless_the_decision_is_taken_back(site: Site) -> None:
    use_stores(site, "north")
    alice, mona = person(site, "alice"), mod(site)
    entity = uploaded(site, alice)
    other = uploaded(site, alice)
    post = say(site, alice, "quillwort", media_ids=[entity["id"]])
    report(site, person(site, "bob"), alice, post["id"], category="violation")
    made = decide(site, mona, but(policy="child_safety"))
    site.work()
    copies(site)
    kept = {row.key for row in site.read(rows, "SELECT key FROM media_copy")}
    assert kept == {local(other[name]).removeprefix("/media/") for name in ("url", "preview_url")}
    assert len(at(site, "north")) == 2
    site.run(jobs.begin_uncopied, site.rt)
    site.work()
    copies(site)
    assert len(at(site, "north")) == 2
    from perdure.moderation.service import decisions

    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    site.work()
    assert len(at(site, "north")) == 4


def test_an_upload_is_answered_when_one_store_has_it_or_after_a_while_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_stores(site, "north")
    monkeypatch.setattr(confirming, "_PATIENCE_S", 0.2)
    alice = person(site, "alice")
    told = acks.Writer(site.rt.settings.data)
    keys = [row.key for row in site.read(rows, "SELECT key FROM media_copy")]
    assert site.run(confirming.confirmed, site.rt, keys)
    told.say(1, 1, site.rt.clock.now_ms())
    uploaded(site, alice)  # the worker does not run in this test
    keys = [row.key for row in site.read(rows, "SELECT key FROM media_copy")]
    assert not site.run(confirming.confirmed, site.rt, keys)
    site.work()
    assert site.run(confirming.confirmed, site.rt, keys)


def test_a_copy_of_one_file_passes_for_no_other() -> None:
    secret = rules.new_secret()
    sealed = rules.seal(secret, "aa/b.png", 0, b"bytes")
    assert rules.unseal(secret, "aa/b.png", 0, sealed) == b"bytes"
    for key, part, data in (("aa/c.png", 0, sealed), ("aa/b.png", 1, sealed), ("aa/b.png", 0, sealed[:-1] + b"\0")):
        with pytest.raises(Invalid):
            rules.unseal(secret, key, part, data)


def scrubbed_now(site: Site) -> MediaScrub:
    """What the scrubber finds now; whatever it wants sent again is sent."""
    site.run(jobs.scrub, site.rt)
    copies(site)
    site.run(jobs.scrub, site.rt)
    return scrubbed.last(site.rt.settings.data)


def missing(found: MediaScrub) -> dict[str, tuple[int, int]]:
    return {one.name: (one.missing, one.rotten) for one in found.stores}


def test_a_store_that_comes_late_or_forgot_what_it_was_sent_is_found_out_by_its_list_and_healed(site: Site) -> None:
    faulty = use_stores(site, "north")
    uploaded(site, person(site, "alice"))
    site.work()
    faulty = use_stores(site, "north", "south", "west")
    faulty.set("south", forgets=True)
    site.run(jobs.scrub, site.rt)
    assert missing(scrubbed.last(site.rt.settings.data)) == {"north": (0, 0), "south": (2, 0), "west": (2, 0)}
    copies(site)
    assert at(site, "west") == at(site, "north")
    faulty.set("south")
    site.clock.advance(days=1)
    assert missing(scrubbed_now(site)) == {"north": (0, 0), "south": (0, 0), "west": (0, 0)}
    assert at(site, "south") == at(site, "north")


def test_a_copy_that_rots_is_found_by_reading_back_and_replaced_under_another_name(site: Site) -> None:
    use_stores(site, "north")
    uploaded(site, person(site, "alice"))
    site.work()
    name, data = min(at(site, "north").items())
    path = store_folder(site, "north") / name
    path.chmod(0o600)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    found = scrubbed_now(site)
    assert missing(found) == {"north": (0, 0)}
    site.run(jobs.scrub, site.rt)
    left = {row.object for row in site.read(rows, "SELECT object FROM media_copy")}
    assert name.removeprefix("media/") not in left
    assert {f"media/{one}" for one in left} <= at(site, "north").keys()


def test_a_file_that_is_nowhere_is_listed_and_the_rest_comes_back_by_itself(site: Site, perdure: Command) -> None:
    use_stores(site, "north", "south")
    first, second = uploaded(site, person(site, "alice")), uploaded(site, person(site, "bob"))
    site.work()
    copies(site)
    lose(site)
    key = local(first["url"]).removeprefix("/media/")
    (named,) = [row.object for row in site.read(rows, "SELECT key, object FROM media_copy") if row.key == key]
    for store in ("north", "south"):
        (store_folder(site, store) / f"media/{named}").unlink()
    found = scrubbed_now(site)
    assert found.lost == (key,)
    assert missing(found) == {"north": (1, 0), "south": (1, 0)}
    assert len(list((site.rt.settings.data / "media").rglob("*.png"))) == 3
    assert site.get(local(second["url"])).status_code == 200
    done = perdure("copies", "media")
    assert done.status == 1
    assert key in done.out
    (promise,) = [one for one in overview(site.rt.settings.data, found.at).promises if one.key == "media"]
    assert (promise.kept, promise.facts["lost"]) == (False, 1)
    assert "1 of 4" in done.out


def test_what_is_at_which_store_is_made_anew_from_their_lists(site: Site) -> None:
    faulty = use_stores(site, "gone", "north", "south")
    uploaded(site, person(site, "alice"))
    site.work()
    copies(site)
    faulty.set("gone", down=True)
    site.write(lambda tx: tx.run(sql("DELETE FROM media_at_store WHERE store = 'gone'")))
    before = site.read(rows, "SELECT store, object, state FROM media_at_store ORDER BY store, object")
    site.write(lambda tx: tx.run(sql("DELETE FROM media_at_store")))
    site.run(scrubbing.rebuild, site.rt)
    assert site.read(rows, "SELECT store, object, state FROM media_at_store ORDER BY store, object") == before
    assert len(before) == 4


def test_a_film_that_is_on_its_way_says_when_to_ask_again(site: Site, tmp_path: Path) -> None:
    faulty = use_stores(site, "north")
    key, film = f"aa/{'b' * 30}.mp4", tmp_path / "film"
    film.write_bytes(b"frames")
    site.run(site.rt.port(ObjectStore).put, key, film, "video/mp4")
    site.write(copying.begin_in, [key])
    site.work()
    lose(site)
    faulty.set("north", down=True)
    answer = site.get(f"/media/{key}")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    recalling._failed.clear()
    faulty.set("north")
    assert site.get(f"/media/{key}", headers={"Range": "bytes=2-4"}).content == b"ame"
