import re
from pathlib import Path

from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from tests.app.pictures import picture
from tests.command import Command
from tests.site import NOW, open_site


def test_the_operator_adds_lists_and_takes_away_emoji(perdure: Command, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "dot.png"
    file.write_bytes(picture(width=20, height=20))
    assert ":dot: is here." in perdure("emojis", "add", "dot", file, "--category", "shapes").out
    assert re.search(r"dot\s+shapes", perdure("emojis", "list").out)
    with open_site(settings, ManualClock(NOW)) as site:
        (one,) = site.get("/api/v1/custom_emojis").json()
        assert one["category"] == "shapes"
        assert site.get(one["url"].removeprefix("http://perdure.test")).status_code == 200
    again = perdure("emojis", "add", "dot", file)
    assert (again.status, "already been taken" in again.err) == (2, True)
    assert ":dot: is gone." in perdure("emojis", "remove", "dot").out
    assert "There are none" in perdure("emojis", "list").out
    assert perdure("emojis", "remove", "dot").status == 2
    assert "no file" in perdure("emojis", "add", "dot", tmp_path / "none.png").err


def test_a_file_that_is_no_picture_becomes_no_emoji(perdure: Command, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "dot.txt"
    file.write_text("dot")
    assert perdure("emojis", "add", "dot", file).status == 2
    assert "There are none" in perdure("emojis", "list").out
