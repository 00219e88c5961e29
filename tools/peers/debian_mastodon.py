"""A smoke journey with Debian's python3-mastodon 1.8, under the system's Python: ``debian_mastodon.py URL PICTURE``."""

import sys
import threading
import time

from mastodon import Mastodon, StreamListener

BASE, PICTURE = sys.argv[1:]
SCOPES = ["read", "write", "follow", "push"]
PATIENCE_S = 10.0


class Listener(StreamListener):
    """Notes what arrives."""

    def __init__(self) -> None:
        self.updates: list = []
        self.arrived = threading.Event()

    def on_update(self, status: dict) -> None:
        """A post."""
        self.updates.append(status)
        self.arrived.set()


def sign_in(name: str) -> Mastodon:
    """Register an app and log in with the password."""
    client_id, secret = Mastodon.create_app(f"smoke of {name}", scopes=SCOPES, api_base_url=BASE)
    made = Mastodon(client_id=client_id, client_secret=secret, api_base_url=BASE, request_timeout=30)
    made.log_in(f"{name}@localhost.localdomain", f"{name} password", scopes=SCOPES)
    assert made.account_verify_credentials()["username"] == name
    return made


def until(check: object, text: str) -> None:
    """Ask again for a few seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():  # type: ignore[operator]
        assert time.monotonic() < deadline, text
        time.sleep(0.5)


def main() -> None:
    alice, bob = sign_in("alice"), sign_in("bob")
    assert alice.instance()["uri"] == BASE.split("://", 1)[1]
    listener = Listener()
    handle = bob.stream_user(listener, run_async=True, timeout=60)
    until(handle.is_receiving, "the stream does not open")
    media = alice.media_post(PICTURE, mime_type="image/png", description="a small square", focus=(0.1, -0.1))
    assert media["type"] == "image", media
    post = alice.status_post(
        "A picture from Mastodon.py #pysmoke", media_ids=[media], idempotency_key=f"smoke-{time.time_ns()}"
    )
    assert post["media_attachments"][0]["description"] == "a small square"
    reply = bob.status_reply(post, "nice")
    assert reply["in_reply_to_id"] == post["id"]
    assert bob.status_favourite(post)["favourited"]
    assert bob.status_reblog(post)["reblog"]["id"] == post["id"]
    assert bob.status_bookmark(post)["bookmarked"]
    context = alice.status_context(post)
    assert [one["id"] for one in context["descendants"]] == [reply["id"]]

    def told() -> bool:
        kinds = {one["type"] for one in alice.notifications() if (one.get("status") or {}).get("id") in about}
        return {"mention", "favourite", "reblog"} <= kinds

    about = {post["id"], reply["id"]}
    until(told, "not every notification arrives")
    first = alice.timeline_home(limit=2)
    second = alice.fetch_next(first)
    assert len(first) == 2, first
    assert second, "the second page is empty"
    assert {one["id"] for one in first}.isdisjoint(one["id"] for one in second)
    back = alice.fetch_previous(second)
    assert [one["id"] for one in back] == [one["id"] for one in first]
    assert len(alice.fetch_remaining(first)) >= len(second)
    found = alice.search("pysmoke")
    assert "pysmoke" in [tag["name"] for tag in found["hashtags"]], found
    assert alice.account_search("bob")[0]["username"] == "bob"
    assert alice.timeline_hashtag("pysmoke")[0]["id"] == post["id"]
    poll = alice.make_poll(["yes", "no"], 3600)
    asked = alice.status_post("Well?", poll=poll)
    bob.poll_vote(asked["poll"], [0])
    assert bob.poll(asked["poll"])["own_votes"] == [0]
    assert listener.arrived.wait(PATIENCE_S), "the stream tells nothing"
    assert listener.updates[0]["id"] == post["id"], listener.updates
    handle.close()
    assert alice.status_delete(asked)["text"] == "Well?"
    print("python3-mastodon 1.8: register, log in, post, reply, vote, echo, notifications, pages, search, stream: ok")


main()
