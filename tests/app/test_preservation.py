"""What a case, an appeal or an order needs outlives whoever deletes it, and the purge says what it left (C14)."""

import pytest

from perdure.kernel.db import sql
from perdure.kernel.errors import Conflict, Forbidden, Invalid
from perdure.moderation.service import appeals, preservation, snapshots
from tests.app.people import person
from tests.app.test_appeals import Story
from tests.app.test_decisions import decide, refused
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.site import Site, rows

YEAR = 400


def states(site: Site) -> list[str]:
    return [row.state for row in site.read(rows, "SELECT state FROM post ORDER BY id")]


def purge(site: Site, days: int) -> None:
    site.clock.advance(days=days)
    site.run_jobs()
    site.work()


def test_a_post_deleted_a_second_after_the_report_is_still_seen_by_the_reviewer_and_the_appeal(site: Site) -> None:
    alice, bob, mona, max_ = person(site, "alice"), person(site, "bob"), mod(site), mod(site, "max")
    post = say(site, alice, "quillwort")
    report(site, bob, alice, post["id"])
    site.clock.advance(seconds=1)
    site.delete(f"/api/v1/statuses/{post['id']}", alice.token)
    site.work()
    made = decide(site, mona)
    purge(site, 60)
    filed = site.run(appeals.file_own, site.rt, alice.id, made.batch_id, "It was a song.")
    site.run(appeals.assign, site.rt, max_.id, filed.id)
    seen = site.read(appeals.read_in, max_.id, filed.id)
    opened = site.write(snapshots.open_in, max_.id, seen.snapshot_id, "appeal")
    assert opened.content.text == "quillwort"
    assert [row.account_id for row in site.read(snapshots.accesses_in, seen.snapshot_id)] == [max_.id]


def test_the_purge_erases_what_was_hidden_only_when_nothing_keeps_it(site: Site) -> None:
    story = Story(site)
    hold = site.write(
        preservation.place_in, story.max.id, ("post", int(story.post_id)), reason="legal", reference="order 7"
    )
    purge(site, YEAR)
    assert states(site) == ["hidden"]
    (kept,) = site.read(rows, "SELECT * FROM retention")
    assert (kept.state, kept.skipped) == ("kept", "preservation")
    site.write(preservation.release_in, story.max.id, hold.id, "lifted by the court")
    refused(lambda: site.write(preservation.release_in, story.max.id, hold.id, "again"), Conflict)
    purge(site, 2)
    assert site.read(rows, "SELECT * FROM retention")[0].skipped == "appeal"
    story.take(story.max)
    story.read(story.max)
    story.end(story.max, "upheld")
    purge(site, 2)
    assert states(site) == ["deleted"]
    purge(site, 40)
    assert states(site) == []
    verbs = {row.action for row in site.read(rows, "SELECT action FROM audit_entry")}
    assert {"purge.skip", "purge.erase", "hold.place", "hold.released"} <= verbs


def test_a_hold_with_an_end_ends_by_itself(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post = say(site, alice, "quillwort")
    until = site.clock.now_ms() + 1000
    about = ("post", int(post["id"]))
    site.write(preservation.place_in, mona.id, about, reason="tco", reference="order 8", until=until)
    assert len(site.read(preservation.holds_in, mona.id)) == 1
    purge(site, 1)
    assert site.read(preservation.holds_on_in, about) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [({"reason": "whim"}, "reason"), ({"reference": " "}, "reference"), ({"until": 5}, "until")],
)
def test_a_hold_names_its_reason_its_reference_and_an_end_to_come(
    site: Site, more: dict[str, object], field: str
) -> None:
    mona = mod(site)
    given: dict[str, object] = {"reason": "legal", "reference": "order 7"} | more
    fault = refused(lambda: site.write(preservation.place_in, mona.id, ("post", 1), **given), Invalid)
    assert field in fault.details
    bob = person(site, "bob")
    refused(lambda: site.write(preservation.place_in, bob.id, ("post", 1), reason="legal", reference="x"), Forbidden)


def test_a_held_account_is_erased_when_the_hold_ends_and_not_when_its_grace_does(site: Site) -> None:
    alice, max_ = person(site, "alice"), mod(site, "max")
    hold = site.write(preservation.place_in, max_.id, ("account", alice.id), reason="legal", reference="order 7")
    site.write(lambda tx: tx.run(sql("UPDATE account SET purge_at = 1 WHERE id = :id"), id=alice.id))
    purge(site, 1)
    state = f"SELECT state FROM account WHERE id = {alice.id}"
    assert site.read(rows, state)[0].state == "active"
    site.write(preservation.release_in, max_.id, hold.id, "lifted by the court")
    purge(site, 1)
    assert site.read(rows, state)[0].state == "deleted"
