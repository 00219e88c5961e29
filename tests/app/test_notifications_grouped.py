from perdure.posts import service as posts
from tests.app.people import person
from tests.app.test_notifications import publish
from tests.site import Site


def test_favourites_of_one_post_stand_as_one_group_and_go_together(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    post_id = publish(site, alice, "hello")
    for fan in (bob, carol):
        site.write(posts.vote_in, fan.id, post_id, 1)
    publish(site, bob, "hi @alice")
    site.work()
    found = site.get("/api/v2/notifications", alice.token).json()
    mention, fans = sorted(found["notification_groups"], key=lambda group: group["type"], reverse=True)
    assert (mention["notifications_count"], fans["notifications_count"]) == (1, 2)
    assert set(fans["sample_account_ids"]) == {str(bob.id), str(carol.id)}
    assert fans["status_id"] == str(post_id)
    single = site.get("/api/v2/notifications?grouped_types[]=follow", alice.token).json()
    assert len(single["notification_groups"]) == 3
    assert site.post(f"/api/v2/notifications/{fans['group_key']}/dismiss", alice.token).json() == {}
    rest = site.get("/api/v2/notifications", alice.token).json()["notification_groups"]
    assert [group["type"] for group in rest] == ["mention"]


def test_one_group_is_shown_whole_with_everybody_in_it(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    post_id = publish(site, alice, "hello")
    for fan in (bob, carol):
        site.write(posts.vote_in, fan.id, post_id, 1)
    site.work()
    key = site.get("/api/v2/notifications", alice.token).json()["notification_groups"][0]["group_key"]
    whole = site.get(f"/api/v2/notifications/{key}", alice.token).json()
    assert (whole["notification_groups"][0]["notifications_count"], whole["statuses"][0]["id"]) == (2, str(post_id))
    fans = site.get(f"/api/v2/notifications/{key}/accounts", alice.token).json()
    assert [fan["acct"] for fan in fans] == ["carol", "bob"]
    single = site.get("/api/v2/notifications?grouped_types[]=follow", alice.token).json()["notification_groups"][0]
    alone = site.get(f"/api/v2/notifications/{single['group_key']}", alice.token).json()["notification_groups"]
    assert [group["notifications_count"] for group in alone] == [1]
    assert site.get(f"/api/v2/notifications/{key}", bob.token).status_code == 404
    assert site.get(f"/api/v2/notifications/{single['group_key']}", bob.token).status_code == 404


def test_unread_groups_are_counted_from_the_marker_on(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    post_id = publish(site, alice, "hello")
    for fan in (bob, carol):
        site.write(posts.vote_in, fan.id, post_id, 1)
    publish(site, bob, "hi @alice")
    site.work()
    assert site.get("/api/v2/notifications/unread_count", alice.token).json() == {"count": 2}
    newest = site.get("/api/v1/notifications", alice.token).json()[0]["id"]
    site.post("/api/v1/markers", alice.token, json={"notifications": {"last_read_id": newest}})
    assert site.get("/api/v2/notifications/unread_count", alice.token).json() == {"count": 0}
