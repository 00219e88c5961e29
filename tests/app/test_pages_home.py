import re

from perdure.web.home_words import CATALOGUE
from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site

OWNER = {"username": "olga", "email": "olga@example.org", "password": "a long password"}


def test_a_new_site_leads_to_the_page_that_makes_the_owner_and_then_never_again(site: Site) -> None:
    page = site.get("/")
    assert page.url.path == "/setup"
    assert "Make the owner account" in page.text
    home = site.post("/setup", data=OWNER)
    assert home.url.path == "/"
    assert '<textarea id="status"' in home.text
    assert site.get("/setup").url.path == "/"
    assert site.post("/setup", data=OWNER | {"username": "other"}).status_code == 403


def test_a_wrong_field_keeps_what_was_typed(site: Site) -> None:
    page = site.post("/setup", data=OWNER | {"password": "short"})
    assert page.status_code == 422
    assert 'value="olga"' in page.text
    assert 'role="alert"' in page.text


def test_the_composer_posts_and_a_refused_draft_comes_back(site: Site) -> None:
    site.post("/setup", data=OWNER)
    home = site.post("/posts", data={"status": "from the <browser>", "visibility": "public"})
    assert "from the &lt;browser&gt;" in home.text
    long = "x" * 1001
    refused = site.post("/posts", data={"status": long, "visibility": "private"})
    assert refused.status_code == 422
    assert long in refused.text


def test_guests_see_public_posts_and_nothing_private(site: Site) -> None:
    alice = person(site, "alice", role="owner")
    say(site, alice, "for everybody")
    say(site, alice, "for followers", visibility="private")
    page = site.get("/").text
    assert "for everybody" in page
    assert "for followers" not in page


def test_another_site_cannot_post_through_the_browser(site: Site) -> None:
    site.post("/setup", data=OWNER)
    answer = site.post("/posts", data={"status": "x"}, headers={"Origin": "https://evil.test"})
    assert answer.status_code == 403


def test_every_text_is_there_in_english_and_french(site: Site) -> None:
    assert CATALOGUE["en"].keys() == CATALOGUE["fr"].keys()
    assert 'lang="fr"' in site.get("/", headers={"Accept-Language": "fr"}).text
    assert not re.search(r"<script", site.get("/").text)
