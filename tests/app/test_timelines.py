import pytest

from perdure.graph import service as graph
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site


def ids(site: Site, path: str, token: str | None = None) -> list[str]:
    answer = site.get(path, token)
    assert answer.status_code == 200, answer.text
    return [post["id"] for post in answer.json()]


def test_ones_own_post_is_everywhere_when_the_request_returns(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "hello #World")["id"]
    for path in ("home", "public", "tag/world"):
        assert ids(site, f"/api/v1/timelines/{path}", alice.token) == [post]
    assert ids(site, f"/api/v1/accounts/{alice.id}/statuses") == [post]


def test_followers_get_posts_and_echoes_once(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    for author in (alice, bob):
        site.write(graph.follow_in, carol.id, author.id)
    site.work()
    post = say(site, alice)["id"]
    site.work()
    site.post(f"/api/v1/statuses/{post}/reblog", bob.token)
    site.work()
    assert ids(site, "/api/v1/timelines/home", carol.token) == [post]


def test_a_reply_to_a_stranger_does_not_come_home(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    site.write(graph.follow_in, carol.id, alice.id)
    site.work()
    root = say(site, bob)["id"]
    say(site, alice, "re", in_reply_to_id=root)
    site.work()
    assert ids(site, "/api/v1/timelines/home", carol.token) == []
    site.write(graph.follow_in, carol.id, bob.id)
    site.work()
    reply = say(site, alice, "re", in_reply_to_id=root)["id"]
    site.work()
    assert reply in ids(site, "/api/v1/timelines/home", carol.token)


def test_a_new_follow_brings_posts_and_an_unfollow_takes_them_away(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    site.write(graph.follow_in, bob.id, alice.id)
    site.work()
    assert ids(site, "/api/v1/timelines/home", bob.token) == [post]
    site.write(graph.unfollow_in, bob.id, alice.id)
    site.work()
    assert ids(site, "/api/v1/timelines/home", bob.token) == []


def test_muted_and_blocked_authors_are_in_no_timeline(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    for author in (alice, bob):
        site.write(graph.follow_in, carol.id, author.id)
    site.work()
    say(site, alice, "a #t")
    say(site, bob, "b #t")
    site.work()
    site.write(graph.mute_in, carol.id, alice.id)
    site.write(graph.block_in, bob.id, carol.id)
    for path in ("home", "public", "tag/t"):
        assert ids(site, f"/api/v1/timelines/{path}", carol.token) == []


def test_a_timed_mute_ends_by_itself(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice)["id"]
    site.write(graph.mute_in, bob.id, alice.id, duration_s=60)
    assert ids(site, "/api/v1/timelines/public", bob.token) == []
    site.clock.advance(seconds=61)
    assert ids(site, "/api/v1/timelines/public", bob.token) == [post]


def test_a_followed_hashtag_comes_home(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_tag_in, bob.id, "Garden")
    post = say(site, alice, "#garden")["id"]
    site.work()
    assert ids(site, "/api/v1/timelines/home", bob.token) == [post]


def test_hashtags_combine_with_any_all_and_none(site: Site) -> None:
    alice = person(site, "alice")
    both, one, other = (say(site, alice, text)["id"] for text in ("#a #b", "#a", "#c"))
    assert ids(site, "/api/v1/timelines/tag/a?any[]=c") == [other, one, both]
    assert ids(site, "/api/v1/timelines/tag/a?all[]=b") == [both]
    assert ids(site, "/api/v1/timelines/tag/a?none[]=b") == [one]


def test_a_list_shows_its_members_and_an_exclusive_one_keeps_them_from_home(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    made = site.write(graph.create_list_in, bob.id, "friends", exclusive=True)
    site.write(graph.add_members_in, bob.id, made.id, [alice.id])
    site.work()
    post = say(site, alice)["id"]
    site.work()
    assert ids(site, f"/api/v1/timelines/list/{made.id}", bob.token) == [post]
    assert ids(site, "/api/v1/timelines/home", bob.token) == []
    assert site.get(f"/api/v1/timelines/list/{made.id}", alice.token).status_code == 404


def test_pages_follow_each_other_through_the_link_header(site: Site) -> None:
    alice = person(site, "alice")
    made = [say(site, alice, str(number))["id"] for number in range(5)]
    answer = site.get("/api/v1/timelines/home?limit=2", alice.token)
    link = answer.headers["link"]
    assert link.startswith("<http://perdure.test/api/v1/timelines/home?limit=2&max_id=")
    assert link.index('rel="next"') < link.index('rel="prev"')
    assert ids(site, f"/api/v1/timelines/home?limit=2&max_id={made[3]}", alice.token) == [made[2], made[1]]
    assert ids(site, f"/api/v1/timelines/home?limit=2&min_id={made[0]}", alice.token) == [made[2], made[1]]
    assert ids(site, f"/api/v1/timelines/home?limit=2&since_id={made[0]}", alice.token) == [made[4], made[3]]
    empty = site.get(f"/api/v1/timelines/home?max_id={made[0]}", alice.token)
    assert (empty.json(), "link" in empty.headers) == ([], False)


def test_a_deleted_post_leaves_every_feed(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    site.work()
    post = say(site, alice)["id"]
    site.work()
    site.delete(f"/api/v1/statuses/{post}", alice.token)
    site.work()
    assert ids(site, "/api/v1/timelines/home", bob.token) == []


def test_a_marker_never_moves_back(site: Site) -> None:
    alice = person(site, "alice")
    site.post("/api/v1/markers", alice.token, data={"home[last_read_id]": "10"})
    stale = site.post("/api/v1/markers", alice.token, json={"home": {"last_read_id": "9"}})
    assert (stale.status_code, stale.json()["error"]) == (409, "Conflict during update, please try again")
    assert site.get("/api/v1/markers", alice.token).json() == {}
    assert site.get("/api/v1/markers?timeline[]=home", alice.token).json()["home"]["last_read_id"] == "10"


def test_an_answer_by_somebody_on_an_exclusive_list_stays_off_home(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    for author in (alice, bob):
        site.write(graph.follow_in, carol.id, author.id)
    made = site.write(graph.create_list_in, carol.id, "friends", exclusive=True)
    site.write(graph.add_members_in, carol.id, made.id, [alice.id])
    site.work()
    root = say(site, bob)["id"]
    say(site, alice, "re", in_reply_to_id=root)
    site.work()
    assert ids(site, "/api/v1/timelines/home", carol.token) == [root]


def test_an_answer_comes_home_to_the_one_answered_who_follows_its_author(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    site.work()
    root = say(site, bob)["id"]
    reply = say(site, alice, "re", in_reply_to_id=root)["id"]
    site.work()
    assert ids(site, "/api/v1/timelines/home", bob.token) == [reply, root]


@pytest.mark.parametrize(
    ("policy", "shown"),
    [("none", {"alone", "to oneself"}), ("list", {"alone", "to oneself", "to a member", "to the owner"}),
     ("followed", {"alone", "to oneself", "to somebody followed", "to the owner"})],
)  # fmt: skip
def test_a_list_shows_the_answers_that_its_policy_lets_through(site: Site, policy: str, shown: set[str]) -> None:
    owner, author, member, friend, stranger = (person(site, name) for name in ("owner", "ann", "mem", "fri", "str"))
    for one in (author, member, friend):
        site.write(graph.follow_in, owner.id, one.id)
    made = site.post("/api/v1/lists", owner.token, json={"title": "l", "replies_policy": policy}).json()["id"]
    site.post(f"/api/v1/lists/{made}/accounts", owner.token, json={"account_ids": [str(author.id), str(member.id)]})
    if policy == "followed":
        site.write(graph.unfollow_in, owner.id, member.id)
    own = say(site, author, "alone")["id"]
    say(site, author, "to oneself", in_reply_to_id=own)
    for text, one in {
        "to a member": member,
        "to somebody followed": friend,
        "to a stranger": stranger,
        "to the owner": owner,
    }.items():
        say(site, author, text, in_reply_to_id=say(site, one, "first", visibility="unlisted")["id"])
    found = site.get(f"/api/v1/timelines/list/{made}?limit=40", owner.token).json()
    mine = {
        post["content"].removeprefix("<p>").removesuffix("</p>") for post in found if post["account"]["acct"] == "ann"
    }
    assert mine == shown


def languages_at_home(site: Site, who: Person) -> list[str]:
    return [post["language"] for post in site.get("/api/v1/timelines/home", who.token).json()]


def test_a_follow_in_some_languages_brings_home_no_others(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    say(site, alice, "alt", language="de")
    say(site, alice, "vieux", language="fr")
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token, json={"languages": ["fr", "en"]})
    site.post(f"/api/v1/accounts/{alice.id}/follow", carol.token)
    site.work()
    assert languages_at_home(site, bob) == ["fr"]
    for language in ("de", "en", None):
        say(site, alice, "neu", language=language)
    site.work()
    assert languages_at_home(site, bob) == [None, "en", "fr"]
    assert languages_at_home(site, carol) == [None, "en", "de", "fr", "de"]
