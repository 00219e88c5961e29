"""What pages tell those who show links: the right words and pictures, nothing that was warned of, nothing private."""

from html.parser import HTMLParser
from urllib.parse import quote
from urllib.robotparser import RobotFileParser

import httpx

from perdure.accounts import service as accounts
from perdure.accounts.model import Site as Words
from perdure.accounts.queries.site import store_site
from tests.app.browser import sign_in
from tests.app.people import person
from tests.app.pictures import picture
from tests.app.test_posts import say
from tests.site import Site


class Head(HTMLParser):
    """Meta and link elements of a page by their name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, list[dict[str, str | None]]] = {}
        self.colours: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and (name := given.get("property") or given.get("name")):
            assert name not in self.meta or name in {"article:tag", "theme-color"}, f"{name} stands twice"
            if name == "theme-color":
                self.colours.append(given.get("content") or "")
            self.meta[name] = given.get("content") or ""
        if tag == "link":
            self.links.setdefault(given.get("rel") or "", []).append(given)


def head(site: Site, path: str, token: str | None = None) -> Head:
    answer = site.get(path, token)
    assert answer.status_code == 200
    return Head(answer.text)


def test_a_post_is_an_article_with_its_words_author_and_time(site: Site) -> None:
    alice = person(site, "alice", role="owner", display_name='Al "x" <b>')
    post = say(site, alice, "hello &\n\nworld #garden " + "word " * 100)
    found = head(site, post["url"])
    assert found.meta["og:type"] == "article"
    assert found.meta["og:title"] == 'Al "x" <b> (@alice)'
    assert found.meta["og:description"].startswith("hello & world #garden word")
    assert len(found.meta["og:description"]) <= 200
    assert found.meta["og:description"] == found.meta["description"]
    assert found.meta["og:url"] == post["url"] == found.links["canonical"][0]["href"]
    assert found.meta["article:author"] == "http://perdure.test/@alice"
    assert found.meta["article:tag"] == "garden"
    assert found.meta["article:published_time"].startswith("2026-")
    assert found.meta["twitter:card"] == "summary"
    assert "robots" not in found.meta
    [embed] = [link for link in found.links["alternate"] if link["type"] == "application/json+oembed"]
    assert embed["href"] == f"http://perdure.test/api/oembed?url={quote(post['url'])}"


def test_a_picture_of_a_post_is_shown_with_its_description_unless_it_is_sensitive(site: Site) -> None:
    alice = person(site, "alice", role="owner")

    def post(**more: object) -> Head:
        sent = site.post(
            "/api/v2/media", alice.token, files={"file": ("x", picture("png"))}, data={"description": "a red square"}
        )
        return head(site, say(site, alice, "", media_ids=[sent.json()["id"]], **more)["url"])

    open_one = post()
    assert open_one.meta["og:image"].startswith("http://perdure.test/media/")
    assert site.get(open_one.meta["og:image"]).headers["content-type"] == "image/png"
    assert open_one.meta["og:image:alt"] == "a red square" == open_one.meta["og:description"]
    assert (open_one.meta["og:image:width"], open_one.meta["og:image:height"]) == ("60", "40")
    assert open_one.meta["twitter:card"] == "summary_large_image"
    warned = post(spoiler_text="spiders")
    assert warned.meta["og:description"] == "spiders"
    for hidden in (warned, post(sensitive=True)):
        assert hidden.meta["og:image"] == "http://perdure.test/static/icon-512.png"
        assert hidden.meta["twitter:card"] == "summary"


def test_a_warning_stands_for_the_words_it_warns_of(site: Site) -> None:
    alice = person(site, "alice", role="owner")
    found = head(site, say(site, alice, "the butler did it", spoiler_text="ending of a book")["url"])
    assert found.meta["description"] == "ending of a book"
    assert not any("butler" in value for value in found.meta.values())


def test_a_post_that_is_not_for_everybody_says_nothing_and_is_not_indexed(site: Site) -> None:
    alice = person(site, "alice", role="owner")
    sign_in(site, alice)
    secret = say(site, alice, "for followers", visibility="private")
    found = head(site, secret["url"])
    assert found.meta["robots"] == "noindex"
    assert not any(name.startswith("og:") for name in found.meta)
    assert head(site, say(site, alice, "quiet", visibility="unlisted")["url"]).meta["robots"].startswith("noindex")


def test_a_profile_says_who_it_is(site: Site) -> None:
    person(site, "alice", role="owner", display_name="Alice", note="I garden.\nA lot.")
    found = head(site, "/@ALICE")
    assert found.meta["og:type"] == "profile"
    assert found.meta["og:title"] == "Alice (@alice)"
    assert found.meta["description"] == "I garden. A lot."
    assert found.meta["profile:username"] == "alice"
    assert found.links["canonical"][0]["href"] == "http://perdure.test/@alice"


def test_search_engines_are_asked_away_from_who_does_not_want_them(site: Site) -> None:
    wishes: dict[str, dict[str, bool]] = {"bob": {"indexable": False}, "carol": {"discoverable": False}}
    for name in ("alice", *wishes):
        post = say(site, person(site, name, **wishes.get(name, {})), "hello")
        for path in (f"/@{name}", post["url"]):
            assert ("robots" in head(site, path).meta) == (name in wishes)


def test_the_landing_page_speaks_for_the_site_and_other_pages_stay_out_of_search_engines(site: Site) -> None:
    say(site, person(site, "alice", role="owner"), "hello #t")
    landing = head(site, "/")
    assert landing.meta["og:type"] == "website"
    assert landing.meta["og:title"] == "Perdure"
    assert landing.meta["description"]
    assert landing.links["canonical"][0]["href"] == "http://perdure.test/"
    assert head(site, "/public").links["canonical"][0]["href"] == "http://perdure.test/"
    for path in ("/tags/t", "/auth/sign_in", "/design"):
        assert head(site, path).meta["robots"].startswith("noindex")


def test_webfinger_finds_people_of_this_site_and_nobody_else(site: Site) -> None:
    person(site, "alice")
    gone = person(site, "gone")
    site.write(accounts.change_in, gone.id, state="suspended")

    def ask(resource: str, more: str = "") -> httpx.Response:
        return site.get(f"/.well-known/webfinger?resource={quote(resource)}{more}")

    found = ask("acct:ALICE@perdure.test")
    assert found.headers["content-type"].startswith("application/jrd+json")
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.json()["subject"] == "acct:alice@perdure.test"
    links = {link["rel"]: link["href"] for link in found.json()["links"]}
    assert links["http://webfinger.net/rel/profile-page"] == "http://perdure.test/@alice"
    assert all(site.get(href).status_code == 200 for href in links.values())
    assert ask("http://perdure.test/@alice").json() == found.json()
    only = ask("acct:alice@perdure.test", "&rel=http://webfinger.net/rel/profile-page").json()["links"]
    assert [link["rel"] for link in only] == ["http://webfinger.net/rel/profile-page"]
    strangers = [
        "acct:bob@perdure.test",
        "acct:alice@other.test",
        "acct:gone@perdure.test",
        "alice",
        "acct:a\0@perdure.test",
    ]
    for resource in [*strangers, "https://other.test/@alice", "http://[", "acct:@perdure.test"]:
        assert ask(resource).status_code == 404, resource
    assert site.get("/.well-known/webfinger").status_code == 400


def test_the_manifest_makes_the_site_installable(site: Site) -> None:
    person(site, "alice", role="owner")
    found = head(site, "/")
    assert found.links["manifest"][0]["href"] == "/manifest.webmanifest"
    answer = site.get("/manifest.webmanifest", headers={"Accept-Language": "fr"})
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["lang"], manifest["display"]) == ("Perdure", "fr", "standalone")
    sizes = {icon["sizes"]: site.get(icon["src"]) for icon in manifest["icons"]}
    assert {"192x192", "512x512"} <= sizes.keys()
    assert all(picture.status_code == 200 for picture in sizes.values())
    assert {manifest["theme_color"]} < set(found.colours)
    assert len(found.colours) == 2


def test_crawlers_and_old_browsers_find_what_they_ask_for(site: Site) -> None:
    person(site, "alice", role="owner")
    robots = site.get("/robots.txt")
    assert robots.headers["content-type"].startswith("text/plain")
    parsed = RobotFileParser()
    parsed.parse(robots.text.splitlines())
    asked = {
        path: parsed.can_fetch("anybody", path)
        for path in ("/", "/@alice", "/tags/x", "/api/v1/instance", "/search?q=x")
    }
    assert asked == {"/": True, "/@alice": True, "/tags/x": True, "/api/v1/instance": False, "/search?q=x": False}
    icon = site.get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/png")


def test_the_page_about_the_site_says_what_its_operators_wrote_and_nothing_else(site: Site) -> None:
    person(site, "alice", role="owner", display_name="Alice")
    bare = site.get("/about").text
    assert "@alice" in bare
    assert "<ol>" not in bare
    changed = Words(title="Garden", extended_description="Long <b>words</b>", privacy_policy="We keep nothing.")
    site.write(store_site, changed)
    page = site.get("/about").text
    assert "Long &lt;b&gt;words&lt;/b&gt;" in page
    assert 'id="privacy"' in page
    assert 'id="terms"' not in page
