import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec
import pytest
from litestar.exceptions import WebSocketDisconnect

from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.mastodon_api.streaming import hub, sse, websocket
from perdure.posts import service as posts
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.site import Site

WS = "/api/v1/streaming"


def frame(socket: Any) -> dict[str, Any]:
    return dict(socket.receive_json(timeout=5))


@contextmanager
def listening(site: Site, path: str, token: str) -> Iterator[list[bytes]]:
    """Raw ASGI: each write of an event stream as it left the application."""
    writes: list[bytes] = []
    gone = asyncio.Event()

    async def receive() -> Any:
        if not gone.is_set() and not getattr(receive, "sent", False):
            receive.sent = True  # type: ignore[attr-defined]
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            writes.append(message["body"])

    route, _, query = path.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": route, "raw_path": route.encode(),
        "query_string": query.encode(), "root_path": "", "scheme": "http", "server": ("perdure.test", 80),
        "client": ("127.0.0.1", 1), "headers": [(b"authorization", f"Bearer {token}".encode())], "extensions": {},
    }  # fmt: skip
    with site.client.portal() as portal:
        serving = portal.start_task_soon(site.client.app, scope, receive, send)
        wait_for(site, writes, 1)
        try:
            yield writes
        finally:
            portal.call(gone.set)
            serving.result(5)


def wait_for(site: Site, writes: list[bytes], count: int) -> None:
    wait_until(site, lambda: len(writes) >= count)


def wait_until(site: Site, true: Callable[[], bool]) -> None:
    async def wait() -> None:
        for _ in range(500):
            if true():
                return
            await asyncio.sleep(0.01)
        pytest.fail("it did not come about in five seconds")

    site.run(wait)


def test_an_event_stream_is_written_byte_for_byte(site: Site) -> None:
    alice = person(site, "alice")
    with listening(site, "/api/v1/streaming/user", alice.token) as writes:
        post_id = publish(site, alice, "hello")
        site.work()
        wait_for(site, writes, 2)
        site.write(posts.delete_in, alice.id, post_id)
        site.work()
        wait_for(site, writes, 3)
    assert writes[0] == b":thump\n"
    assert writes[1].startswith(b"event: update\ndata: {")
    assert writes[1].endswith(b"}\n\n")
    assert b"\r" not in writes[1]
    assert writes[1].count(b"\n") == 3
    assert writes[2] == f"event: delete\ndata: {post_id}\n\n".encode()


def test_a_heartbeat_is_one_line_without_a_blank_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sse.BEAT_S == 15
    monkeypatch.setattr(sse, "BEAT_S", 0.02)
    with listening(site, "/api/v1/streaming/user", person(site, "alice").token) as writes:
        wait_for(site, writes, 3)
    assert set(writes) == {b":thump\n"}


def test_health_is_plain_ok_and_a_plain_get_and_unknown_channels_are_refused(site: Site) -> None:
    alice = person(site, "alice")
    assert site.get("/api/v1/streaming/health").text == "OK"
    assert site.get("/api/v1/streaming", alice.token).status_code == 404
    unknown = site.get("/api/v1/streaming/nothing", alice.token)
    assert (unknown.status_code, unknown.json()) == (400, {"error": "Unknown channel requested"})
    assert site.get("/api/v1/streaming/user").status_code == 401


@pytest.mark.parametrize("way", ["header", "query", "subprotocol"])
def test_a_socket_takes_the_token_in_three_ways_and_echoes_the_subprotocol(site: Site, way: str) -> None:
    alice = person(site, "alice")
    headers = {"Authorization": f"Bearer {alice.token}"} if way == "header" else {}
    query = f"&access_token={alice.token}" if way == "query" else ""
    protocols = [alice.token] if way == "subprotocol" else None
    with site.client.websocket_connect(f"{WS}?stream=user{query}", headers=headers, subprotocols=protocols) as socket:
        assert socket.accepted_subprotocol == (alice.token if way == "subprotocol" else None)
        publish(site, alice, "hello")
        site.work()
        found = frame(socket)
    assert (found["stream"], found["event"]) == (["user"], "update")
    assert msgspec.json.decode(found["payload"])["content"] == "<p>hello</p>"


def test_a_wrong_token_closes_at_once(site: Site) -> None:
    with pytest.raises(WebSocketDisconnect), site.client.websocket_connect(f"{WS}?access_token=wrong&stream=user"):
        pass


def connect(site: Site, someone: Person, query: str = "") -> Any:
    return site.client.websocket_connect(f"{WS}{query}", headers={"Authorization": f"Bearer {someone.token}"})


def test_one_socket_carries_several_streams_and_names_tag_and_list(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, alice.id, bob.id)
    made = site.write(graph.create_list_in, alice.id, "Friends")
    site.write(graph.add_members_in, alice.id, made.id, [bob.id])
    with connect(site, alice) as socket:
        socket.send_json({"type": "subscribe", "stream": "hashtag:local", "tag": "Cats"})
        socket.send_json({"type": "subscribe", "stream": "list", "list": str(made.id)})
        socket.send_json({"type": "subscribe", "stream": "nonsense"})
        assert frame(socket) == {"error": "Unknown stream type", "status": 400}
        publish(site, bob, "look #cats")
        site.work()
        assert sorted(frame(socket)["stream"] for _ in range(2)) == [["hashtag:local", "Cats"], ["list", str(made.id)]]
        socket.send_json({"type": "unsubscribe", "stream": "hashtag:local", "tag": "Cats"})
        socket.send_json({"type": "subscribe", "stream": "list", "list": "1"})
        assert frame(socket) == {"error": "Record not found", "status": 404}
        publish(site, bob, "more #cats")
        site.work()
        assert frame(socket)["stream"] == ["list", str(made.id)]


def test_home_hears_whom_one_follows_and_public_hears_nobody_one_blocks(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    site.write(graph.follow_in, alice.id, bob.id)
    site.write(graph.block_in, alice.id, carol.id)
    with connect(site, alice, "?stream=user") as socket:
        socket.send_json({"type": "subscribe", "stream": "public"})
        socket.send_json({"type": "subscribe", "stream": "?"})
        frame(socket)
        publish(site, carol, "blocked")
        publish(site, bob, "followers only", visibility="private")
        site.work()
        found = frame(socket)
    assert found["stream"] == ["user"]
    assert "followers only" in found["payload"]


def test_notifications_and_conversations_arrive_live(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, alice.id, bob.id)
    site.work()
    with connect(site, alice, "?stream=user:notification") as socket:
        socket.send_json({"type": "subscribe", "stream": "direct"})
        socket.send_json({"type": "subscribe", "stream": "?"})
        frame(socket)
        publish(site, bob, "psst @alice", visibility="direct")
        site.work()
        found = {each["event"]: each for each in (frame(socket), frame(socket))}
    assert found["notification"]["stream"] == ["user:notification"]
    assert msgspec.json.decode(found["notification"]["payload"])["type"] == "mention"
    assert msgspec.json.decode(found["conversation"]["payload"])["unread"] is True


def test_revoking_a_token_ends_its_socket(site: Site) -> None:
    alice = person(site, "alice")
    [token] = site.read(accounts.tokens_in, alice.id)
    with connect(site, alice, "?stream=user") as socket:
        site.run(accounts.revoke_own, site.rt, alice.id, token.id)
        with pytest.raises(WebSocketDisconnect):
            frame(socket)


def test_one_connection_too_many_is_refused_and_there_is_room_again_when_one_ends(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    with ExitStack() as open_ones:
        for _ in range(hub.MOST_EACH - 1):
            open_ones.enter_context(connect(site, alice))
        with connect(site, alice):
            assert site.get("/api/v1/streaming/user", alice.token).status_code == 429
            with pytest.raises(WebSocketDisconnect), connect(site, alice):
                pass
            with connect(site, bob):
                pass
        wait_until(site, lambda: hub.hub_of(site.rt).held_by(alice.id) == hub.MOST_EACH - 1)
        with connect(site, alice):
            pass


def test_a_socket_carries_so_many_streams_and_no_more(site: Site) -> None:
    alice = person(site, "alice")
    with connect(site, alice) as socket:
        for number in range(websocket.MOST_CHANNELS + 1):
            socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": f"tag{number}"})
        assert frame(socket) == {"error": "No more than 64 streams on one connection", "status": 400}
