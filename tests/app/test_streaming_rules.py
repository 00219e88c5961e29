"""Every rule of api.md §3.10 that test_streaming.py does not hold already."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from perdure import asgi, wiring
from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.posts.service.publishing import limits_of
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_notifications import publish
from tests.app.test_streaming import WS, connect, frame, listening, wait_for
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Person:
    return person(site, "alice")


@pytest.fixture
def bob(site: Site, alice: Person) -> Person:
    bob = person(site, "bob")
    site.write(graph.follow_in, alice.id, bob.id)
    site.work()
    return bob


def edit(site: Site, author: Person, post_id: int, text: str) -> None:
    site.write(posts.edit_in, limits_of(site.rt), author.id, post_id, Draft(text=text))
    site.work()


def picture_of(site: Site, author: Person, text: str) -> int:
    made = site.post("/api/v2/media", author.token, files={"file": ("a.png", picture(), "image/png")})
    return publish(site, author, text, media_ids=(int(made.json()["id"]),))


# --- WebSocket ------------------------------------------------------------------------------------------------------


def test_a_frame_has_exactly_stream_event_and_a_payload_that_is_json_in_a_string(
    site: Site, alice: Person, bob: Person
) -> None:
    with connect(site, alice, "?stream=user") as socket:
        post_id = publish(site, bob, "hello")
        site.work()
        text = socket.receive_text(timeout=5)
        assert text.startswith('{"stream":["user"],"event":"update","payload":"{\\"id\\":')
        found = msgspec.json.decode(text)
        assert list(found) == ["stream", "event", "payload"]
        status = msgspec.json.decode(found["payload"])
        assert status == site.get(f"/api/v1/statuses/{post_id}", alice.token).json()


def test_a_slash_at_the_end_of_the_address_is_no_other_address(site: Site, alice: Person) -> None:
    with site.client.websocket_connect(f"{WS}/?access_token={alice.token}&stream=user") as socket:
        publish(site, alice, "hello")
        site.work()
        assert frame(socket)["event"] == "update"


def test_an_edit_and_a_deletion_arrive_and_a_deletion_is_a_bare_id(site: Site, alice: Person, bob: Person) -> None:
    post_id = publish(site, bob, "first")
    site.work()
    with connect(site, alice, "?stream=user") as socket:
        edit(site, bob, post_id, "second")
        found = frame(socket)
        assert (found["stream"], found["event"]) == (["user"], "status.update")
        status = msgspec.json.decode(found["payload"])
        assert (status["content"], status["edited_at"] is not None) == ("<p>second</p>", True)
        site.write(posts.delete_in, bob.id, post_id)
        site.work()
        assert frame(socket) == {"stream": ["user"], "event": "delete", "payload": str(post_id)}


def test_a_deletion_of_a_private_post_is_told_to_followers_alone(site: Site, alice: Person, bob: Person) -> None:
    carol = person(site, "carol")
    post_id = publish(site, bob, "mine", visibility="private")
    site.work()
    with connect(site, carol, "?stream=public") as stranger, connect(site, alice, "?stream=user") as follower:
        stranger.send_json({"type": "subscribe", "stream": "user"})
        stranger.send_json({"type": "subscribe", "stream": "?"})
        frame(stranger)
        site.write(posts.delete_in, bob.id, post_id)
        publish(site, carol, "something else")
        site.work()
        assert frame(follower) == {"stream": ["user"], "event": "delete", "payload": str(post_id)}
        assert frame(stranger)["event"] == "update"


def test_changed_filters_are_told_without_a_payload(site: Site, alice: Person) -> None:
    with connect(site, alice, "?stream=user") as socket:
        body = {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "spinach"}]}
        made = site.post("/api/v2/filters", alice.token, json=body)
        assert made.status_code == 200
        site.work()
        assert frame(socket) == {"stream": ["user"], "event": "filters_changed"}


def test_accepted_requests_are_told_when_they_are_merged(site: Site, alice: Person) -> None:
    carol = person(site, "carol")
    publish(site, carol, "psst @alice", visibility="direct")
    site.work()
    [waiting] = site.get("/api/v1/notifications/requests", alice.token).json()
    with connect(site, alice, "?stream=user") as socket:
        site.post(f"/api/v1/notifications/requests/{waiting['id']}/accept", alice.token)
        site.work()
        assert frame(socket) == {"stream": ["user"], "event": "notifications_merged", "payload": "1"}


def test_a_filtered_notification_is_silent(site: Site, alice: Person) -> None:
    carol = person(site, "carol")
    with connect(site, alice, "?stream=user:notification") as socket:
        publish(site, carol, "psst @alice", visibility="direct")
        publish(site, carol, "hello @alice")
        site.work()
        assert "hello" in msgspec.json.decode(frame(socket)["payload"])["status"]["content"]


CARRIED = {
    "public": ["plain", "picture"],
    "public:local": ["plain", "picture"],
    "public:media": ["picture"],
    "public:local:media": ["picture"],
    "public:remote": [],
    "public:remote:media": [],
    "direct": [],
    "user:notification": [],
}


def test_each_stream_carries_what_belongs_to_it(site: Site, alice: Person) -> None:
    carol = person(site, "carol")
    with connect(site, alice) as socket:
        for name in CARRIED:
            socket.send_json({"type": "subscribe", "stream": name})
        socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": "end"})
        socket.send_json({"type": "subscribe", "stream": "?"})
        frame(socket)
        publish(site, carol, "plain")
        picture_of(site, carol, "picture")
        publish(site, carol, "#end", visibility="public")
        site.work()
        seen: dict[str, list[str]] = {name: [] for name in CARRIED}
        while (found := frame(socket))["stream"] != ["hashtag", "end"]:
            content = msgspec.json.decode(found["payload"])["content"]
            if "end" not in content:
                seen[found["stream"][0]].append(content.removeprefix("<p>").removesuffix("</p>"))
    assert seen == CARRIED


def test_tags_match_without_regard_to_case_and_only_in_public_posts(site: Site, alice: Person, bob: Person) -> None:
    with connect(site, alice, "?stream=hashtag&tag=CATS") as socket:
        publish(site, bob, "hidden #cats", visibility="private")
        publish(site, bob, "dogs #dogs")
        publish(site, bob, "look #Cats")
        site.work()
        found = frame(socket)
    assert found["stream"] == ["hashtag", "CATS"]
    assert "look" in found["payload"]


def test_a_list_hears_its_members_their_edits_and_deletions(site: Site, alice: Person, bob: Person) -> None:
    made = site.write(graph.create_list_in, alice.id, "Friends")
    site.write(graph.add_members_in, alice.id, made.id, [bob.id])
    name = ["list", str(made.id)]
    with connect(site, alice, f"?stream=list&list={made.id}") as socket:
        publish(site, alice, "not on the list")
        post_id = publish(site, bob, "hello")
        site.work()
        found = [frame(socket)]
        edit(site, bob, post_id, "changed")
        found.append(frame(socket))
        site.write(posts.delete_in, bob.id, post_id)
        site.work()
        found.append(frame(socket))
    assert [each["stream"] for each in found] == [name] * 3
    assert [each["event"] for each in found] == ["update", "status.update", "delete"]
    assert found[2]["payload"] == str(post_id)


def test_an_exclusive_list_keeps_its_members_out_of_home(site: Site, alice: Person, bob: Person) -> None:
    made = site.write(lambda tx: graph.create_list_in(tx, alice.id, "Quiet", exclusive=True))
    site.write(graph.add_members_in, alice.id, made.id, [bob.id])
    with connect(site, alice, "?stream=user") as socket:
        publish(site, bob, "for the list")
        publish(site, alice, "for home")
        site.work()
        assert "for home" in frame(socket)["payload"]


UNHEARD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"stream": "nothing"}, {"error": "Unknown stream type", "status": 400}),
    ({"stream": ""}, {"error": "Unknown stream type", "status": 400}),
    ({"stream": "hashtag"}, {"error": "Missing tag name parameter", "status": 400}),
    ({"stream": "list"}, {"error": "Missing list name parameter", "status": 400}),
    ({"stream": "list", "list": "12"}, {"error": "Record not found", "status": 404}),
    ({"stream": "list", "list": "x"}, {"error": "Record not found", "status": 404}),
]


def test_a_stream_that_cannot_be_heard_is_refused_on_the_socket(site: Site, alice: Person) -> None:
    with connect(site, alice) as socket:
        for asked, told in UNHEARD:
            socket.send_json({"type": "subscribe", **asked})
            assert frame(socket) == told


def test_what_is_no_message_of_the_protocol_is_ignored(site: Site, alice: Person) -> None:
    with connect(site, alice) as socket:
        for text in ("not json", "[]", "{}", '{"type":"dance"}', '{"type":1}', "\x00"):
            socket.send_text(text)
        socket.send_json({"type": "unsubscribe", "stream": "user"})
        socket.send_json({"type": "subscribe", "stream": "user", "more": [1]})
        socket.send_json({"type": "subscribe", "stream": "?"})
        frame(socket)
        publish(site, alice, "hello")
        site.work()
        assert frame(socket)["event"] == "update"


def test_subscribing_twice_sends_once_and_unsubscribing_ends_it(site: Site, alice: Person) -> None:
    with connect(site, alice, "?stream=user") as socket:
        for verb in ("subscribe", "unsubscribe"):
            socket.send_json({"type": verb, "stream": "user"})
        socket.send_json({"type": "subscribe", "stream": "public"})
        socket.send_json({"type": "subscribe", "stream": "public"})
        socket.send_json({"type": "subscribe", "stream": "?"})
        frame(socket)
        for text in ("one", "two"):
            publish(site, alice, text)
        site.work()
        found = [frame(socket) for _ in range(2)]
    assert [each["stream"] for each in found] == [["public"], ["public"]]
    assert ["one" in found[0]["payload"], "two" in found[1]["payload"]] == [True, True]


def test_a_granular_scope_is_enough_for_its_streams_and_no_others(site: Site) -> None:
    narrow = person(site, "carol", scope="read:notifications")
    wide = person(site, "dave", scope="read:statuses")
    refused = {"error": "This action is outside the authorized scopes", "status": 403}
    with connect(site, narrow, "?stream=user") as socket:
        assert frame(socket) == refused
        socket.send_json({"type": "subscribe", "stream": "user:notification"})
        socket.send_json({"type": "subscribe", "stream": "?"})
        assert frame(socket)["error"] == "Unknown stream type"
    with connect(site, wide, "?stream=user:notification") as socket:
        assert frame(socket) == refused
    assert site.get("/api/v1/streaming/user", narrow.token).status_code == 403


def test_a_token_of_an_app_alone_hears_nothing(site: Site) -> None:
    made = site.post("/api/v1/apps", json={"client_name": "App", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}).json()
    asked = {"grant_type": "client_credentials", "client_id": made["client_id"], "client_secret": made["client_secret"]}
    token = site.post("/oauth/token", json=asked).json()["access_token"]
    with (
        pytest.raises(WebSocketDisconnect),
        site.client.websocket_connect(f"{WS}?access_token={token}&stream=public") as socket,
    ):
        socket.receive_text(timeout=5)
    assert site.get("/api/v1/streaming/public", token).status_code == 422


# --- Server-Sent Events ---------------------------------------------------------------------------------------------


def test_changed_filters_come_as_an_empty_object(site: Site, alice: Person) -> None:
    with listening(site, "/api/v1/streaming/user", alice.token) as writes:
        site.post("/api/v1/filters", alice.token, json={"phrase": "spinach", "context": ["home"]})
        site.work()
        wait_for(site, writes, 2)
    assert writes[1] == b"event: filters_changed\ndata: {}\n\n"


EVENTS = {
    "user": "update",
    "user/notification": "notification",
    "public": "update",
    "public/local": "update",
    "public?only_media=true": "update",
    "hashtag?tag=cats": "update",
    "hashtag/local?tag=cats": "update",
    "direct": "conversation",
    "list?list={list}": "update",
}


def test_each_event_is_one_write_of_exactly_two_lines_and_a_blank_one(site: Site, alice: Person, bob: Person) -> None:
    made = site.write(graph.create_list_in, alice.id, "Friends")
    site.write(graph.add_members_in, alice.id, made.id, [bob.id])
    with ExitStack() as stack:
        told = {
            path: stack.enter_context(listening(site, f"/api/v1/streaming/{path.format(list=made.id)}", alice.token))
            for path in EVENTS
        }
        picture_of(site, bob, "two\n\nlines, é, and #cats")
        publish(site, bob, "psst @alice", visibility="direct")
        site.work()
        for path, writes in told.items():
            wait_for(site, writes, 2)
            first, second, rest = writes[1].split(b"\n", 2)
            assert (path, first) == (path, f"event: {EVENTS[path]}".encode())
            assert second.startswith(b"data: {")
            assert rest == b"\n"
            assert b"\r" not in writes[1]
            assert isinstance(msgspec.json.decode(second[6:]), dict)


def test_an_edit_and_a_deletion_are_named_as_on_the_socket(site: Site, alice: Person, bob: Person) -> None:
    post_id = publish(site, bob, "first")
    site.work()
    with listening(site, "/api/v1/streaming/public/local", alice.token) as writes:
        edit(site, bob, post_id, "second")
        wait_for(site, writes, 2)
        site.write(posts.delete_in, bob.id, post_id)
        site.work()
        wait_for(site, writes, 3)
    assert writes[1].startswith(b"event: status.update\ndata: {")
    assert writes[2] == f"event: delete\ndata: {post_id}\n\n".encode()


def test_nothing_is_ever_sent_on_the_stream_of_other_sites(site: Site, alice: Person, bob: Person) -> None:
    with listening(site, "/api/v1/streaming/public/remote", alice.token) as remote:
        publish(site, bob, "hello")
        site.work()
        with listening(site, "/api/v1/streaming/public", alice.token) as writes:
            publish(site, bob, "again")
            site.work()
            wait_for(site, writes, 2)
    assert set(remote) == {b":thump\n"}


REFUSED = [
    ("nothing", 400, "Unknown channel requested"),
    ("user/x", 400, "Unknown channel requested"),
    ("hashtag", 422, "Missing tag name parameter"),
    ("list", 422, "Missing list name parameter"),
    ("list?list=12", 404, "Record not found"),
]


def test_an_event_stream_that_cannot_be_heard_is_refused(site: Site, alice: Person) -> None:
    for path, status, error in REFUSED:
        answer = site.get(f"/api/v1/streaming/{path}", alice.token)
        assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_revoking_a_token_ends_its_event_stream(site: Site, alice: Person) -> None:
    [token] = site.read(accounts.tokens_in, alice.id)
    with listening(site, "/api/v1/streaming/user", alice.token) as writes:
        site.run(accounts.revoke_own, site.rt, alice.id, token.id)
        publish(site, alice, "unheard")
        site.work()
    assert writes == [b":thump\n"]


# --- Several processes ----------------------------------------------------------------------------------------------


@pytest.fixture
def two(settings: Settings, clock: ManualClock) -> Iterator[tuple[Site, Site]]:
    """Two runtimes on one database, joined by the real bus alone, as two web processes are."""
    with ExitStack() as stack:
        made = []
        for _ in range(2):
            rt = stack.enter_context(wiring.runtime(settings, clock=clock))
            framework = asgi.framework(settings.max_request_bytes)
            client = stack.enter_context(TestClient(asgi.create_app(rt, framework), base_url=settings.base_url))
            made.append(Site(rt, clock, client))
        yield made[0], made[1]


def test_an_event_reaches_the_listeners_of_every_process(two: tuple[Site, Site]) -> None:
    here, there = two
    alice = person(here, "alice")
    with connect(here, alice, "?stream=user") as near, connect(there, alice, "?stream=user") as far:
        for socket in (near, far):  # both are attached once they answer
            socket.send_json({"type": "subscribe", "stream": "?"})
            frame(socket)
        post_id = publish(here, alice, "hello")
        here.work()
        for socket in (near, far):
            found = frame(socket)
            assert (found["event"], msgspec.json.decode(found["payload"])["id"]) == ("update", str(post_id))
        here.run(accounts.revoke_own, here.rt, alice.id, here.read(accounts.tokens_in, alice.id)[0].id)
        with pytest.raises(WebSocketDisconnect):
            frame(far)
