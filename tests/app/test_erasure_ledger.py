"""What was erased or decided stays so, also where a restore brings back an older state (continuity.md §3.12)."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from perdure import worker
from perdure.audit.service import enforcement
from perdure.continuity.model.ledger import Entry, Measure
from perdure.continuity.model.restoring import Ledger, Outcome
from perdure.continuity.ports import Store
from perdure.continuity.rules import sealing
from perdure.continuity.service import erasures, measures, outgoing
from perdure.continuity.service.site import load_site
from perdure.kernel.db import sql
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.media.service import copying
from perdure.moderation.service import again, decisions, preservation
from perdure.portability.service import forgetting
from perdure.portability.service.forgetting import ERASERS
from tests import continuity
from tests.app.people import person
from tests.app.test_decisions import but, decide, reported
from tests.app.test_media_copies import uploaded
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.faulty_store import FaultyStore, faulty_folder
from tests.site import Site, open_site, rows


def shipped(site: Site, *stores: Store) -> None:
    """What the shipper does with what is handed to it."""

    async def put() -> None:
        for name, path in outgoing.waiting(site.rt.settings.data):
            for store in stores:
                if await store.head(name) is None:
                    await store.put_new(name, path.read_bytes())
            path.unlink()

    asyncio.run(put())


def trusted(site: Site) -> set[str]:
    known = load_site(site.rt.settings.data)
    assert known is not None
    return {known.host}


@pytest.fixture
def store(site: Site, tmp_path: Path) -> FaultyStore:
    continuity.begin_site(site.rt.settings.data)
    return faulty_folder(tmp_path / "north")


def erased(site: Site, *stores: Store) -> list[Entry]:
    site.work()
    shipped(site, *stores)
    return site.run(erasures.entries, {str(n): one for n, one in enumerate(stores)}, trusted(site))


def replayed(site: Site, found: list[Entry]) -> erasures.Replayed:
    return site.run(erasures.replay, site.rt.db, found, erasures.salt(site.rt.settings.data), ERASERS)


def test_erased_accounts_posts_and_files_are_told_without_saying_who(site: Site, store: FaultyStore) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "quillwort")
    file = uploaded(site, alice)
    site.request("DELETE", f"/api/v1/statuses/{post['id']}", alice.token)
    site.request("DELETE", f"/api/v1/media/{file['id']}", alice.token)
    site.write(lambda tx: tx.run(sql("UPDATE account SET purge_at = 1 WHERE id = :id"), id=alice.id))
    site.run_jobs()
    found = erased(site, store)
    assert sorted({one.scope for one in found}) == ["account", "media", "post"]
    raw = b"".join(path.read_bytes() for path in (Path(store.inner._root) / "ledger").iterdir())  # type: ignore[attr-defined]
    for ref in (str(alice.id), post["id"], file["id"], "alice"):
        assert ref.encode() not in raw


def test_what_was_erased_after_the_restore_point_is_erased_again_and_only_that(site: Site, store: FaultyStore) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post, other = say(site, alice, "quillwort"), say(site, bob, "quillwort")
    file = uploaded(site, bob)
    data, salt_now = site.rt.settings.data, site.rt.clock.now_ms()
    site.work()
    told = [
        ("account", alice.id, "closed"),
        ("post", int(post["id"]), "deleted"),
        ("media", int(file["id"]), "deleted"),
    ]
    erasures.write(data, told, salt_now)  # by the host before, after what these rows show
    found = erased(site, store)
    assert replayed(site, found).erased == {"account": 1, "post": 1, "media": 1}
    site.work()
    assert site.get(f"/api/v1/accounts/{alice.id}", bob.token).status_code in {404, 410}
    assert site.get(f"/api/v1/statuses/{post['id']}", bob.token).status_code == 404
    assert site.get(f"/api/v1/statuses/{other['id']}", bob.token).status_code == 200
    assert replayed(site, found) == erasures.Replayed({}, ())


def test_a_legal_hold_wins_over_erasure_and_is_listed(site: Site, store: FaultyStore) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post = say(site, alice, "quillwort")
    about = ("post", int(post["id"]))
    site.write(preservation.place_in, mona.id, about, reason="legal", reference="Order 1")
    erasures.write(site.rt.settings.data, [(*about, "deleted")], 5)
    found = erased(site, store)
    assert replayed(site, found) == erasures.Replayed({"post": 0}, (f"post:{post['id']}",))
    assert site.get(f"/api/v1/statuses/{post['id']}", alice.token).status_code == 200


def test_entries_come_from_whichever_store_is_whole_and_from_nobody_else(
    site: Site, store: FaultyStore, tmp_path: Path
) -> None:
    other = faulty_folder(tmp_path / "south")
    name = erasures.write(site.rt.settings.data, [("account", 7, "closed")], 5)
    assert name is not None
    store.rotten = {name}
    assert len(erased(site, store, other)) == 1
    other.rotten = {name}
    faults: list[str] = []
    assert site.run(erasures.entries, {"north": store, "south": other}, trusted(site), faults) == []
    assert name in faults[0]
    store.rotten = set()
    faults.clear()
    assert site.run(erasures.entries, {"north": store}, {"ab" * 32}, faults) == []
    assert "unknown key" in faults[0]


def test_a_site_without_copies_writes_no_ledger(site: Site) -> None:
    alice = person(site, "alice")
    site.request("DELETE", f"/api/v1/statuses/{say(site, alice, 'quillwort')['id']}", alice.token)
    site.work()
    assert list(outgoing.waiting(site.rt.settings.data)) == []


def known(site: Site, store: Store) -> list[Measure]:
    site.run(measures.send, site.rt)
    shipped(site, store)
    found: Any = measures.measures
    return list(site.run(found, {"north": store}, trusted(site), continuity.RECOVERY))


def test_measures_are_on_their_way_at_once_however_long_a_round_of_jobs_takes(site: Site, store: FaultyStore) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice)
    decide(site, mona)

    async def watch() -> None:
        stop = asyncio.Event()
        watching = [asyncio.ensure_future(one) for one in worker._watching(site.rt, stop)]
        for _ in range(100):
            if list(outgoing.waiting(site.rt.settings.data)):
                break
            await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(*watching)

    site.run(watch)
    assert [name[:9] for name, _ in outgoing.waiting(site.rt.settings.data)] == ["ledger/m-"]


def test_a_takedown_from_after_the_restore_point_is_put_into_force_again_with_a_decision(
    site: Site, store: FaultyStore
) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post_id = reported(site, alice)
    decide(site, mona)
    found = known(site, store)
    assert [(one.kind, one.subject) for one in found] == [("takedown", f"post:{post_id}")]
    assert measures.unknown(found, site.read(enforcement.hashes_in)) == []
    (lost,) = measures.unknown(found, set())
    assert site.write(again.enforce_again_in, lost.kind, lost.subject, lost.until) == "stands"

    # Rows from before the decision: another post takes its place, as nothing was decided about it.
    later = say(site, alice, "meadow")
    assert site.write(again.enforce_again_in, "takedown", f"post:{later['id']}", None) == "done"
    assert site.get(f"/api/v1/statuses/{later['id']}", alice.token).status_code == 404
    assert site.write(again.enforce_again_in, "ban", f"account:{alice.id}", None) == "done"
    assert site.read(rows, f"SELECT state, banned FROM account WHERE id = {alice.id}")[0].state == "suspended"
    assert site.write(again.enforce_again_in, "takedown", "post:1", None) == "gone"
    assert site.write(again.enforce_again_in, "freeze", f"account:{mona.id}", 1) == "over"
    assert site.write(again.enforce_again_in, "bank", "bank:1", None) == "told"
    site.clock.advance(days=1)
    site.run_jobs()  # the nightly look at what stands agrees
    assert site.read(rows, f"SELECT state, banned FROM account WHERE id = {alice.id}")[0].state == "suspended"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # rows are put back by hand; the verbs run on both above
def test_a_restore_to_an_older_point_carries_over_both_ledgers_and_says_what_it_could_not(
    site: Site, store: FaultyStore, tmp_path: Path
) -> None:
    alice, mona = person(site, "alice"), mod(site)
    gone, hidden = say(site, alice, "quillwort"), reported(site, alice, "meadow")
    data = site.rt.settings.data
    restore_point = tmp_path / "before.db"
    with closing(sqlite3.connect(data / "perdure.db")) as now, closing(sqlite3.connect(restore_point)) as then:
        now.backup(then)
    decide(site, mona)
    site.request("DELETE", f"/api/v1/statuses/{gone['id']}", alice.token)
    erased(site, store)
    known(site, store)
    site.clock.advance(seconds=60)
    copied = Settings(data=tmp_path / "restored", base_url="http://perdure.test")
    copied.data.mkdir()
    shutil.copy(restore_point, copied.data / "perdure.db")
    with open_site(copied, site.clock) as restored:
        ledger = Ledger(
            erasures=tuple(site.run(erasures.entries, {"north": store}, trusted(site))),
            measures=site.run(measures.measures, {"north": store}, trusted(site), continuity.RECOVERY),
        )
        first = restored.run(forgetting.apply, restored.rt, ledger)
        assert first == Outcome(enforced=(f"takedown on post:{hidden}",)), (
            "without the salt nobody knows who was erased"
        )
        salt = erasures.known_salt(data)
        assert salt is not None
        second = restored.run(forgetting.apply, restored.rt, msgspec.structs.replace(ledger, salt=salt))
        assert second == Outcome(erased={"post": 1})
        for post_id in (gone["id"], hidden):
            assert restored.get(f"/api/v1/statuses/{post_id}", alice.token).status_code == 404


def test_whom_a_site_suspended_cannot_be_read_at_a_store(site: Site, store: FaultyStore) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice)
    decide(site, mona)
    assert len(known(site, store)) == 1
    assert site.run(measures.send, site.rt) == 0
    (path,) = (Path(store.inner._root) / "ledger").iterdir()  # type: ignore[attr-defined]
    assert b"takedown" not in path.read_bytes()
    with pytest.raises(Invalid):
        sealing.unwrap(sealing.new_identity()[0], path.read_bytes(), "it")


def test_what_no_store_may_have_is_barred_again_after_a_restore_to_an_older_day(site: Site, store: FaultyStore) -> None:
    alice, mona = person(site, "alice"), mod(site)
    entity = uploaded(site, alice)
    post = say(site, alice, "quillwort", media_ids=[entity["id"]])
    report(site, person(site, "bob"), alice, post["id"], category="violation")
    made = decide(site, mona, but(policy="child_safety"))
    found = erased(site, store)
    assert [(one.scope, one.basis) for one in found] == [("copy", "barred")]
    assert replayed(site, found).erased == {"copy": 0}

    keeper = site.read(rows, "SELECT keeper FROM media_uncopied")[0].keeper
    # As the rows of the day before have it: nobody bars the file, and its copies can be read.
    for table in ("media_uncopied", "media_withheld"):
        site.write(lambda tx, name=table: tx.run(sql(f"DELETE FROM {name}")))
    assert site.get(entity["url"]).status_code == 200
    assert replayed(site, found).erased == {"copy": 1}
    assert site.get(entity["url"]).status_code == 404
    assert site.read(rows, "SELECT key FROM media_copy") == []
    assert replayed(site, found).erased == {"copy": 0}

    site.write(copying.bar_in, keeper, media_ids=[int(entity["id"])])  # staff decide it anew
    site.work()
    site.clock.advance(seconds=1)
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    again = erased(site, store)
    assert (again[0].basis, again[-1].basis) == ("barred", "released")
    assert site.read(rows, "SELECT key FROM media_uncopied UNION SELECT key FROM media_withheld") == []
    assert replayed(site, again).erased == {}
