"""``perdure stores``: three commands add three stores, and what is missing is said with the next command."""

import io
import json
import sys
from pathlib import Path

import pytest

from perdure.continuity.service import stores
from tests.command import Command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory without a database."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("PERDURE_DATA", str(tmp_path / "data"))
    return tmp_path


def add(command: Command, folder: Path, name: str, owner: str, *more: object) -> str:
    (folder / name).mkdir(exist_ok=True)
    done = command("stores", "add", f"file://{folder}/{name}", "--name", name, "--owner", owner, *more)
    assert done.status == 0, done
    return done.out


def test_three_stores_in_three_hands(command: Command, folder: Path) -> None:
    assert "There are no stores yet." in command("stores", "list").out
    first = add(command, folder, "usb", "We", "--country", "de", "--protected", "taken away each week")
    for step in ("read after write", "list", "create-only", "overwrite", "size", "ranges", "clock", "delete"):
        assert step in first
    assert "1 of 3 independent owners" in first
    assert "Next: perdure stores host" in first
    done = command("stores", "host", "--owner", "Alpha GmbH", "--country", "DE", "--asn", "64500")
    assert "Next: perdure stores add URL" in done.out
    add(command, folder, "north", "Beta SARL", "--country", "FR", "--optional")
    last = add(command, folder, "south", "Gamma Inc", "--country", "DE", "--fast-only")
    assert "Three copies in three hands: yes" in last
    assert "optional, durable" in last
    assert "required, fast" in last
    told = json.loads(command("stores", "list", "--json").out)
    assert told["kept"] is True
    assert [one["name"] for one in told["list"]["stores"]] == ["usb", "north", "south"]


def test_probing_again_and_taking_off_the_list(command: Command, folder: Path) -> None:
    add(command, folder, "usb", "We")
    add(command, folder, "north", "Beta")
    assert command("stores", "probe", "usb").status == 0
    (folder / "usb/.perdure-store").unlink()
    done = command("stores", "probe")
    assert done.status == 1
    assert "is the disk mounted?" in done.out
    assert "Probing north" in done.out
    assert "off the list" in command("stores", "remove", "usb").out
    assert [one.name for one in stores.load(folder / "data").stores] == ["north"]


def test_a_secret_comes_from_a_file_or_standard_input(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "password").write_text("from-a-file\n")
    add(command, folder, "one", "We", "--secret-file", folder / "password")
    monkeypatch.setattr(sys, "stdin", io.StringIO("from-stdin\n"))
    shown = add(command, folder, "two", "They", "--secret-file", "-")
    kept = {one.name: stores.secret_of(folder / "data", one) for one in stores.load(folder / "data").stores}
    assert kept == {"one": "from-a-file\n", "two": "from-stdin\n"}
    assert "from-stdin" not in shown


def test_bad_input_is_one_line(command: Command, folder: Path) -> None:
    def add_fails(url: str, *more: object) -> str:
        return command.fails("stores", "add", url, "--name", "x", "--owner", "We", *more)

    assert "begins with one of" in add_fails("/mnt/usb")
    assert "mount the disk" in add_fails(f"file://{folder}/none")
    assert "--secret-file" in add_fails("sftp://u:pass@h/x")
    assert "two capital letters" in add_fails(f"file://{folder}", "--country", "Germany")
    assert "No such file" in add_fails("s3://b", "--secret-file", folder / "none")
    assert "cannot be reached" in add_fails("ftp://u@127.0.0.1:1/x", "--timeout", "2")
    assert "no store named" in command.fails("stores", "probe", "nix")
    assert "no store named" in command.fails("stores", "remove", "nix")
    assert "no data directory" in command.fails("stores", "list", "--data", folder / "nowhere")
    (folder / "data" / stores.FILE).parent.mkdir()
    (folder / "data" / stores.FILE).write_text("{")
    assert "damaged" in command.fails("stores", "list")
