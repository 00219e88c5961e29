"""Moving to another host under live traffic: how long nothing can be written, and whether anything is lost.

A host with POSTS posts writes 100 transactions a second; `perdure restore --address …` on an empty place takes over, as
`perdure evacuate` says. Asked: at most 10 s from the last answered write to a new host that is open, and 0 lost.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.fault.copies import PRIMARY_KEY_BASE, Copies, folder
from tests.fault.processes import until

import community
import many
from perdure.continuity.service import moved
from perdure.kernel.db.sqlite import connect
from perdure.kernel.settings import Settings

POSTS = int(os.environ.get("POSTS", "100000"))
ASKED_S = 10.0
ADDRESS = "https://new.example"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        place = Path(name)
        _seed(place / "data")
        copies = Copies(Settings(data=place / "data"), [folder(place, store) for store in "abc"])
        copies.start(rate=100)
        copies.send_bundle()
        until(lambda: (found := copies.status()) and found.snapshot_at and copies.is_shipping(), 300)
        started = time.time()
        command = [
            *(sys.executable, "-c", "from perdure.cli import main; main()", "restore"),
            *("--kit", str(copies.kit_file(place / "kit.txt")), "--from", "any", "--yes"),
            *("--to", f"sqlite:///{place}/new/perdure.db", "--address", ADDRESS),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        ended = time.time()
        if done.returncode:
            sys.exit(f"restore failed: {done.stderr[-2000:]}\n{done.stdout[-2000:]}")
        until((copies.data / "refused").exists, 30)
        until(lambda: moved.address(copies.data) == ADDRESS, 30)
        acks = copies.acknowledged()
        copies.kill()
        with connect(place / "new" / "perdure.db", read_only=True) as connection:
            found = {row[0] - PRIMARY_KEY_BASE for row in connection.execute("SELECT id FROM tag")}
    lost = sum(ack.number not in found for ack in acks)
    pause = ended - acks[-1].at / 1000
    print(done.stdout)
    print(f"{POSTS} posts; the whole restore took {ended - started:.1f} s, beside {len(acks)} writes")
    print(
        f"nothing could be written for {pause:.1f} s (asked: at most {ASKED_S:.0f}); "
        f"answered writes lost: {lost} (asked: 0)"
    )
    community.write_out(
        "evacuate",
        {"posts": POSTS, "write_pause_s": round(pause, 2), "lost": lost, "restore_s": round(ended - started, 2)},
    )
    return 1 if lost else 0


def _seed(data: Path) -> None:
    few = community.seed(data, people=20, follows=5, texts=60)
    with closing(sqlite3.connect(data / "perdure.db", isolation_level=None)) as file:
        file.executescript("PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF")
        many.multiply(file, POSTS, POSTS // 10, few[0].id)


if __name__ == "__main__":
    sys.exit(main())
