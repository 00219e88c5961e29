import pytest

from perdure.graph import service as graph
from tests.app.people import Person, person
from tests.site import Site


def say(site: Site, who: Person, text: str = "hello", **more: object) -> dict:
    answer = site.post("/api/v1/statuses", who.token, json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_post_comes_back_rendered_with_every_key(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "hello", language="en")
    assert post["content"] == "<p>hello</p>"
    assert post["account"]["acct"] == "alice"
    assert post["url"] == f"http://perdure.test/@alice/{post['id']}"
    assert post["application"]["name"] == "Test app"
    for name in ("poll", "card", "reblog", "quote", "edited_at", "in_reply_to_id", "in_reply_to_account_id"):
        assert post[name] is None
    assert (post["favourited"], post["reblogged"], post["muted"], post["bookmarked"], post["pinned"]) == (False,) * 5
    assert site.get(f"/api/v1/statuses/{post['id']}").json()["content"] == "<p>hello</p>"


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_blank_post_is_refused(site: Site, text: str) -> None:
    alice = person(site, "alice")
    answer = site.post("/api/v1/statuses", alice.token, json={"status": text})
    assert (answer.status_code, answer.json()["error"]) == (422, "Validation failed: Text can't be blank")


def test_a_post_over_the_limit_is_refused_and_one_at_the_limit_is_not(site: Site) -> None:
    alice = person(site, "alice")
    assert site.post("/api/v1/statuses", alice.token, json={"status": "x" * 1001}).status_code == 422
    assert site.post("/api/v1/statuses", alice.token, json={"status": "x" * 1000}).status_code == 200


def test_the_same_idempotency_key_returns_the_same_post_for_an_hour(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")

    def send(who: Person) -> str:
        answer = site.post("/api/v1/statuses", who.token, json={"status": "x"}, headers={"Idempotency-Key": "k"})
        return answer.json()["id"]

    first = send(alice)
    assert send(alice) == first
    assert send(bob) != first
    site.clock.advance(seconds=3601)
    assert send(alice) != first


def test_private_posts_are_for_followers_and_direct_ones_for_the_mentioned(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    site.write(graph.follow_in, bob.id, alice.id)
    private = say(site, alice, "x", visibility="private")["id"]
    direct = say(site, alice, "@carol x", visibility="direct")["id"]

    def sees(who: Person | None, post_id: str) -> int:
        return site.get(f"/api/v1/statuses/{post_id}", who.token if who else None).status_code

    assert [sees(who, private) for who in (alice, bob, carol, None)] == [200, 200, 404, 404]
    assert [sees(who, direct) for who in (alice, bob, carol, None)] == [200, 404, 200, 404]


def test_a_block_hides_posts_both_ways(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    site.write(graph.block_in, alice.id, bob.id)
    assert site.get(f"/api/v1/statuses/{post}", bob.token).status_code == 404
    assert site.post(f"/api/v1/statuses/{post}/favourite", bob.token).status_code == 404


def test_an_edit_keeps_what_the_post_was(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "one")["id"]
    site.clock.advance(seconds=5)
    edited = site.put(f"/api/v1/statuses/{post}", alice.token, json={"status": "two"}).json()
    assert edited["content"] == "<p>two</p>"
    assert edited["edited_at"] is not None
    history = site.get(f"/api/v1/statuses/{post}/history", alice.token).json()
    assert [state["content"] for state in history] == ["<p>one</p>", "<p>two</p>"]
    assert site.get(f"/api/v1/statuses/{post}/source", alice.token).json()["text"] == "two"


def test_only_the_author_edits_deletes_and_pins(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    assert site.put(f"/api/v1/statuses/{post}", bob.token, json={"status": "x"}).status_code == 404
    assert site.delete(f"/api/v1/statuses/{post}", bob.token).status_code == 404
    answer = site.post(f"/api/v1/statuses/{post}/pin", bob.token)
    assert answer.json()["error"] == "Validation failed: Someone else's post cannot be pinned"


def test_deleting_answers_with_the_source_and_then_it_is_gone(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "again & again")["id"]
    gone = site.delete(f"/api/v1/statuses/{post}", alice.token).json()
    assert gone["text"] == "again & again"
    assert site.get(f"/api/v1/statuses/{post}", alice.token).status_code == 404


def test_an_echo_is_a_post_of_its_own_and_can_be_taken_back(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    echo = site.post(f"/api/v1/statuses/{post}/reblog", bob.token).json()
    assert echo["id"] != post
    assert echo["reblog"]["id"] == post
    assert echo["reblog"]["reblogs_count"] == 1
    again = site.post(f"/api/v1/statuses/{post}/reblog", bob.token).json()
    assert again["id"] == echo["id"]
    back = site.post(f"/api/v1/statuses/{post}/unreblog", bob.token).json()
    assert (back["id"], back["reblogged"], back["reblog"], back["reblogs_count"]) == (post, False, None, 0)


def test_marks_and_counts_are_read_your_writes(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    for verb, mark in (("favourite", "favourited"), ("bookmark", "bookmarked"), ("mute", "muted")):
        assert site.post(f"/api/v1/statuses/{post}/{verb}", bob.token).json()[mark] is True
        assert site.post(f"/api/v1/statuses/{post}/{verb}", bob.token).json()[mark] is True
    assert site.get(f"/api/v1/statuses/{post}").json()["favourites_count"] == 1
    assert [p["id"] for p in site.get("/api/v1/bookmarks", bob.token).json()] == [post]
    assert [p["id"] for p in site.get("/api/v1/favourites", bob.token).json()] == [post]
    assert [a["acct"] for a in site.get(f"/api/v1/statuses/{post}/favourited_by").json()] == ["bob"]
    for verb, mark in (("unfavourite", "favourited"), ("unbookmark", "bookmarked"), ("unmute", "muted")):
        assert site.post(f"/api/v1/statuses/{post}/{verb}", bob.token).json()[mark] is False
    assert site.get(f"/api/v1/statuses/{post}").json()["favourites_count"] == 0


def test_a_thread_comes_in_thread_order(site: Site) -> None:
    alice = person(site, "alice")
    root = say(site, alice, "root")["id"]
    one = say(site, alice, "1", in_reply_to_id=root)["id"]
    two = say(site, alice, "2", in_reply_to_id=root)["id"]
    one_one = say(site, alice, "1.1", in_reply_to_id=one)["id"]
    context = site.get(f"/api/v1/statuses/{root}/context", alice.token).json()
    assert [p["id"] for p in context["descendants"]] == [one, one_one, two]
    context = site.get(f"/api/v1/statuses/{one_one}/context", alice.token).json()
    assert [p["id"] for p in context["ancestors"]] == [root, one]


def test_a_poll_counts_each_voter_once_and_hides_totals_while_open(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    poll = {"options": ["a", "b"], "expires_in": 600, "hide_totals": True}
    made = say(site, alice, "?", poll=poll)["poll"]
    assert [option["votes_count"] for option in made["options"]] == [None, None]
    path = f"/api/v1/polls/{made['id']}"
    assert (
        site.post(f"{path}/votes", bob.token, json={"choices": [0, 1]})
        .json()["error"]
        .endswith("You have already voted on this poll")
    )
    assert (
        site.post(f"{path}/votes", bob.token, json={"choices": [5]})
        .json()["error"]
        .endswith("The chosen vote option does not exist")
    )
    assert site.post(f"{path}/votes", bob.token, data={"choices[]": "1"}).json()["own_votes"] == [1]
    assert site.post(f"{path}/votes", bob.token, json={"choices": [0]}).status_code == 422
    site.clock.advance(seconds=601)
    closed = site.get(path, bob.token).json()
    assert (closed["expired"], [option["votes_count"] for option in closed["options"]]) == (True, [0, 1])
    late = site.post(f"{path}/votes", alice.token, json={"choices": [0]})
    assert late.json()["error"] == "Validation failed: The poll has already ended"


def test_a_scheduled_post_goes_out_at_its_time_and_not_before(site: Site) -> None:
    alice = person(site, "alice")
    body = {"status": "later", "scheduled_at": "2026-09-21T14:40:00Z"}
    made = site.post("/api/v1/statuses", alice.token, json=body)
    assert made.json()["params"]["text"] == "later"
    site.run_jobs()
    assert site.get(f"/api/v1/accounts/{alice.id}/statuses").json() == []
    site.clock.advance(days=30)
    site.run_jobs()
    (post,) = site.get(f"/api/v1/accounts/{alice.id}/statuses").json()
    assert post["content"] == "<p>later</p>"
    assert site.get("/api/v1/scheduled_statuses", alice.token).json() == []


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("soon", "Record invalid"),
        ("2020-01-01T00:00:00Z", "Validation failed: Scheduled at The scheduled date must be in the future"),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_the_known_words(site: Site, at: str, error: str) -> None:
    alice = person(site, "alice")
    answer = site.post("/api/v1/statuses", alice.token, json={"status": "x", "scheduled_at": at})
    assert (answer.status_code, answer.json()["error"]) == (422, error)


def test_without_a_token_or_scope_nothing_is_written(site: Site) -> None:
    reader = person(site, "reader", scope="read")
    assert site.post("/api/v1/statuses", json={"status": "x"}).json()["error"] == "The access token is invalid"
    answer = site.post("/api/v1/statuses", reader.token, json={"status": "x"})
    assert (answer.status_code, answer.json()["error"]) == (403, "This action is outside the authorized scopes")


@pytest.mark.parametrize("post_id", ["0", "abc", "99999999999999999999", "-1", "1e3"])
def test_an_unknown_id_is_not_found_whatever_it_looks_like(site: Site, post_id: str) -> None:
    assert site.get(f"/api/v1/statuses/{post_id}").json() == {"error": "Record not found"}


@pytest.mark.parametrize("visibility", ["everybody", "direct"])
def test_an_echo_is_for_an_audience_that_exists(site: Site, visibility: str) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    answer = site.post(f"/api/v1/statuses/{post}/reblog", bob.token, json={"visibility": visibility})
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        "Validation failed: Visibility is not included in the list",
    )
    assert (
        site.post(f"/api/v1/statuses/{post}/reblog", bob.token, json={"visibility": "private"}).json()["visibility"]
        == "private"
    )
