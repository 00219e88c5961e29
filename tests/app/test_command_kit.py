"""``perdure kit``: made on the host, tried with nothing but the paper and the store (continuity.md §3.11, §8.2 test 6)."""

import json
import re
import shutil
import time
from pathlib import Path

import msgspec
import pytest

from perdure import wiring
from perdure.continuity.model.kit import Kit
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.rules import keys, layout, packs, sealing, signing
from perdure.continuity.rules import kit as rules
from perdure.continuity.service import disk, site, stores
from perdure.continuity.service import kit as service
from tests.command import Command
from tests.continuity import ship


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with two stores in folders, and the working directory beside it."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "perdure.toml").write_text('base_url = "https://example.org"\n')
    list_stores(folder, "usb", "north")
    return folder


@pytest.fixture
def now() -> int:
    """The instant at which a test begins, in ms: commands ask the real clock."""
    return int(time.time() * 1000)


def create(command: Command, *more: object, out: str = "paper") -> Path:
    done = command("kit", "create", "--store", "usb", "--out", out, *more)
    assert done.status == 0, done
    return Path(out)


def list_stores(data: Path, *names: str, secret: str = "") -> None:
    """Put stores in folders beside the data directory on its list, as ``perdure stores add`` does after its probe."""
    records = list(stores.load(data).stores)
    for name in names:
        folder = data.parent / name
        folder.mkdir()
        record = StoreRecord(name=name, url=f"file://{folder}", owner=Owner(entity=name))
        wiring.store_opener().make_ready(record)
        if secret:
            disk.write_private(data / f"secrets/store-{name}", secret.encode())
            record = msgspec.structs.replace(record, secret_file=f"secrets/store-{name}")
        records.append(record)
    disk.write_private(data / stores.FILE, msgspec.json.encode(StoreList(stores=tuple(records))))


def words_of(file: Path) -> str:
    found = re.search(r"PERDURE-SHARE-1:(.*?)\*", file.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def kit_in(folder: Path) -> Kit:
    return rules.parse((folder / "kit.txt").read_text("utf-8"))


def test_the_kit_is_made_for_its_owner_alone_and_names_what_a_stranger_needs(command: Command, data: Path) -> None:
    paper = create(command, "--domain", "example.net", "--lifeboat", "https://boat.example.com")
    assert {file.name for file in paper.iterdir()} == {"kit.pdf", "kit.txt"}
    assert paper.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in paper.iterdir())
    kit, known = kit_in(paper), site.load_site(data)
    assert known is not None
    assert (kit.site_id, kit.root, kit.domains) == (known.site_id, known.root, ("example.org", "example.net"))
    assert (kit.store.name, kit.stores) == ("usb", (f"file://{data.parent}/north",))
    assert kit.lifeboats == known.lifeboats == ("https://boat.example.com",)
    assert sealing.recipient_of(rules.identity_of(kit)) == known.recovery
    assert signing.public_of(keys.root_key(kit.master)) == known.root


def test_the_host_keeps_nothing_of_the_master(command: Command, data: Path) -> None:
    kit = kit_in(create(command))
    secrets = (kit.master, keys.root_key(kit.master), rules.identity_of(kit).encode())
    for file in data.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not any(secret in content or secret.hex().encode() in content for secret in secrets), file


def test_the_kit_alone_opens_the_newest_copy_and_the_date_is_kept(command: Command, data: Path, now: int) -> None:
    paper = create(command)
    ship(data, now - 3 * 3_600_000)
    newest = ship(data, now - 120_000, contents=False)
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 0, done
    assert f"{newest} opens: made 2 minutes ago" in done.out
    assert "2 with their credentials in the bundle" in done.out
    assert "The date of this test is kept." in done.out
    record = service.load_record(data)
    assert record is not None
    assert record.tested_at is not None
    assert record.tested_at >= now
    assert (record.store, record.shares) == ("usb", 0)


def test_the_test_needs_nothing_of_the_host_and_writes_nothing(command: Command, data: Path, now: int) -> None:
    paper = create(command)
    ship(data, now)
    shutil.rmtree(data)
    before = sorted(file for file in Path("usb").rglob("*"))
    done = command("kit", "test", "--kit", paper / "kit.txt", "--json", "--data", "nowhere")
    assert done.status == 0, done
    told = json.loads(done.out)
    assert (told["ok"], told["noted"]) == (True, False)
    assert sorted(file for file in Path("usb").rglob("*")) == before
    assert not Path("nowhere").exists()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_any_two_shares_of_three_open_it_and_one_does_not(
    command: Command, data: Path, now: int, language: str
) -> None:
    paper = create(command, "--trustees", 3, "--needed", 2, "--name", "Anna", "--name", "Бобан", "--language", language)
    assert {file.stem for file in paper.iterdir()} == {"kit", "share-1", "share-2", "share-3"}
    assert not kit_in(paper).master
    assert "Бобан" in (paper / "share-1.txt").read_text("utf-8")
    ship(data, now)
    for pair in ((1, 2), (1, 3), (3, 2)):
        files = [paper / f"share-{number}.txt" for number in pair]
        assert command("kit", "test", "--shares", *files).status == 0
    assert "2 shares are needed, and there is 1" in command.fails("kit", "test", "--shares", paper / "share-1.txt")
    assert "trustees' hands" in command.fails("kit", "test", "--kit", paper / "kit.txt")
    record = service.load_record(data)
    assert record is not None
    assert (record.shares, record.needed) == (3, 2)


def test_shares_are_put_together_to_the_whole_kit(command: Command, data: Path) -> None:
    paper = create(command, "--name", "Anna", "--name", "Bob", "--name", "Zoë")
    Path("typed.txt").write_text(words_of(paper / "share-2.txt"))
    shown = command("kit", "combine", paper / "share-1.txt", "typed.txt", "--out", "whole.txt")
    assert shown.status == 0, shown
    assert Path("whole.txt").stat().st_mode & 0o777 == 0o600
    whole = rules.parse(Path("whole.txt").read_text())
    assert signing.public_of(keys.root_key(whole.master)) == kit_in(paper).root
    assert rules.identity_of(whole) not in shown.out
    assert "is there already" in command.fails("kit", "combine", paper / "share-1.txt", "typed.txt")
    Path("other.txt").write_text(words_of(paper / "share-1.txt"))
    assert "add it with --kit FILE" in command.fails("kit", "combine", "other.txt", "typed.txt", "--out", "w2.txt")
    assert (
        command("kit", "combine", "other.txt", "typed.txt", "--kit", paper / "kit.txt", "--out", "w2.txt").status == 0
    )


def test_two_kits_mixed_are_told_in_one_line(command: Command, data: Path, now: int) -> None:
    one = create(command, "--trustees", 3, out="one")
    two = create(command, "--trustees", 3, "--replace", out="two")
    ship(data, now)
    mixed = [one / "share-1.txt", two / "share-2.txt"]
    assert "two different kits" in command.fails("kit", "test", "--shares", *mixed)
    assert "two different kits" in command.fails("kit", "combine", *mixed)
    pair = [one / "share-1.txt", one / "share-2.txt"]
    assert "two kits got mixed" in command.fails("kit", "combine", *pair, "--kit", two / "kit.txt")
    Path("crossed.txt").write_text((two / "kit.txt").read_text() + (one / "share-3.txt").read_text())
    assert "two kits got mixed" in command.fails(
        "kit", "test", "--shares", one / "share-1.txt", one / "share-2.txt", "--kit", "crossed.txt"
    )


def test_a_wrong_key_fails_before_the_store_is_touched(command: Command, data: Path) -> None:
    paper = create(command)
    kit = kit_in(paper)
    wrong = msgspec.structs.replace(
        kit, master=keys.new_master(), store=msgspec.structs.replace(kit.store, url="ftp://127.0.0.1:1/")
    )
    Path("wrong.txt").write_text("\n".join([rules.PREFIX, *rules.lines(wrong)]))
    line = command.fails("kit", "test", "--kit", "wrong.txt")
    assert "another kit" in line


def test_a_second_kit_is_refused_and_changes_nothing(command: Command, data: Path) -> None:
    paper = create(command)
    before = {file: file.read_bytes() for file in (data / "continuity").iterdir()}
    assert "--replace makes a new one" in command.fails("kit", "create", "--store", "usb", "--out", "other")
    assert not Path("other").exists()
    assert {file: file.read_bytes() for file in (data / "continuity").iterdir()} == before
    assert "is there already" in command.fails("kit", "create", "--store", "usb", "--out", paper, "--replace")
    assert {file: file.read_bytes() for file in (data / "continuity").iterdir()} == before


def test_a_new_kit_opens_new_copies_and_the_old_one_old_copies_only(command: Command, data: Path, now: int) -> None:
    old = create(command, out="old")
    first = ship(data, now - 3_600_000)
    done = command("kit", "create", "--store", "usb", "--out", "new", "--replace")
    assert "The old kit opens copies made until now, and nothing newer" in done.out
    assert "Restart perdure serve" in done.out
    second = ship(data, now, epoch=2)
    assert command("kit", "test", "--kit", "new/kit.txt", "--data", data).status == 0
    tried = command("kit", "test", "--kit", old / "kit.txt", "--data", data)
    assert tried.status == 1
    assert f"{second} cannot be opened with this key" in tried.out
    assert f"{first} opens" in tried.out
    assert "does not bring the newest copy back" in tried.out
    assert kit_in(old).site_id == kit_in(Path("new")).site_id


@pytest.mark.parametrize("what", ["nothing", "damaged", "rolled back", "alone", "gone", "other site"])
def test_a_broken_promise_is_told_and_is_status_1(command: Command, data: Path, now: int, what: str) -> None:
    paper = create(command)
    if what != "nothing":
        ship(data, now - 3_600_000, contents=what != "alone")
        newest = ship(data, now, contents=False)
    match what:
        case "damaged":
            Path("usb", newest).write_bytes(b"junk")
        case "rolled back":
            Path("usb", layout.config(1, now + 1)).write_bytes(Path("usb", newest).read_bytes())
        case "gone":
            shutil.rmtree("usb")
        case "other site":
            for file in Path("usb/config").rglob("*.age"):
                file.write_bytes(sealing.wrap([sealing.new_identity()[1]], b"x"))
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 1, done
    words = {
        "nothing": "nothing was ever shipped here",
        "damaged": f"{newest if what == 'damaged' else ''} cannot be opened",
        "rolled back": "copied an old bundle to a new name",
        "alone": "nothing says who reigns",
        "gone": "Store usb",
        "other site": "of another site or kit",
    }
    assert words[what] in done.out
    record = service.load_record(data)
    assert record is not None
    assert record.tested_at is None


def test_what_lies_beside_the_bundle_is_opened_and_told(command: Command, data: Path, now: int) -> None:
    paper = create(command)
    ship(data, now - 600_000)
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 0, done
    segment = layout.segment(1, 1)
    assert "10 minutes ago, at segment 1 of epoch 1" in done.out
    assert f"{segment} opens: 1 rows, the newest written 10 minutes ago" in done.out
    assert "none yet in this epoch: a restore reads the whole log" in done.out
    packed, bare = Path("usb", layout.pack(1, 1, 1)), Path("usb", segment)
    packed.parent.mkdir(parents=True)
    packed.write_bytes(packs.join([bare.read_bytes()]))
    bare.unlink()
    manifest = Path("usb", f"{layout.snapshot(1, 1, now - 7_200_000)}manifest")
    manifest.parent.mkdir(parents=True)
    manifest.write_bytes(b"")
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 0, done
    assert f"{layout.pack(1, 1, 1)} opens" in done.out
    assert f"{layout.snapshot(1, 1, now - 7_200_000)}manifest is there, made 2 hours ago" in done.out


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (layout.genesis(1), b"{}", "nothing says who reigns"),
        (layout.genesis(1), None, "nothing says who reigns"),
        (layout.segment(1, 1), b"PDRSEG1\n", "is damaged"),
        (layout.segment(1, 1), None, "no segment of epoch 1"),
        (layout.key(1, "2026010100-00000000"), None, "2026010100-00000000.age: is not there"),
        (layout.key(1, "2026010100-00000000"), b"x", "cannot be opened with this key"),
        ("head", b"{}", "is no signed document"),
        ("head", None, "it was never seen here"),
    ],
)
def test_what_is_damaged_or_missing_beside_the_bundle_is_a_broken_promise(
    command: Command, data: Path, now: int, name: str, content: bytes | None, words: str
) -> None:
    paper = create(command)
    ship(data, now)
    file = Path("usb", name) if name != "head" else next(file for file in Path("usb/head").rglob("*") if file.is_file())
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 1, done
    assert words in done.out


def test_a_host_that_reigns_no_more_cannot_pass_its_bundle_off_as_the_newest(
    command: Command, data: Path, now: int
) -> None:
    paper = create(command)
    ship(data, now - 60_000)
    kit, known = kit_in(paper), site.load_site(data)
    assert known is not None
    shutil.copytree(data, "old")
    site.new_host(data, known, root=keys.root_key(kit.master), now_ms=now)
    newest = ship(data, now - 1000, epoch=2)
    forged = ship(Path("old"), now, epoch=2, contents=False)
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 1
    assert f"{forged} is signed by a host that did not reign then" in done.out
    assert f"{newest} opens" in done.out


def test_a_reign_that_sent_no_bundle_yet_is_told(command: Command, data: Path, now: int) -> None:
    paper = create(command)
    ship(data, now - 60_000)
    Path("usb", ship(data, now, epoch=2)).unlink()
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 1
    assert "epoch 2 has begun, and its host has sent no bundle yet" in done.out


def test_what_changed_since_the_paper_was_printed_is_told(command: Command, data: Path, now: int) -> None:
    paper = create(command)
    list_stores(data, "third")
    (data / "oauth.key").write_text("unknown")
    ship(data, now)
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 0, done
    assert "not on the paper, but in the bundle: third" in done.out
    assert "1 in no copy (oauth.key)" in done.out
    command("stores", "remove", "usb")
    ship(data, now + 1)
    Path("usb", layout.config(1, now + 1)).write_bytes(Path("north", layout.config(1, now + 1)).read_bytes())
    done = command("kit", "test", "--kit", paper / "kit.txt", "--data", data)
    assert done.status == 1
    assert "the site ships no more to usb" in done.out


def test_a_mistyped_kit_is_told_with_its_line(command: Command, data: Path) -> None:
    paper = create(command)
    text = (paper / "kit.txt").read_text()
    line = rules.lines(kit_in(paper))[4][:5]
    wrong = line[:2] + ("7" if line[2] != "7" else "8") + line[3:]
    Path("typed.txt").write_text(text.replace(line, wrong, 1))
    assert re.search(r"line 5, most likely character 3", command.fails("kit", "test", "--kit", "typed.txt"))


def test_secrets_are_shown_only_when_asked(command: Command, data: Path) -> None:
    done = command("kit", "create", "--store", "usb", "--out", "one")
    line = rules.lines(kit_in(Path("one")))[0][:5]
    assert line not in done.out + done.err
    done = command("kit", "create", "--store", "usb", "--out", "two", "--replace", "--show")
    assert rules.parse(done.out) == kit_in(Path("two"))


def test_bad_input_is_one_line_and_makes_nothing(command: Command, data: Path, tmp_path: Path) -> None:
    def refused(*more: object) -> str:
        return command.fails("kit", "create", "--out", "paper", *more)

    assert "say with --store where a restore begins: usb, north" in refused()
    assert "no store named 'x'" in refused("--store", "x")
    assert "goes down with the host" in command.fails("kit", "create", "--store", "usb", "--out", data / "kit")
    assert "no age recipient" in refused("--store", "usb", "--operator", "me")
    assert "is no split" in refused("--store", "usb", "--trustees", 2, "--needed", 3)
    assert "2 names for 1 trustees" in refused("--store", "usb", "--trustees", 1, "--name", "a", "--name", "b")
    assert "same name" in refused("--store", "usb", "--name", "a", "--name", "a")
    assert "no data directory" in refused("--data", "nowhere")
    assert "cannot be read" in command.fails("kit", "test", "--kit", "nowhere")
    assert "name the kit" in command.fails("kit", "test")
    Path("picture").write_bytes(b"\xff\xfe\x00")
    assert "give the text file, not the PDF" in command.fails("kit", "test", "--kit", "picture")
    assert not Path("paper").exists()
    assert site.load_site(data) is None
    assert "there is no store yet" in command.fails("kit", "create", "--data", tmp_path)


def test_a_kit_never_holds_the_hosts_own_credential(command: Command, data: Path) -> None:
    list_stores(data, "again", secret="all-powerful\n")
    Path("write").write_text("all-powerful\n")
    Path("read").write_text("reader\n")
    asked = ("kit", "create", "--store", "again", "--out", "paper")
    assert "that can only read" in command.fails(*asked)
    line = command.fails(*asked, "--read-secret-file", "write")
    assert "the host's own credential" in line
    assert "all-powerful" not in line
    assert command(*asked, "--read-secret-file", "read").status == 0
    assert kit_in(Path("paper")).store.secret == "reader"


def test_a_credential_that_does_not_read_is_found_before_it_is_printed(command: Command, data: Path) -> None:
    shutil.rmtree("usb")
    assert "Store usb" in command.fails("kit", "create", "--store", "usb", "--out", "paper")
    assert not Path("paper").exists()
    assert site.load_site(data) is None
