"""A site that was really served, and its kit."""

import signal
import sqlite3
from pathlib import Path

import httpx
import pytest

from perdure.continuity.service import bundle
from perdure.kernel.settings import load
from tests.app.pictures import picture
from tests.command import Command
from tests.e2e.test_serve import serving, until

pytestmark = pytest.mark.slow


def test_a_served_site_comes_home_with_its_kit_and_leaves_no_file_unknown_to_its_bundle(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, store, kit = tmp_path / "data", tmp_path / "store", tmp_path / "kit"
    store.mkdir()
    monkeypatch.setenv("PERDURE_DATA", str(data))
    for words in (
        ("accounts", "create", "alice", "--email", "a@x.test", "--confirmed"),
        ("stores", "add", f"file://{store}", "--name", "usb", "--owner", "We"),
        ("kit", "create", "--out", kit, "--trustees", "3"),
    ):
        done = command(*words)
        assert done.status == 0, done
    auth = {"Authorization": f"Bearer {command('tokens', 'create', 'alice', '--scopes', 'write').out.strip()}"}
    with serving(data) as (process, url):
        sent = httpx.post(f"{url}/api/v2/media", headers=auth, files={"file": ("a.png", picture(), "image/png")})
        assert sent.status_code in {200, 202}
        assert until(lambda: any(store.rglob("head/*/*")), 30)
        with sqlite3.connect(data / "perdure.db") as database:  # the job that sends the bundle ran too early: again
            database.execute("UPDATE job_run SET next_at = 0 WHERE name = 'continuity.bundle'")
        assert until(lambda: any(store.rglob("config/*/*.age")), 30)
        while_running = bundle.unnamed(data, load(data, {}))
        process.send_signal(signal.SIGTERM)
    assert while_running == []
    assert bundle.unnamed(data, load(data, {})) == []
    tried = command("kit", "test", "--shares", kit / "share-3.txt", kit / "share-1.txt")
    assert tried.status == 0, tried
    for what in ("config bundle", "sign of life", "contents"):
        assert f"ok  {what}" in tried.out
    assert "kit was tried on" in command("copies", "status").out
