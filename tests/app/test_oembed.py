from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site


def test_a_public_post_can_be_shown_elsewhere_and_escapes_what_people_typed(site: Site) -> None:
    alice = person(site, "alice", display_name="<Alice>")
    post = say(site, alice, "1 < 2")
    shown = site.get("/api/oembed", params={"url": post["url"], "maxwidth": "300"}).json()
    assert (shown["type"], shown["version"], shown["width"], shown["height"]) == ("rich", "1.0", 300, None)
    assert shown["html"].startswith(f'<blockquote cite="{post["url"]}"><p>1 &lt; 2</p>')
    assert "&lt;Alice&gt;" in shown["html"]


def test_a_post_that_guests_may_not_see_is_not_shown_elsewhere(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "for followers", visibility="private")
    assert site.get("/api/oembed", params={"url": post["url"]}).status_code == 404
    assert site.get("/api/oembed", params={"url": "https://elsewhere.test/@alice/1"}).status_code == 404
    assert site.get("/api/oembed").status_code == 422
