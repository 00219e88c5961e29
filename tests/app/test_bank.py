"""The stay-down bank: what was removed is recognised when it comes again, and an entry that hits too much rests."""

from pathlib import Path
from typing import Any

import pytest

from perdure.kernel.db import sql
from perdure.kernel.errors import Forbidden
from perdure.media.ports import ObjectStore
from perdure.posts import service as posts
from perdure.posts.events import PostPublished
from perdure.posts.model import Draft
from perdure.posts.service.copies import said_in
from perdure.signals.model import BankMatch
from perdure.signals.rules.links import link_key
from perdure.signals.service import bank, posted, signatures, sweep
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_notifications import publish
from tests.app.test_posts_import import load
from tests.site import Site, rows
from tests.unit.test_looks import scene

THREAT = "We will drag Wobbleton out of his house tonight"


def ban(site: Site, subject_id: int, *, kind: str = "post", policy: str = "threat", decision_id: int = 7) -> list[int]:
    """Remember a subject as a decision would, and search for its copies."""
    given: dict[str, Any] = {"decision_id": decision_id, "subject_kind": kind, "subject_id": subject_id}
    found = site.write(lambda tx: bank.remember_in(tx, policy=policy, severity=0, **given))
    site.write(sweep.start_in, found)
    site.work()
    return found


def matches(site: Site, post_id: int) -> list[tuple[str, float]]:
    return [(one.manner, one.score) for one in matched(site, post_id)]


def matched(site: Site, post_id: int) -> list[BankMatch]:
    """What the worker finds when it looks at a post."""
    shown = [posted.shown_of(one) for one in site.read(said_in, [post_id])]
    return site.write(bank.posts_matches_in, shown).get(post_id, [])


def hits(site: Site) -> dict[int, str]:
    return {row.subject_id: row.manner for row in site.read(rows, "SELECT subject_id, manner FROM bank_hit")}


def with_picture(site: Site, author: Person, sent: bytes) -> int:
    media_id = site.post("/api/v2/media", author.token, files={"file": ("a.jpg", sent)}).json()["id"]
    answer = site.post("/api/v1/statuses", author.token, json={"status": "look", "media_ids": [media_id]})
    return int(answer.json()["id"])


def test_the_same_words_in_any_dress_may_be_held(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, THREAT))
    for said in (
        THREAT,
        THREAT.upper() + "!!!",
        "We w1ll dr4g W0bbleton out of his h0use t0night",
        f"@alice {THREAT} #friday https://example.org/x 🔥",
    ):
        found = matches(site, publish(site, bob, said))
        assert found == [("exact", 1.0)], said


def test_what_only_contains_or_quotes_the_words_is_for_a_person(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, THREAT))
    for said in (
        f'"{THREAT}" https://news.example.org',
        f"The man who wrote: {THREAT}, was arrested",
        THREAT.replace("tonight", "tomorrow") + " my friends",
        " ".join(THREAT.replace(" ", "")),
    ):
        assert [manner for manner, _ in matches(site, publish(site, bob, said))] == ["near"], said
    assert matches(site, publish(site, bob, "We will drag the old sofa out of the house on Friday")) == []


def test_a_hashtag_that_carried_the_meaning_is_part_of_what_is_banned(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, "all of us will be there on friday #DragWobbletonOut"))
    assert [manner for manner, _ in matches(site, publish(site, bob, "all of us will be there on friday"))] == ["near"]


def test_a_short_text_is_never_held(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    assert ban(site, publish(site, alice, "get him")) == []
    ban(site, publish(site, alice, "definitely wobbleton"))
    assert [manner for manner, _ in matches(site, publish(site, bob, "definitely wobbleton"))] == ["near"]


def test_texts_in_other_scripts_are_not_all_the_same(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, "سوف نخرجه من بيته يوم الجمعة مساء"))
    assert matches(site, publish(site, bob, "أحب القهوة في الصباح مع أصدقائي كل يوم")) == []
    assert matches(site, publish(site, bob, "سوف نخرجه من بيته يوم الجمعة مساء")) == [("exact", 1.0)]


def test_private_messages_are_not_looked_into(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, THREAT))
    site.run(posts.publish, site.rt, bob.id, Draft(text=f"@alice {THREAT}", visibility="direct"))
    heard = publish(site, bob, THREAT)
    site.work()
    assert hits(site) == {heard: "exact"}


def test_the_same_file_may_be_held_and_a_picture_like_it_is_for_a_person(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    sent = bytes(scene(5).jpegsave_buffer())
    earlier = with_picture(site, bob, bytes(scene(5).crop(30, 20, 580, 440).jpegsave_buffer(Q=60)))
    ban(site, with_picture(site, alice, sent))
    assert hits(site) == {earlier: "look"}
    same = with_picture(site, bob, sent)
    assert matches(site, same)[0] == ("bytes", 1.0)
    assert matches(site, with_picture(site, bob, bytes(scene(5).resize(0.5).jpegsave_buffer())))[0] == ("look", 0.9)
    assert matches(site, with_picture(site, bob, picture())) == []


def test_a_link_is_banned_where_the_page_is_what_was_removed(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    said = publish(site, alice, "cheap watches at https://www.watches.example/a?utm_source=x")
    ban(site, said, policy="spam")
    assert matches(site, publish(site, bob, "who knows http://watches.example/a/ ?")) == [("link", 1.0)]
    assert matches(site, publish(site, bob, "who knows http://watches.example/b ?")) == []


def test_a_sweep_finds_what_was_said_before_in_posts_edits_polls_and_profiles(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob", note=THREAT)
    same, other = publish(site, bob, THREAT + "!"), publish(site, bob, "quite another matter, and a longer one")
    changed = publish(site, bob, "a harmless remark about the weather")
    poll = {"options": ["no", THREAT], "expires_in": 3600}
    asked = site.post("/api/v1/statuses", bob.token, json={"status": "what then", "poll": poll}).json()
    site.put(f"/api/v1/statuses/{changed}", bob.token, json={"status": f"Listen: {THREAT}"})
    site.patch("/api/v1/accounts/update_credentials", bob.token, json={"note": THREAT})
    site.work()
    entries = ban(site, publish(site, alice, THREAT))
    found = hits(site)
    assert found == {same: "exact", changed: "near", int(asked["id"]): "exact", bob.id: "near"}
    assert other not in found
    view = site.read(sweep.sweep_in, entries[0])
    assert view is not None
    assert (view.held, view.queued, view.finished_at) == (2, 2, site.clock.now_ms())


def test_a_sweep_made_twice_flags_each_copy_once(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    publish(site, bob, THREAT)
    site.work()
    entries = ban(site, publish(site, alice, THREAT))
    site.write(lambda tx: tx.update(sweep.bank_sweep, {"entry_id": entries[0]}, finished_at=None))
    site.clock.advance(seconds=180)
    site.run(sweep.resume, site.rt)
    view = site.read(sweep.sweep_in, entries[0])
    assert view is not None
    assert (view.held, view.finished_at) == (1, site.clock.now_ms())


def test_what_is_deleted_or_held_already_is_not_flagged_again(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    gone = publish(site, bob, THREAT)
    site.work()
    site.delete(f"/api/v1/statuses/{gone}", bob.token)
    site.work()
    ban(site, publish(site, alice, THREAT))
    assert hits(site) == {}


def test_a_decision_that_falls_takes_its_entries_along(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, THREAT))
    assert site.write(bank.forget_in, 7) == 1
    assert matches(site, publish(site, bob, THREAT)) == []


def test_an_entry_ends_at_its_time(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    said = publish(site, alice, THREAT)
    until = site.clock.now_ms() + 1000
    given: dict[str, Any] = {"decision_id": 1, "subject_kind": "post", "subject_id": said, "expires_at": until}
    site.write(lambda tx: bank.remember_in(tx, policy="threat", severity=0, **given))
    assert matches(site, publish(site, bob, THREAT)) == [("exact", 1.0)]
    site.clock.advance(seconds=2)
    assert matches(site, publish(site, bob, THREAT)) == []


def _repeat(site: Site, people: list[Person]) -> list[list[BankMatch]]:
    return [matched(site, publish(site, one, THREAT)) for one in people]


def test_an_entry_that_many_established_people_hit_rests_until_somebody_looked(site: Site) -> None:
    staff, alice = person(site, "mod", role="moderator"), person(site, "alice")
    people = [person(site, f"old{number}") for number in range(25)]
    site.clock.advance(days=8)
    entries = ban(site, publish(site, alice, THREAT))
    found = _repeat(site, people)
    assert found[0]
    assert found[-1] == []
    resting = site.read(lambda tx: bank.entries_in(tx, staff.id, quarantined=True))
    assert [one.id for one in resting] == entries
    assert "established people in an hour" in (resting[0].quarantine_reason or "")
    assert site.read(rows, "SELECT action FROM audit_entry WHERE action = 'bank.quarantine'")
    with pytest.raises(Forbidden):
        site.write(bank.release_in, alice.id, entries[0])
    site.write(bank.release_in, staff.id, entries[0])
    site.clock.advance(seconds=7200)
    assert _repeat(site, people[:1])[0][0].manner == "exact"


def test_a_raid_of_newcomers_does_not_switch_an_entry_off(site: Site) -> None:
    alice = person(site, "alice")
    ban(site, publish(site, alice, THREAT))
    assert all(_repeat(site, [person(site, f"new{number}") for number in range(25)]))


def test_what_many_have_said_for_weeks_is_not_held_by_a_sweep(site: Site) -> None:
    greeting = "Happy new week to all of you dear friends"
    people = [person(site, f"friend{number}") for number in range(30)]
    for day in range(15):
        for one in people[day * 2 : day * 2 + 2]:
            publish(site, one, greeting)
        site.clock.advance(days=1)
    site.work()
    ban(site, publish(site, people[0], greeting))
    assert hits(site) == {}
    assert site.read(rows, "SELECT id FROM bank_entry WHERE quarantined_at IS NOT NULL")


def test_posts_from_before_get_their_keys(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    old = publish(site, bob, THREAT)
    site.work()
    site.write(lambda tx: tx.delete(signatures.queries.signature, subject_id=old))
    site.run(signatures.backfill, site.rt)
    ban(site, publish(site, alice, THREAT))
    assert hits(site) == {old: "exact"}


def test_what_comes_again_is_flagged_by_the_worker(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, THREAT))
    same = publish(site, bob, THREAT)
    near = publish(site, bob, THREAT.replace("tonight", "tomorrow") + " my friends")
    site.work()
    assert hits(site) == {same: "exact", near: "near"}
    found = site.read(rows, "SELECT source, score_permille FROM intake ORDER BY id")
    assert [(row.source, row.score_permille == 1000) for row in found] == [("exact_text", True), ("near_text", False)]


def test_an_imported_copy_of_what_was_removed_is_held_and_speaks_not_against_the_entry(
    site: Site, tmp_path: Path
) -> None:
    ban(site, publish(site, person(site, "alice"), THREAT))
    load(site, tmp_path, f"id,text,author\n1,{THREAT},bob\n2,a calm word,bob\n")
    site.work()
    assert [row.state for row in site.read(rows, "SELECT state FROM post ORDER BY id")].count("held") == 1
    assert [row.swept for row in site.read(rows, "SELECT swept FROM bank_hit")] == [True]


def test_of_a_post_that_changed_while_it_was_read_only_the_new_words_count(site: Site) -> None:
    ban(site, publish(site, person(site, "alice"), THREAT))
    bob = person(site, "bob")
    said = publish(site, bob, f"{THREAT} {THREAT}")
    site.work()
    before = site.read(rows, "SELECT key FROM signature")
    event = PostPublished(said, bob.id, "public")
    read = site.run(posted.read, site.rt, [event])
    site.put(f"/api/v1/statuses/{said}", bob.token, json={"status": "a calm word in the garden"})
    site.write(lambda tx: tx.run(sql("DELETE FROM signature")))
    site.write(posted.store_in, read)
    assert site.read(rows, "SELECT key FROM signature") == []
    site.work()
    assert 0 < len(site.read(rows, "SELECT key FROM signature")) < len(before)


def test_a_link_that_goes_into_the_bank_is_searched_for_in_posts_and_profiles(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    spelt = "buy at hxxps://www.watches[.]example/a/?utm_source=x now"
    earlier, other = publish(site, bob, spelt), publish(site, bob, "https://watches.example/b is another page")
    site.patch("/api/v1/accounts/update_credentials", bob.token, json={"note": "all at https://watches.example/a"})
    site.work()
    ban(site, publish(site, alice, "cheap: https://watches.example/a"), policy="spam")
    assert hits(site) == {earlier: "link", bob.id: "link"}
    assert other not in hits(site)
    assert [row.state for row in site.read(rows, "SELECT state FROM post")] == ["published"] * 3  # for a person
    assert {row.source for row in site.read(rows, "SELECT source FROM intake")} == {"sweep"}


def test_a_profile_that_links_to_what_was_removed_comes_before_a_person(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ban(site, publish(site, alice, "cheap: https://watches.example/a"), policy="spam")
    site.patch("/api/v1/accounts/update_credentials", bob.token, json={"note": "all at https://watches.example/a"})
    site.work()
    assert hits(site) == {bob.id: "link"}


def test_links_of_posts_from_before_they_had_keys_are_signed_anew(site: Site) -> None:
    post = publish(site, person(site, "alice"), "see https://watches.example/a")
    site.work()
    key = f"SELECT subject_id FROM signature WHERE key = {link_key('watches.example/a')}"
    assert [row.subject_id for row in site.read(rows, key)] == [post]
    site.write(lambda tx: tx.run(sql("DELETE FROM signature")))
    site.write(lambda tx: tx.run(sql("UPDATE bank_state SET value = 1 WHERE name = 'edition'")))
    site.run_jobs()
    assert [row.subject_id for row in site.read(rows, key)] == [post]


def test_files_that_were_there_before_their_hashes_are_hashed_and_compared_with_the_bank(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    sent = bytes(scene(5).jpegsave_buffer())
    old, gone = with_picture(site, bob, sent), with_picture(site, bob, bytes(scene(6).jpegsave_buffer()))
    known = site.read(rows, f"SELECT file_sha256, looks FROM media WHERE post_id = {old}")[0]
    site.write(lambda tx: tx.run(sql("UPDATE media SET sent_sha256 = NULL, file_sha256 = NULL, looks = NULL")))
    missing = site.read(rows, f"SELECT file_key FROM media WHERE post_id = {gone}")[0].file_key
    site.run(site.rt.port(ObjectStore).delete, missing)
    removed = with_picture(site, alice, sent)
    ban(site, removed)
    assert hits(site) == {}
    site.run_jobs()
    site.work()
    assert site.read(rows, f"SELECT file_sha256 FROM media WHERE post_id = {old}")[0].file_sha256 == known.file_sha256
    assert hits(site)[old] in {"bytes", "look"}
    assert site.read(rows, f"SELECT file_sha256 FROM media WHERE post_id = {gone}")[0].file_sha256 == ""
    assert site.read(rows, "SELECT id FROM media WHERE file_sha256 IS NULL") == []
