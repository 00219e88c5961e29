"""A smoke journey with Debian's toot 0.34. Runs under the system's Python: ``debian_toot.py URL PICTURE``."""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

BASE, PICTURE = sys.argv[1:]
HOST = BASE.split("://", 1)[1]
PATIENCE_S = 10.0


class Toot:
    """One person's toot, with a configuration folder of its own."""

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self._env = {**os.environ, "XDG_CONFIG_HOME": str(Path(folder, name)), "COLUMNS": "200"}
        self.file = Path(folder, name, "toot", "config.json")

    def __call__(self, *args: str, answer: str = "") -> str:
        """Run a command; returns what it printed. Fails where toot fails."""
        command = ["/usr/bin/toot", *args]
        done = subprocess.run(
            command, env=self._env, input=answer, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{args}: {done.stdout}{done.stderr}"
        assert not done.stderr.strip(), f"{args}: {done.stderr}"
        return done.stdout

    def token(self) -> str:
        """The access token that toot keeps."""
        config = json.loads(self.file.read_text())
        return str(config["users"][config["active_user"]]["access_token"])


def until(check: object, text: str) -> None:
    """Ask again for a few seconds, as the person at the keyboard would."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():  # type: ignore[operator]
        assert time.monotonic() < deadline, text
        time.sleep(0.5)


def posted(output: str) -> str:
    """The id in ``Toot posted: URL``."""
    found = re.search(rf"Toot posted: {re.escape(BASE)}/@\w+/(\d+)", output)
    assert found, output
    return found[1]


def stream(token: str, events: "list[str]", ready: threading.Event) -> None:
    """Read the user's stream line by line; toot itself has no streaming, so its token is used."""
    request = urllib.request.Request(f"{BASE}/api/v1/streaming/user", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        ready.set()
        for line in response:
            events.append(line.decode().rstrip("\n"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        alice, bob = Toot("alice", folder), Toot("bob", folder)
        for person in (alice, bob):
            mail = f"{person.name}@localhost.localdomain"
            output = person("login_cli", "-i", HOST, "-e", mail, "--disable-https", answer=f"{person.name} password")
            assert "Successfully logged in" in output, output
        assert "@alice" in alice("whoami")
        events: list[str] = []
        ready = threading.Event()
        threading.Thread(target=stream, args=(bob.token(), events, ready), daemon=True).start()
        assert ready.wait(PATIENCE_S), "the stream does not open"
        output = alice("post", "A picture from toot #tootsmoke", "-m", PICTURE, "-d", "a small square")
        first = posted(output)
        reply = posted(bob("post", "@alice nice", "-r", first))
        bob("favourite", first)
        bob("reblog", first)
        thread = alice("thread", first)
        assert "A picture from toot" in thread, thread
        assert "nice" in thread, thread
        assert first in thread, thread
        assert reply in thread, thread
        assert "a small square" not in alice("notifications", "--clear")  # old ones away; then only what comes now
        bob("post", "@alice still here?", "-r", first)
        until(lambda: "mentioned you in" in alice("notifications"), "no notification of the reply")
        alice("post", "Another page")
        # Its second page is asked for only at a terminal: so one page, and then the Link header by hand.
        page = alice("timeline", "--once", "-c", "2")
        assert "Another page" in page, page
        check_paging(alice.token())
        found = alice("search", "tootsmoke")
        assert "#tootsmoke" in found, found
        assert "@bob" in alice("search", "bob")
        until(lambda: "event: update" in events, f"the stream tells nothing: {events}")
        update = json.loads(events[events.index("event: update") + 1].removeprefix("data: "))
        assert update["id"] == first, update
    print("toot 0.34: register, log in, post, reply, vote, echo, notifications, pages, search, stream: ok")


def check_paging(token: str) -> None:
    """Follow ``rel="next"`` with toot's own code."""
    sys.path.insert(0, "/usr/lib/python3/dist-packages")
    from toot import App, User, api

    app, user = App(HOST, BASE, "", ""), User(HOST, "alice", token)
    pages = api.home_timeline_generator(app, user, limit=2)
    first, second = next(pages), next(pages)
    assert len(first) == 2, first
    assert second, "the second page is empty"
    assert {post["id"] for post in first}.isdisjoint(post["id"] for post in second)


main()
