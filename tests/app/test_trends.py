"""Trends through the API: hashtags by how many used them, posts by what was made of them, for who may read them."""

from perdure.posts import service as posts
from tests.app.people import person
from tests.app.test_notifications import publish
from tests.site import Site


def test_hashtags_come_with_a_week_of_figures_and_whether_one_follows_them(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.clock.advance(days=4)
    publish(site, alice, "#garden #bread")
    publish(site, bob, "#bread")
    site.clock.advance(days=1)
    publish(site, bob, "#Garden")
    publish(site, bob, "#garden again")
    site.post("/api/v1/tags/garden/follow", alice.token)
    found = site.get("/api/v1/trends/tags", alice.token).json()
    assert [tag["name"] for tag in found] == ["garden", "bread"]
    assert [tag["following"] for tag in found] == [True, False]
    days = found[0]["history"]
    assert [(day["uses"], day["accounts"]) for day in days[:3]] == [("2", "1"), ("1", "1"), ("0", "0")]
    assert len(days) == 7
    assert int(days[0]["day"]) - int(days[1]["day"]) == 86_400
    assert "following" not in site.get("/api/v1/trends/tags").json()[0]
    assert [tag["name"] for tag in site.get("/api/v1/trends?limit=1&offset=1").json()] == ["bread"]


def test_posts_come_by_what_was_made_of_them_and_old_ones_go(site: Site) -> None:
    alice, bob, carol = (person(site, name) for name in ("alice", "bob", "carol"))
    site.clock.advance(days=4)
    liked, echoed = publish(site, alice, "liked"), publish(site, alice, "echoed")
    publish(site, alice, "nothing")
    for one in (bob, carol):
        site.write(posts.vote_in, one.id, liked, 1)
        site.write(posts.echo_in, one.id, echoed)
    found = [status["id"] for status in site.get("/api/v1/trends/statuses").json()]
    assert found == [str(echoed), str(liked)]
    assert [status["id"] for status in site.get("/api/v1/trends/statuses?offset=1").json()] == [str(liked)]
    site.clock.advance(days=4)
    assert site.get("/api/v1/trends/statuses").json() == []
    assert site.get("/api/v1/trends/tags").json() == []
