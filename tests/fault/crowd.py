"""People who post without pause and never give up: each post has a key, and is sent until it is acknowledged."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from tests.fault.processes import Server

AUTHORS = 40
READERS = 3
SCOPE = "read write follow push"


class Member(NamedTuple):
    id: int
    name: str
    token: str


class Post(NamedTuple):
    """What was acknowledged."""

    id: int
    author: Member
    kind: str
    parent: int | None
    text: str


class World(NamedTuple):
    authors: list[Member]
    readers: list[Member]


def settle(settings: Settings) -> World:
    """Authors, and readers who follow every one of them."""
    runner.upgrade(settings)
    with wiring.runtime(settings, local=True) as rt:
        return rt.db.write_now("test.settle", _settle_in)


def _settle_in(tx: Tx) -> World:
    app, _secret = accounts.create_app_in(tx, name="Crowd", scope=SCOPE)

    def member(name: str) -> Member:
        made = accounts.create_account_in(tx, username=name, email=f"{name}@crowd.test", password_hash="")
        return Member(made, name, accounts.issue_token_in(tx, app_id=app.id, account_id=made, scope=SCOPE).token)

    world = World([member(f"author{n}") for n in range(AUTHORS)], [member(f"reader{n}") for n in range(READERS)])
    for reader in world.readers:
        for author in world.authors:
            graph.follow_in(tx, reader.id, author.id)
    return world


class Crowd:
    """A few clients that post in parallel."""

    def __init__(self, server: Server, world: World, clients: int) -> None:
        self._server = server
        self._world = world
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged: list[Post] = []
        self.answers: dict[int, int] = {}
        """How often each status was answered; 0: no answer at all."""
        self.strange: list[str] = []
        """Refusals that are not what the site may say while it is hurt."""
        self._threads = [threading.Thread(target=self._post, args=(number,)) for number in range(clients)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _post(self, client: int) -> None:
        pick = random.Random(client)
        last: dict[int, int] = {}
        number = 0
        with httpx.Client(timeout=10) as http:
            while not self._stopping.is_set():
                number += 1
                author = self._world.authors[(client + number * len(self._threads)) % AUTHORS]
                kind = pick.choice(("public", "mention", "direct", "reply", "tag"))
                parent = last.get(author.id) if kind == "reply" else None
                body: dict[str, Any] = {"status": self._text(client, number, kind)}
                if kind == "direct":
                    body["visibility"] = "direct"
                if parent is not None:
                    body["in_reply_to_id"] = str(parent)
                made = self._until_acknowledged(http, author, f"{client}-{number}", body)
                if made is not None:
                    with self._lock:
                        self.acknowledged.append(Post(made, author, kind, parent, body["status"]))
                    if kind != "direct":
                        last[author.id] = made

    def _text(self, client: int, number: int, kind: str) -> str:
        extra = {"mention": " @reader0", "direct": " @reader1", "tag": f" #tag{number % 7}"}.get(kind, "")
        return f"post {client}-{number}.{extra}"

    def _until_acknowledged(self, http: httpx.Client, author: Member, key: str, body: dict[str, Any]) -> int | None:
        headers = {"Authorization": f"Bearer {author.token}", "Idempotency-Key": key}
        while not self._stopping.is_set():
            try:
                answer = http.post(f"{self._server.url}/api/v1/statuses", json=body, headers=headers)
            except httpx.HTTPError:
                self._count(0)
                time.sleep(0.25)
                continue
            self._count(answer.status_code)
            if answer.status_code == 200:
                return int(answer.json()["id"])
            if answer.status_code != 503 or answer.json() != {"error": "Service Unavailable"}:
                self.strange.append(f"{answer.status_code} {answer.text[:300]}")
            elif not answer.headers.get("retry-after", "").isdecimal():
                self.strange.append("503 without Retry-After")
            time.sleep(0.05)
        return None

    def _count(self, status: int) -> None:
        with self._lock:
            self.answers[status] = self.answers.get(status, 0) + 1


@contextmanager
def posting(server: Server, world: World, clients: int = 4) -> Iterator[Crowd]:
    """A crowd that posts for as long as the block runs; every client has ended afterwards."""
    crowd = Crowd(server, world, clients)
    crowd.start()
    try:
        yield crowd
    finally:
        crowd.stop()
    assert not crowd.strange, crowd.strange[:5]
