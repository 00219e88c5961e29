"""A seeded community, `perdure serve` on it, and wrk against it: what the HTTP benches share."""

import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.posts.service.publishing import limits_of

OUT = Path(__file__).parent / "out"
_START_S = 60.0
_APPS = 2
_TEXT = (
    "the garden after rain smells of thyme and somebody left a ladder by the wall we meet at seven near the old pump "
    "bring bread if you can the choir sings on friday and the library keeps its light on until ten who else reads "
    "maps for fun this morning a heron stood in the pond as if it had an appointment slow trains are good trains"
)
_TAGS = ("garden", "trains", "bread", "choir", "library")


class Member(NamedTuple):
    """Somebody of the seeded community."""

    id: int
    name: str
    tokens: tuple[str, ...]
    """One for each of their apps, say phone and desk."""


class Load(NamedTuple):
    """What one run of wrk measured."""

    per_second: float
    requests: int
    p50_ms: float
    p99_ms: float
    refused: int


def need(*tools: str) -> None:
    """End with status 2 and one plain sentence where a tool is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        print(f"This bench needs {', '.join(missing)}: on Debian, apt-get install {' '.join(missing)}", file=sys.stderr)
        sys.exit(2)


def seed(data: Path, *, people: int, follows: int, texts: int, database_url: str = "") -> list[Member]:
    """Make accounts with tokens, follows, posts, replies and echoes, and deliver everything; same each time."""
    settings = Settings(data=data, database_url=database_url)
    runner.upgrade(settings)
    pick = random.Random(20)  # the same community at each run
    with wiring.runtime(settings, local=True) as rt:
        members = rt.db.write_now("bench.people", _people_in, people)
        rt.db.write_now("bench.follow", _follow_in, members, follows, pick)
        _deliver(rt)
        for start in range(0, texts, 250):
            rt.db.write_now("bench.posts", _posts_in, rt, members, min(250, texts - start), pick)
            _deliver(rt)
    return members


def _deliver(rt: Runtime) -> None:
    asyncio.run(Deliverer(rt, wiring.registry()).deliver_all())


def _people_in(tx: Tx, people: int) -> list[Member]:
    scope = "read write follow push"
    app, _secret = accounts.create_app_in(tx, name="Bench", scope=scope)
    made = []
    for number in range(people):
        name = f"member{number}"
        profile = {"display_name": f"Member {number}"}
        account_id = accounts.create_account_in(
            tx, username=name, email=f"{name}@bench.example", password_hash="", profile=profile
        )
        issued = [accounts.issue_token_in(tx, app_id=app.id, account_id=account_id, scope=scope) for _ in range(_APPS)]
        made.append(Member(account_id, name, tuple(one.token for one in issued)))
    return made


def _follow_in(tx: Tx, members: list[Member], follows: int, pick: random.Random) -> None:
    for member in members:
        others = [other for other in members if other.id != member.id]
        for other in pick.sample(others, follows):
            graph.follow_in(tx, member.id, other.id)


def _posts_in(tx: Tx, rt: Runtime, members: list[Member], count: int, pick: random.Random) -> None:
    """Seven of ten are posts of their own, one a reply, one an echo, one gets a favourite."""
    made: list[int] = []
    for _ in range(count):
        author = pick.choice(members).id
        kind = pick.random()
        if made and kind < 0.1:
            posts.echo_in(tx, author, pick.choice(made))
            continue
        parent = pick.choice(made) if made and kind < 0.2 else None
        made.append(posts.publish_in(tx, limits_of(rt), author, Draft(text=text(pick), in_reply_to_id=parent)))
        if kind > 0.9:
            posts.vote_in(tx, pick.choice(members).id, made[-1], 1)


def text(pick: random.Random) -> str:
    """A post of 12 to 60 words, with a hashtag at times."""
    said = " ".join(pick.choices(_TEXT.split(), k=pick.randint(12, 60)))
    return f"{said} #{pick.choice(_TAGS)}" if pick.random() < 0.3 else said


@contextmanager
def served(data: Path) -> Iterator[str]:
    """`perdure serve` as people run it, on a free port; yields its address and ends it afterwards."""
    log = (data.parent / "serve.log").open("wb")
    command = [
        sys.executable,
        "-c",
        "from perdure.cli import main; main()",
        "serve",
        "--data",
        str(data),
        "--port",
        "0",
    ]
    environ = {**os.environ, "PERDURE_LOG_LEVEL": "warning", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environ)
    try:
        yield _address(Path(log.name), process)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _address(log: Path, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"Perdure is at (\S+)", log.read_text()):
            return found[1]
        time.sleep(0.1)
    print(f"perdure serve did not start:\n{log.read_text()[-2000:]}", file=sys.stderr)
    sys.exit(1)


@contextmanager
def nginx(folder: Path, page: bytes, port: int) -> Iterator[str]:
    """Nginx serving one page from a file at the path of the home timeline."""
    root = folder / "nginx"
    (root / "api/v1/timelines").mkdir(parents=True)
    (root / "api/v1/timelines/home").write_bytes(page)
    (root / "nginx.conf").write_text(
        f"daemon off; worker_processes auto; pid {root}/pid; error_log {root}/error.log;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; sendfile on; keepalive_requests 10000000; default_type application/json;\n"
        + "".join(
            f"  {kind}_temp_path {root}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"  server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    root.chmod(0o755)
    folder.chmod(0o755)
    process = subprocess.Popen(["nginx", "-p", str(root), "-c", str(root / "nginx.conf")], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def wrk(folder: Path, url: str, lua: str, *, clients: int, seconds: int) -> Load:
    """Load a URL for a bounded time from one thread of wrk."""
    script = folder / "load.lua"
    script.write_text(lua + _REPORT)
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "-s", str(script), url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=True)
    found: dict[str, Any] = json.loads(done.stdout.rsplit("JSON ", 1)[1])
    return Load(found["per_second"], found["requests"], found["p50_ms"], found["p99_ms"], found["refused"])


_REPORT = """
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('JSON {"per_second":%.1f,"requests":%d,"p50_ms":%.2f,"p99_ms":%.2f,"refused":%d}\\n',
    summary.requests / summary.duration * 1e6, summary.requests, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def tokens_lua(members: list[Member]) -> str:
    """A Lua table of everybody's tokens: load comes from many people, and rate limits stay on."""
    tokens = [member.tokens[app] for app in range(_APPS) for member in members]
    return "local tokens = {" + ",".join(f'"{token}"' for token in tokens) + "}\nlocal turn = 0\n"


def write_out(name: str, found: dict[str, Any]) -> None:
    """Keep the figures beside the bench."""
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")
