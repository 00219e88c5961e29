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
