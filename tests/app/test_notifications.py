from typing import Any

from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.posts import service as posts
from perdure.posts.model import Draft
from tests.app.people import Person, person
from tests.site import Site


def publish(site: Site, author: Person, text: str, **draft: Any) -> int:
    return site.run(posts.publish, site.rt, author.id, Draft(text=text, **draft))


def told(site: Site, someone: Person, query: str = "") -> list[dict[str, Any]]:
    site.work()
    answer = site.get(f"/api/v1/notifications{query}", someone.token)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def kinds(site: Site, someone: Person, query: str = "") -> list[str]:
    return [each["type"] for each in told(site, someone, query)]


def test_a_mention_is_told_once_with_its_post_and_sender(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post_id = publish(site, alice, "hello @bob and @bob")
    [found] = told(site, bob)
    assert (found["type"], found["account"]["acct"], found["status"]["id"]) == ("mention", "alice", str(post_id))
    assert found["group_key"] == f"ungrouped-{found['id']}"
    assert told(site, alice) == []


def test_a_favourite_an_echo_and_a_follow_are_told(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post_id = publish(site, alice, "hello")
    site.write(graph.follow_in, bob.id, alice.id)
    site.write(posts.vote_in, bob.id, post_id, 1)
    site.write(posts.echo_in, bob.id, post_id)
    assert sorted(kinds(site, alice)) == ["favourite", "follow", "reblog"]
    assert sorted(kinds(site, alice, "?types[]=follow&types[]=reblog")) == ["follow", "reblog"]
    assert kinds(site, alice, "?exclude_types[]=follow&exclude_types[]=reblog") == ["favourite"]


def test_a_downvote_is_silent(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(posts.vote_in, bob.id, publish(site, alice, "hello"), -1)
    assert told(site, alice) == []


def test_a_locked_account_hears_of_requests_until_they_are_answered(site: Site) -> None:
    alice, bob = person(site, "alice", locked=True), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    assert kinds(site, alice) == ["follow_request"]
    site.write(graph.authorize_in, alice.id, bob.id)
    assert kinds(site, alice) == ["follow"]


def test_a_follower_with_the_bell_hears_of_each_post(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(lambda tx: graph.follow_in(tx, bob.id, alice.id, notify=True))
    publish(site, alice, "news")
    assert kinds(site, bob) == ["status"]


def test_who_echoed_a_post_hears_of_its_edit(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post_id = publish(site, alice, "first")
    site.write(posts.echo_in, bob.id, post_id)
    from perdure.posts.service.publishing import limits_of

    site.write(posts.edit_in, limits_of(site.rt), alice.id, post_id, Draft(text="second"))
    assert kinds(site, bob) == ["update"]


def test_blocks_and_mutes_keep_notifications_away_and_a_block_removes_old_ones(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    publish(site, bob, "before @alice")
    assert kinds(site, alice) == ["mention"]
    site.write(graph.block_in, alice.id, bob.id)
    site.write(graph.mute_in, alice.id, carol.id)
    publish(site, bob, "after @alice")
    publish(site, carol, "muted @alice")
    assert told(site, alice) == []


def test_a_muted_thread_tells_nothing(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    root = publish(site, alice, "root")
    site.write(lambda tx: posts.mute_thread_in(tx, alice.id, root, on=True))
    publish(site, bob, "@alice reply", in_reply_to_id=root)
    assert told(site, alice) == []


def test_a_deleted_post_takes_its_notifications_along(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post_id = publish(site, bob, "hi @alice")
    assert kinds(site, alice) == ["mention"]
    site.write(posts.delete_in, bob.id, post_id)
    assert told(site, alice) == []


def test_dismissing_and_clearing_put_away_only_ones_own(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    for number in range(3):
        publish(site, bob, f"{number} @alice")
    first = told(site, alice)[0]["id"]
    assert site.get(f"/api/v1/notifications/{first}", bob.token).status_code == 404
    assert site.post(f"/api/v1/notifications/{first}/dismiss", bob.token).status_code == 404
    assert site.get(f"/api/v1/notifications/{first}", alice.token).json()["id"] == first
    assert site.post(f"/api/v1/notifications/{first}/dismiss", alice.token).json() == {}
    assert site.get("/api/v1/notifications/unread_count", alice.token).json() == {"count": 2}
    assert site.post("/api/v1/notifications/clear", alice.token).json() == {}
    assert told(site, alice) == []


def test_pages_link_next_first_and_end(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    for number in range(3):
        publish(site, bob, f"{number} @alice")
    site.work()
    answer = site.get("/api/v1/notifications?limit=2", alice.token)
    assert answer.headers["link"].split(", ")[0].endswith('rel="next"')
    last = answer.json()[-1]["id"]
    rest = site.get(f"/api/v1/notifications?limit=2&max_id={last}", alice.token)
    assert len(rest.json()) == 1
    assert 'rel="next"' not in rest.headers["link"]


def test_a_strangers_private_mention_waits_as_a_request_until_accepted(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    publish(site, bob, "psst @alice", visibility="direct")
    assert told(site, alice) == []
    [waiting] = site.get("/api/v1/notifications/requests", alice.token).json()
    assert (waiting["account"]["acct"], waiting["notifications_count"]) == ("bob", "1")
    summary = site.get("/api/v2/notifications/policy", alice.token).json()["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 1}
    assert site.post(f"/api/v1/notifications/requests/{waiting['id']}/accept", alice.token).status_code == 200
    assert kinds(site, alice) == ["mention"]
    publish(site, bob, "again @alice", visibility="direct")
    assert kinds(site, alice) == ["mention", "mention"]


def test_the_policy_filters_and_drops_and_refuses_other_words(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    changed = site.patch("/api/v2/notifications/policy", alice.token, json={"for_not_following": "drop"})
    assert changed.json()["for_not_following"] == "drop"
    publish(site, bob, "hi @alice")
    assert kinds(site, alice, "?include_filtered=true") == []
    wrong = site.patch("/api/v2/notifications/policy", alice.token, json={"for_not_following": "maybe"})
    assert wrong.status_code == 422


def test_a_token_without_the_scope_is_refused(site: Site) -> None:
    alice = person(site, "alice", scope="read:statuses")
    answer = site.get("/api/v1/notifications", alice.token)
    assert (answer.status_code, answer.json()["error"]) == (403, "This action is outside the authorized scopes")


def test_those_who_look_after_members_hear_of_a_new_one_once_it_is_active(site: Site) -> None:
    boss, helper = person(site, "boss", role="admin"), person(site, "helper", role="moderator")
    member = person(site, "alice")
    app = site.post(
        "/api/v1/apps", json={"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "write"}
    ).json()
    asked = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "scope": "write",
    }
    token = site.post("/oauth/token", json=asked).json()["access_token"]
    given = {
        "username": "newbie",
        "email": "new@people.test",
        "password": "a long password",
        "agreement": True,
        "locale": "en",
    }
    made = site.post("/api/v1/accounts", token, json=given)
    assert made.status_code == 200, made.text
    assert kinds(site, boss) == []
    newbie = site.read(accounts.find_by_name_in, "newbie")
    assert newbie is not None
    site.write(accounts.confirm_member_in, newbie.username)
    [found] = told(site, boss)
    assert (found["type"], found["account"]["acct"]) == ("admin.sign_up", "newbie")
    assert found["group_key"].startswith("admin.sign_up-")
    assert kinds(site, helper) == ["admin.sign_up"]
    assert kinds(site, member) == []
