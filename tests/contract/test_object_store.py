"""Every object store keeps the same promises: a folder, and a real S3 (SeaweedFS) on loopback."""

import os
import secrets
from pathlib import Path

import pytest

from perdure.adapters.storage_folder import FolderStore
from perdure.adapters.storage_s3 import S3Store
from perdure.kernel.errors import Invalid, NotFound, Unavailable
from perdure.media.ports import ObjectStore
from tests.contract.conftest import s3_url_of
from tests.site import on_loop
from tests.store_servers import free_ports


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "kept")
    return S3Store(request.getfixturevalue("s3_url"))


def fresh_key() -> str:
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name[2:]}.bin"


def keep(store: ObjectStore, folder: Path, body: bytes, key: str | None = None) -> str:
    source = folder / "given"
    source.write_bytes(body)
    key = key or fresh_key()
    on_loop(store.put(key, source, "application/octet-stream"))
    return key


def part(store: ObjectStore, key: str, first: int, count: int) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in store.chunks(key, first, count)])

    return on_loop(read())


@pytest.mark.parametrize("size", [0, 1, 262_144, 12_000_000])
def test_what_was_put_is_read_back(store: ObjectStore, tmp_path: Path, size: int) -> None:
    body = os.urandom(size)
    key = keep(store, tmp_path, body)
    assert on_loop(store.size(key)) == size
    assert part(store, key, 0, size) == body
    on_loop(store.fetch(key, tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == body


def test_part_of_it(store: ObjectStore, tmp_path: Path) -> None:
    body = os.urandom(3_000_000)
    key = keep(store, tmp_path, body)
    for first, count in ((0, 1), (5, 10), (1_048_570, 20), (2_999_999, 1)):
        assert part(store, key, first, count) == body[first : first + count]


def test_putting_again_replaces(store: ObjectStore, tmp_path: Path) -> None:
    key = keep(store, tmp_path, b"first, and longer")
    keep(store, tmp_path, b"second", key)
    assert part(store, key, 0, on_loop(store.size(key))) == b"second"


def test_what_is_not_there(store: ObjectStore, tmp_path: Path) -> None:
    key = keep(store, tmp_path, b"x")
    on_loop(store.delete(key))
    on_loop(store.delete(key))
    for call in (store.size(key), store.fetch(key, tmp_path / "copy")):
        with pytest.raises(NotFound):
            on_loop(call)
    with pytest.raises(NotFound):
        part(store, key, 0, 1)


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a/../../out", "a//b", "", ".hidden", "a\x00b"])
def test_a_folder_is_not_left(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFound):
        keep(FolderStore(tmp_path / "kept"), tmp_path, b"x", key or "..")


def test_a_failed_write_leaves_no_half_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "kept")
    with pytest.raises(Unavailable):
        on_loop(store.put("aa/x.bin", tmp_path / "missing", "text/plain"))
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


def test_a_store_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    port = free_ports()[0]
    with pytest.raises(Unavailable):
        on_loop(S3Store(s3_url_of(port)).size("aa/x.bin"))


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(Invalid, match="colour"):
        S3Store("s3://bucket?colour=blue")
