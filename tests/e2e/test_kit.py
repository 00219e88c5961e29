"""A site that was really served: whatever it leaves in its data directory has a decided fate."""

import signal
from pathlib import Path

import httpx
import pytest

from perdure.continuity.service import bundle
from perdure.kernel.settings import load
from tests.app.pictures import picture
from tests.e2e.test_serve import member, perdure, serving

pytestmark = pytest.mark.slow


def test_no_file_of_a_served_site_is_unknown_to_the_config_bundle(tmp_path: Path) -> None:
    data, store = tmp_path / "data", tmp_path / "store"
    store.mkdir()
    auth = {"Authorization": f"Bearer {member(data)}"}
    for words in (
        ("stores", "add", f"file://{store}", "--name", "usb", "--owner", "We"),
        ("kit", "create", "--out", str(tmp_path / "kit")),
    ):
        done = perdure(*words, "--data", str(data))
        assert done.returncode == 0, done
    with serving(data) as (process, url):
        sent = httpx.post(f"{url}/api/v2/media", headers=auth, files={"file": ("a.png", picture(), "image/png")})
        assert sent.status_code in {200, 202}
        assert httpx.get(f"{url}/api/v2/instance").status_code == 200
        while_running = bundle.unnamed(data, load(data, {}))
        process.send_signal(signal.SIGTERM)
    assert while_running == []
    assert bundle.unnamed(data, load(data, {})) == []
