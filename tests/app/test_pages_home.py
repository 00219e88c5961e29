from tests.app.people import person
from tests.app.pictures import picture
from tests.app.test_posts import say
from tests.site import Site

OWNER = {"username": "olga", "email": "olga@example.org", "password": "a long password"}


def test_a_new_site_leads_to_the_page_that_makes_the_owner_and_then_never_again(site: Site) -> None:
    page = site.get("/")
    assert page.url.path == "/setup"
    assert "Make the owner account" in page.text
    assert site.post("/setup", data=OWNER).url.path == "/settings/security"
    home = site.get("/")
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


def test_a_page_speaks_the_readers_language(site: Site) -> None:
    assert '<html lang="fr">' in site.get("/", headers={"Accept-Language": "de, fr;q=0.8, en;q=0.5"}).text
    assert '<html lang="fr">' in site.get("/auth/sign_in?lang=fr").text
    assert '<html lang="fr">' in site.get("/auth/sign_in").text  # kept for the next page
    site.post("/setup?lang=en", data=OWNER)
    assert '<html lang="en">' in site.get("/").text  # a member's own setting


def test_the_addresses_that_posts_hand_out_lead_to_pages(site: Site) -> None:
    alice, bob = person(site, "alice", role="owner"), person(site, "bob")
    root = say(site, alice, "root #Garden")
    say(site, bob, "a reply", in_reply_to_id=root["id"])
    secret = say(site, alice, "for followers", visibility="private")
    profile = site.get("/@ALICE").text
    assert "root" in profile
    assert "for followers" not in profile
    thread = site.get(root["url"]).text
    assert thread.index("root") < thread.index("a reply")
    assert "root" in site.get("/tags/garden").text
    for path in (secret["url"], "/@nobody", "/@alice/1", f"/@bob/{root['id']}", "/@alice/99999999999999999999999"):
        assert site.get(path).status_code == 404


def test_a_picture_is_shown_with_its_description(site: Site) -> None:
    alice = person(site, "alice", role="owner")
    sent = site.post(
        "/api/v2/media", alice.token, files={"file": ("x", picture("png"))}, data={"description": 'a "red" square'}
    ).json()
    post = say(site, alice, "look", media_ids=[sent["id"]])
    assert 'alt="a &#34;red&#34; square"' in site.get(post["url"]).text


def test_an_error_is_a_page_for_a_browser_and_json_for_a_program(site: Site) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "fr"}
    page = site.get("/nothing", headers=browser)
    assert page.status_code == 404
    assert "Il n’y a rien ici" in page.text
    assert site.get("/nothing").json() == {"error": "Record not found"}
    assert site.get("/api/v1/nothing", headers=browser).json() == {"error": "Record not found"}
    refused = site.post("/setup", data={}, headers=browser | {"Origin": "https://evil.test"})
    assert refused.status_code == 403
    assert "<h1>" in refused.text
