"""What no copy holds is made anew from what they hold, and comes out as it was."""

from typing import Any

import pytest

from perdure import wiring
from perdure.discovery import service as discovery
from perdure.kernel import refilling
from perdure.kernel.db import Tx, sql
from perdure.signals.service import signatures
from perdure.timelines import jobs as timeline_jobs
from tests.app.people import Person, person
from tests.site import Site, rows

FEEDS = "SELECT account_id, post_id, author_id, original_id FROM home_entry ORDER BY 1, 2"


def say(site: Site, who: Person, text: str, **more: Any) -> str:
    answer = site.post("/api/v1/statuses", who.token, json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    site.work()
    return str(answer.json()["id"])


def follow(site: Site, who: Person, whom: Person, **options: Any) -> None:
    assert site.post(f"/api/v1/accounts/{whom.id}/follow", who.token, json=options).status_code == 200


def test_home_feeds_come_back_as_fan_out_had_made_them(site: Site) -> None:
    anna, ben, cleo, dan = (person(site, name) for name in ("anna", "ben", "cleo", "dan"))
    follow(site, anna, ben)
    follow(site, anna, cleo, reblogs=False)
    follow(site, dan, cleo, languages=["fr"])
    follow(site, ben, anna)
    site.post("/api/v1/tags/moss/follow", dan.token)
    site.post(f"/api/v1/accounts/{anna.id}/block", dan.token)
    site.work()
    first = say(site, ben, "Hello")
    say(site, anna, "An answer", in_reply_to_id=first)
    say(site, cleo, "An answer to somebody followed", in_reply_to_id=first)
    say(site, dan, "An answer to somebody else", in_reply_to_id=first)
    say(site, cleo, "Bonjour", language="fr")
    say(site, cleo, "Good day", language="en")
    say(site, ben, "About #moss")
    say(site, anna, "Also about #moss, by somebody who is blocked")
    say(site, ben, "@cleo in private", visibility="direct")
    gone = say(site, ben, "Soon gone")
    for who in (cleo, anna):
        site.post(f"/api/v1/statuses/{first}/reblog", who.token)
        site.work()
    site.delete(f"/api/v1/statuses/{gone}", ben.token)
    site.work()
    before = site.read(rows, FEEDS)
    assert len(before) > 12

    site.write(lambda tx: tx.run(sql("DELETE FROM home_entry")))
    site.write(lambda tx: refilling.begin_in(tx, ["home_entry"]))
    site.run(wiring.refill, site.rt)
    assert site.read(rows, FEEDS) == before


def test_a_feed_is_not_longer_than_the_settings_say(site: Site) -> None:
    anna, ben = person(site, "anna"), person(site, "ben")
    follow(site, anna, ben)
    posted = [say(site, ben, f"Post {n}") for n in range(6)]
    site.work()
    site.write(lambda tx: tx.run(sql("DELETE FROM home_entry")))

    def refill(tx: Tx) -> int | None:
        from perdure.timelines import service

        return service.refill_next_in(tx, 0, 1_000, 4)

    site.write(refill)
    found = site.read(rows, f"SELECT post_id FROM home_entry WHERE account_id = {anna.id} ORDER BY 1")
    assert [str(row.post_id) for row in found] == posted[-4:]


def test_who_was_here_in_the_last_month_has_a_feed_before_the_site_opens(site: Site) -> None:
    anna, ben, cleo = (person(site, name) for name in ("anna", "ben", "cleo"))
    follow(site, anna, ben)
    follow(site, cleo, ben)
    say(site, ben, "Hello")
    before = site.read(rows, FEEDS)
    day = 86_400_000
    site.write(lambda tx: tx.run(sql("DELETE FROM home_entry")))
    long_ago = {"used": site.clock.now_ms() - 40 * day, "id": int(cleo.id)}
    site.write(lambda tx: tx.run(sql("UPDATE login SET last_used_at = :used WHERE account_id = :id"), **long_ago))

    site.run(timeline_jobs.rebuild_seen, site.rt)
    seen = {row.account_id for row in site.read(rows, FEEDS)}
    assert seen == {int(anna.id), int(ben.id)}

    site.write(lambda tx: refilling.begin_in(tx, ["home_entry"]))
    site.run_jobs()
    assert site.read(rows, FEEDS) == before


def test_everything_is_found_again(site: Site) -> None:
    anna = person(site, "anna", display_name="Lichen Lover")
    post = say(site, anna, "A word about peculiar sphagnum")
    for name in ("search_post", "search_account"):
        site.write(lambda tx, name=name: tx.run(sql(f"DELETE FROM {name}")))
    assert site.get("/api/v2/search?q=sphagnum", anna.token).json()["statuses"] == []

    site.write(lambda tx: refilling.begin_in(tx, ("search_account", "search_post")))
    site.run(wiring.refill, site.rt)
    found = site.get("/api/v2/search?q=sphagnum", anna.token).json()
    assert [one["id"] for one in found["statuses"]] == [post]
    assert site.get("/api/v2/search?q=lichen", anna.token).json()["accounts"][0]["id"] == str(anna.id)


def test_keys_of_near_duplicates_come_back(site: Site) -> None:
    anna = person(site, "anna", note="<p>Somebody who says a number of words about herself, and then some more</p>")
    say(site, anna, "A rather long text about many things that somebody might want to copy word for word, twice")
    site.work()
    site.run(signatures.rebuild, site.rt)
    keys = "SELECT key, subject_id, kind FROM signature ORDER BY 1, 2"
    before = site.read(rows, keys)
    assert before

    site.write(lambda tx: tx.run(sql("DELETE FROM signature")))
    site.write(lambda tx: refilling.begin_in(tx, ["signature"]))
    site.run(wiring.refill, site.rt)
    assert site.read(rows, keys) == before


def test_authors_with_many_followers_are_counted_anew(site: Site) -> None:
    anna, ben, cleo = (person(site, name) for name in ("anna", "ben", "cleo"))
    follow(site, anna, ben)
    follow(site, cleo, ben)

    def count(tx: Tx) -> int:
        from perdure.graph import service

        return service.count_large_in(tx, 2)

    assert site.write(count) == 1
    assert [row.account_id for row in site.read(rows, "SELECT account_id FROM large_author")] == [ben.id]


class PowerCut(Exception):
    """Ends a transaction in its middle."""


def test_what_is_filled_after_a_restore_goes_on_where_a_killed_process_was(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = person(site, "anna")
    posts = [say(site, anna, f"Sphagnum number {n}") for n in range(5)]
    site.write(lambda tx: tx.run(sql("DELETE FROM search_post")))
    site.write(lambda tx: refilling.begin_in(tx, wiring.LATER))
    monkeypatch.setattr(discovery, "_PAGE_OF_WORDS", 2)
    indexed: list[int] = []
    index = discovery._index_post

    def killed_at_the_fourth(tx: Tx, post_id: int) -> None:
        if len(indexed) == 3:
            raise PowerCut
        indexed.append(post_id)
        index(tx, post_id)

    monkeypatch.setattr(discovery, "_index_post", killed_at_the_fourth)
    with pytest.raises(PowerCut):
        site.run(wiring.refill, site.rt)
    assert found(site, anna) == posts[:2]

    indexed.clear()
    monkeypatch.setattr(discovery, "_index_post", lambda tx, post_id: (indexed.append(post_id), index(tx, post_id)))
    site.run_jobs()
    assert found(site, anna) == posts
    assert [str(one) for one in indexed] == posts[2:]  # and what was done is not done again
    assert site.read(refilling.left) == []


def found(site: Site, who: Person) -> list[str]:
    answer = site.get("/api/v2/search?q=sphagnum&type=statuses", who.token)
    return sorted(one["id"] for one in answer.json()["statuses"])
