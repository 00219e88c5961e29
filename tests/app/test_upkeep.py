from typing import Any

from perdure.accounts import service as accounts
from perdure.accounts.tables import oauth_code, passkey_challenge
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.media.ports import ObjectStore
from perdure.timelines.tables import home_entry
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.site import Site, rows

DAY = 86_400_000


def count(site: Site, table: str, where: str = "1 = 1") -> int:
    return int(site.read(rows, f"SELECT count(*) AS n FROM {table} WHERE {where}")[0].n)


def post(site: Site, who: Person, text: str, **more: Any) -> str:
    answer = site.post("/api/v1/statuses", who.token, json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def later(site: Site, days: float) -> None:
    """Time goes by, and the worker does what is due, twice: what one job leaves is another's."""
    site.clock.advance(days=days)
    for _ in range(2):
        site.run_jobs()
        site.work()
        site.clock.advance(seconds=4000)


def test_a_deleted_post_is_erased_with_everything_on_it_after_its_time_and_not_before(site: Site) -> None:
    anna, ben = person(site, "anna"), person(site, "ben")
    upload = site.post("/api/v2/media", anna.token, files={"file": ("a.png", picture("png"), "image/png")}).json()
    gone = post(site, anna, "bye @ben #tag", media_ids=[upload["id"]])
    asked = post(site, anna, "which?", poll={"options": ["a", "b"], "expires_in": 3600})
    kept = post(site, anna, "stays")
    reply = post(site, ben, "an answer", in_reply_to_id=gone)
    for path in ("favourite", "bookmark", "mute"):
        site.post(f"/api/v1/statuses/{gone}/{path}", ben.token)
    site.put(f"/api/v1/statuses/{gone}", anna.token, json={"status": "bye, edited @ben", "media_ids": [upload["id"]]})
    poll_id = site.get(f"/api/v1/statuses/{asked}").json()["poll"]["id"]
    site.post(f"/api/v1/polls/{poll_id}/votes", ben.token, json={"choices": [1]})
    site.work()
    for post_id in (gone, asked):
        assert site.delete(f"/api/v1/statuses/{post_id}", anna.token).status_code == 200
    later(site, 29)
    assert count(site, "post") == 4
    later(site, 2)
    assert {str(row.id) for row in site.read(rows, "SELECT id FROM post")} == {kept, reply}
    for table in ("post_edit", "vote", "bookmark", "poll", "poll_option", "poll_vote", "post_mention", "media"):
        assert count(site, table) == 0, table
    assert site.get(f"/api/v1/statuses/{reply}").status_code == 200
    assert site.get(f"/api/v1/statuses/{reply}/context").json() == {"ancestors": [], "descendants": []}


def test_purging_goes_on_over_many_batches(site: Site) -> None:
    anna = person(site, "anna")

    def many_in(tx: Tx) -> None:
        from perdure.posts import service as posts
        from perdure.posts.model import Draft
        from perdure.posts.service.publishing import limits_of

        limits = limits_of(site.rt)
        for number in range(230):
            posts.delete_in(tx, anna.id, posts.publish_in(tx, limits, anna.id, Draft(text=f"{number}")))

    site.write(many_in)
    later(site, 31)
    assert count(site, "post") == 0


def test_posts_and_pictures_of_an_erased_account_go_too(site: Site) -> None:
    anna = person(site, "anna", password="a long password")
    avatar = {"avatar": ("a.png", picture("png"), "image/png")}
    assert site.patch("/api/v1/accounts/update_credentials", anna.token, files=avatar).status_code == 200
    key = site.read(rows, "SELECT avatar_key FROM account")[0].avatar_key
    mine = post(site, anna, "mine")
    site.run(accounts.delete, site.rt, anna.id, "a long password")
    later(site, 31)
    assert count(site, "post", "deleted_at IS NOT NULL") == 1
    assert site.get(f"/api/v1/statuses/{mine}").status_code == 404
    later(site, 31)
    assert count(site, "post") == 0
    assert site.run(exists, site.rt.port(ObjectStore), key) is False


def test_whoever_is_erased_is_followed_by_nobody_counted_nowhere_and_on_no_list(site: Site) -> None:
    anna, ben = person(site, "anna", password="a long password"), person(site, "ben")
    for one, other in ((anna, ben), (ben, anna)):
        site.write(graph.follow_in, one.id, other.id)
    made = site.write(graph.create_list_in, ben.id, "friends")
    site.write(graph.add_members_in, ben.id, made.id, [anna.id])
    own = site.write(graph.create_list_in, anna.id, "mine")
    site.write(graph.add_members_in, anna.id, own.id, [ben.id])
    form = {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "x"}]}
    assert site.post("/api/v2/filters", anna.token, json=form).status_code == 200
    site.run(accounts.delete, site.rt, anna.id, "a long password")
    later(site, 31)
    for table in ("follow", "list_member", "filter", "filter_keyword"):
        assert count(site, table) == 0, table
    view = site.get("/api/v1/accounts/lookup?acct=ben").json()
    assert (view["followers_count"], view["following_count"]) == (0, 0)
    assert [one["title"] for one in site.get("/api/v1/lists", ben.token).json()] == ["friends"]


async def exists(store: ObjectStore, key: str) -> bool:
    from perdure.kernel.errors import NotFound

    try:
        await store.size(key)
    except NotFound:
        return False
    return True


def test_an_idempotency_key_is_forgotten_after_its_hour_and_holds_within_it(site: Site) -> None:
    anna = person(site, "anna")
    headers = {"Idempotency-Key": "one"}
    first = site.post("/api/v1/statuses", anna.token, json={"status": "x"}, headers=headers).json()["id"]
    site.clock.advance(seconds=3500)
    site.run_jobs()
    assert site.post("/api/v1/statuses", anna.token, json={"status": "x"}, headers=headers).json()["id"] == first
    site.clock.advance(seconds=3600)
    site.run_jobs()
    assert count(site, "idempotency") == 0


def test_a_home_feed_keeps_its_newest_800_and_pages_end_there(site: Site) -> None:
    anna, ben = person(site, "anna"), person(site, "ben")

    def filled_in(tx: Tx) -> None:
        entries = [
            {"account_id": one.id, "post_id": number, "author_id": ben.id, "original_id": number}
            for one, many in ((anna, 2100), (ben, 799))
            for number in range(1, many + 1)
        ]
        tx.insert_many(home_entry, entries)

    site.write(filled_in)
    site.run_jobs()
    assert count(site, "home_entry", f"account_id = {anna.id}") == 800
    assert count(site, "home_entry", f"account_id = {anna.id} AND post_id > 1300") == 800
    assert count(site, "home_entry", f"account_id = {ben.id}") == 799
    assert site.get("/api/v1/timelines/home?max_id=1301", anna.token).json() == []


def test_old_notifications_are_forgotten_and_newer_ones_kept(site: Site) -> None:
    anna, ben = person(site, "anna"), person(site, "ben")
    post(site, ben, "old @anna")
    site.work()
    site.clock.advance(days=100)
    post(site, ben, "new @anna")
    site.work()
    later(site, 81)
    told = site.get("/api/v1/notifications", anna.token).json()
    assert ["new" in one["status"]["content"] for one in told] == [True]


def test_secrets_that_ran_out_are_forgotten(site: Site) -> None:
    anna = person(site, "anna")

    def secrets_in(tx: Tx) -> None:
        app, _secret = accounts.create_app_in(tx, name="x")
        for number, expires_at in (("old", tx.now + 1000), ("new", tx.now + 90 * DAY)):
            code = {"app_id": app.id, "account_id": anna.id, "redirect_uri": "x", "scope": "read", "challenge": None}
            tx.insert(oauth_code, code_hash=number, expires_at=expires_at, **code)
            tx.insert(passkey_challenge, challenge=number, account_id=None, expires_at=expires_at)

    site.write(secrets_in)
    later(site, 1)
    assert [row.code_hash for row in site.read(rows, "SELECT code_hash FROM oauth_code")] == ["new"]
    assert [row.challenge for row in site.read(rows, "SELECT challenge FROM passkey_challenge")] == ["new"]


def test_a_mute_that_ran_out_is_forgotten_and_a_filter_stays(site: Site) -> None:
    anna, ben, carl = person(site, "anna"), person(site, "ben"), person(site, "carl")
    site.write(graph.mute_in, anna.id, ben.id, duration_s=60)
    site.write(graph.mute_in, anna.id, carl.id)
    form = {"title": "x", "context": ["home"], "expires_in": 60, "keywords_attributes": [{"keyword": "x"}]}
    assert site.post("/api/v2/filters", anna.token, json=form).status_code == 200
    later(site, 1)
    assert count(site, "mute") == 1
    assert len(site.get("/api/v2/filters", anna.token).json()) == 1


def test_no_job_fails_on_a_site_with_people(site: Site) -> None:
    person(site, "anna")
    later(site, 1)
    assert [row.name for row in site.read(rows, "SELECT name FROM job_run WHERE error IS NOT NULL")] == []
