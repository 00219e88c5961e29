from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_posts import say
from tests.site import Site


def upload(site: Site, who: Person) -> str:
    answer = site.post("/api/v2/media", who.token, files={"file": ("a.png", picture(), "image/png")})
    return str(answer.json()["id"])


def test_every_state_of_a_post_shows_the_files_it_showed_then(site: Site) -> None:
    alice = person(site, "alice")
    first, second = upload(site, alice), upload(site, alice)
    post = say(site, alice, "one", media_ids=[first])["id"]
    site.put(f"/api/v1/statuses/{post}", alice.token, json={"status": "two", "media_ids": [second]})
    states = site.get(f"/api/v1/statuses/{post}/history", alice.token).json()
    assert [[file["id"] for file in state["media_attachments"]] for state in states] == [[first], [second]]


def test_every_state_of_a_post_shows_the_answers_its_poll_offered(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "which?", poll={"options": ["a", "b"], "expires_in": 600})["id"]
    change = {"status": "which now?", "poll": {"options": ["a", "c"], "expires_in": 600}}
    site.put(f"/api/v1/statuses/{post}", alice.token, json=change)
    states = site.get(f"/api/v1/statuses/{post}/history", alice.token).json()
    assert [[option["title"] for option in state["poll"]["options"]] for state in states] == [["a", "b"], ["a", "c"]]


def test_the_history_of_a_post_is_for_those_who_may_see_the_post(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "between us", visibility="direct")["id"]
    assert site.get(f"/api/v1/statuses/{post}/history", bob.token).status_code == 404


def test_a_scheduled_post_shows_the_files_it_will_carry(site: Site) -> None:
    alice = person(site, "alice")
    file = upload(site, alice)
    later = {"status": "soon", "media_ids": [file], "scheduled_at": "2030-01-01T00:00:00Z"}
    made = site.post("/api/v1/statuses", alice.token, json=later).json()
    assert [one["id"] for one in made["media_attachments"]] == [file]
    for path in ("scheduled_statuses", f"scheduled_statuses/{made['id']}"):
        shown = site.get(f"/api/v1/{path}", alice.token).json()
        one = shown[0] if isinstance(shown, list) else shown
        assert one["media_attachments"][0]["preview_url"].startswith("http://perdure.test/media/")
