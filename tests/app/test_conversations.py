from perdure.posts import service as posts
from tests.app.people import person
from tests.app.test_notifications import publish
from tests.site import Site


def test_a_direct_post_makes_a_conversation_for_each_participant(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    post_id = publish(site, alice, "psst @bob", visibility="direct")
    site.work()
    [own] = site.get("/api/v1/conversations", alice.token).json()
    [theirs] = site.get("/api/v1/conversations", bob.token).json()
    assert (own["unread"], theirs["unread"]) == (False, True)
    assert [a["acct"] for a in own["accounts"]] == ["bob"]
    assert [a["acct"] for a in theirs["accounts"]] == ["alice"]
    assert theirs["last_status"]["id"] == str(post_id)
    assert site.get("/api/v1/conversations", carol.token).json() == []


def test_reading_and_hiding_touch_only_ones_own_side(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    root = publish(site, alice, "psst @bob", visibility="direct")
    site.work()
    [theirs] = site.get("/api/v1/conversations", bob.token).json()
    assert site.post(f"/api/v1/conversations/{theirs['id']}/read", alice.token).status_code == 404
    assert site.post(f"/api/v1/conversations/{theirs['id']}/read", bob.token).json()["unread"] is False
    assert site.delete(f"/api/v1/conversations/{theirs['id']}", bob.token).json() == {}
    assert site.get("/api/v1/conversations", bob.token).json() == []
    assert len(site.get("/api/v1/conversations", alice.token).json()) == 1
    publish(site, alice, "still there @bob?", visibility="direct", in_reply_to_id=root)
    site.work()
    assert len(site.get("/api/v1/conversations", bob.token).json()) == 1


def test_a_deleted_last_post_falls_back_to_the_one_before_and_the_last_ends_it(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    root = publish(site, alice, "one @bob", visibility="direct")
    second = publish(site, alice, "two @bob", visibility="direct", in_reply_to_id=root)
    site.work()
    site.write(posts.delete_in, alice.id, second)
    site.work()
    assert site.get("/api/v1/conversations", bob.token).json()[0]["last_status"]["id"] == str(root)
    site.write(posts.delete_in, alice.id, root)
    site.work()
    assert site.get("/api/v1/conversations", bob.token).json() == []
