"""What a host knows of its site: kept whole, private, and checked when it is read."""

from pathlib import Path

import pytest

from perdure.continuity.model.keys import VOUCHER
from perdure.continuity.rules import keys, sealing, signing
from perdure.continuity.service import disk, site
from perdure.kernel.errors import Invalid
from tests.continuity import MASTER, RECOVERY, ROOT, begin_site


def test_a_directory_without_a_kit_carries_no_site(tmp_path: Path) -> None:
    assert site.load_site(tmp_path) is None
    with pytest.raises(Invalid, match=r"host\.key is missing"):
        site.host_key(tmp_path)


def test_what_was_kept_is_read_again_and_the_host_key_is_the_hosts(tmp_path: Path) -> None:
    made = begin_site(tmp_path)
    assert site.load_site(tmp_path) == made
    assert signing.public_of(site.host_key(tmp_path)) == made.host


def test_files_are_for_their_owner_alone_and_hold_nothing_of_the_master(tmp_path: Path) -> None:
    begin_site(tmp_path)
    folder = tmp_path / "continuity"
    assert folder.stat().st_mode & 0o777 == 0o700
    secrets = (MASTER, ROOT, RECOVERY.encode())
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        content = file.read_bytes()
        assert not any(secret in content or secret.hex().encode() in content for secret in secrets)
    assert {file.name for file in folder.iterdir()} == {"site.json", "host.key", "host.voucher"}


def test_a_new_reign_has_a_new_key_and_keeps_the_site(tmp_path: Path) -> None:
    old = begin_site(tmp_path)
    new = site.new_host(tmp_path, old, root=ROOT, now_ms=2000)
    assert (new.site_id, new.root, new.recipients) == (old.site_id, old.root, old.recipients)
    assert new.host != old.host
    assert new.host_id != old.host_id


def test_the_root_key_vouches_for_the_host_and_without_it_nobody_does(tmp_path: Path) -> None:
    made = begin_site(tmp_path)
    word = signing.verify(VOUCHER, site.voucher(tmp_path) or b"", made.trusted, "host.voucher").document
    assert (word["host"], word["host_id"], word["site_id"]) == (made.host, made.host_id, made.site_id)
    site.new_host(tmp_path, made, root=None, now_ms=2000)
    assert site.voucher(tmp_path) is None


def test_the_root_key_of_another_kit_vouches_for_nobody(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="another site, or was replaced"):
        site.make_voucher(begin_site(tmp_path), keys.root_key(keys.new_master()), 1)


def test_everybody_named_can_open_what_is_wrapped_for_the_site(tmp_path: Path) -> None:
    people = [sealing.new_identity() for _ in range(2)]
    made = begin_site(tmp_path, operator=people[0][1], drill=people[1][1])
    wrapped = sealing.wrap(made.recipients, b"words")
    for identity in (RECOVERY, people[0][0], people[1][0]):
        assert sealing.unwrap(identity, wrapped, "x") == b"words"


def test_a_recipient_that_is_none_is_refused_before_anything_is_shipped_for_it(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no age recipient"):
        begin_site(tmp_path, operator="age1nobody")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is damaged"),
        (b"\xff", "is damaged"),
        (b'{"version": 2, "new": 1}', "newer Perdure"),
        (b"{}", "is damaged"),
    ],
)
def test_a_broken_site_file_is_told_by_its_name(tmp_path: Path, content: bytes, words: str) -> None:
    begin_site(tmp_path)
    (tmp_path / "continuity" / "site.json").write_bytes(content)
    with pytest.raises(Invalid, match=rf"site\.json.*{words}"):
        site.load_site(tmp_path)


@pytest.mark.parametrize("content", [b"", b"abc", b"00" * 31, b"\xff\xff"])
def test_a_broken_host_key_is_told_and_never_shown(tmp_path: Path, content: bytes) -> None:
    begin_site(tmp_path)
    (tmp_path / "continuity" / "host.key").write_bytes(content)
    with pytest.raises(Invalid, match=r"host\.key is damaged: it should hold 64 hex digits"):
        site.host_key(tmp_path)


def test_a_host_key_that_is_not_the_one_named_is_refused(tmp_path: Path) -> None:
    begin_site(tmp_path)
    (tmp_path / "continuity" / "host.key").write_text(signing.new_key().hex())
    with pytest.raises(Invalid, match="run again what was cut off"):
        site.host_key(tmp_path)


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a" / "taken" / "x").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        disk.write_private(tmp_path / "a" / "taken", b"new")
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["taken"]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        disk.write_private(tmp_path / "a" / "b", content)
    assert (tmp_path / "a" / "b").read_bytes() == b"new"
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b"]
