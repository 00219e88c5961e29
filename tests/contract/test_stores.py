"""Every store keeps the same promises, whatever it is: a folder, S3, a lying S3, WebDAV, FTP, SFTP; all real servers."""

import asyncio
import base64
import json
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import asyncssh
import msgspec
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.errors import AlreadyThere, NotThere, StoreError, StoreFull, StoreRefused, StoreUnreachable
from perdure.continuity.model.capabilities import Capabilities
from perdure.continuity.model.stores import Owner, StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.service import lifeboat
from perdure.continuity.service.probe import probe
from perdure.kernel.clock import SystemClock
from perdure.kernel.errors import Invalid
from tests.fault import disks
from tests.store_servers import AZURE_ACCOUNT, AZURE_KEY, PASSWORD, USER, fingerprint, free_port, rclone

T = TypeVar("T")
KINDS = ("folder", "s3", "azure", "lying", "opendal", "webdav", "ftp", "sftp")
DISORDERED = {"s3", "opendal"}  # SeaweedFS lists folder by folder: a/1 before a-b/1
OVERWRITING = {"lying", "ftp", "sftp"}
HONEST = Capabilities(
    at=0, read_after_write=True, list_complete=True, list_ordered=True, create_only=True, stale_match_refused=None,
    overwrite_refused=False, delete_refused=False, clock_skew_ms=0, largest=8_388_609, ranges=True, torn_hidden=True,
)  # fmt: skip


class Place(NamedTuple):
    """A fresh place at one kind of store, and how to get in."""

    kind: str
    record: StoreRecord
    secret: str

    def open(self, *, raw: bool = False, secret: str | None = None) -> Store:
        return Stores().open(self.record, self.secret if secret is None else secret, raw=raw)


def address(kind: str, request: pytest.FixtureRequest, folder: Path) -> tuple[str, str]:
    """The URL of a fresh place, and its secret."""
    fixture, where = request.getfixturevalue, secrets.token_hex(6)
    match kind:
        case "folder":
            (folder / "copies").mkdir()
            return f"file://{folder}/copies", ""
        case "s3":
            url = f"s3://perdure/{where}?endpoint=http://127.0.0.1:{fixture('seaweed_port')}"
            return url, "access_key_id=key\nsecret_access_key=secret\n"
        case "opendal":
            url = f"opendal+s3:///{where}?bucket=perdure&region=us-east-1&endpoint=http://127.0.0.1:{fixture('seaweed_port')}"
            return url, "access_key_id=key\nsecret_access_key=secret\n"
        case "azure":
            there = f"http://127.0.0.1:{fixture('azurite_port')}/{AZURE_ACCOUNT}"
            return f"az://perdure/{where}?account_name={AZURE_ACCOUNT}&endpoint={there}", AZURE_KEY
        case "lying":
            url = f"s3://bucket/{where}?endpoint=http://127.0.0.1:{fixture('lying_s3_port')}&access_key_id={USER}key"
            return url, PASSWORD
        case "sftp":
            port, key = fixture("sftp_server")
            return f"sftp://{USER}@127.0.0.1:{port}/{where}?host_key={key}", PASSWORD
        case _:
            return f"{kind}://{USER}@127.0.0.1:{fixture(f'{kind}_port')}/{where}/deep", PASSWORD


@pytest.fixture(params=[pytest.param(kind, marks=[] if kind == "folder" else pytest.mark.slow) for kind in KINDS])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    url, secret = address(request.param, request, tmp_path)
    known = msgspec.structs.replace(
        HONEST, create_only=request.param not in OVERWRITING, list_ordered=request.param not in DISORDERED
    )
    record = StoreRecord(name="north", url=url, owner=Owner(entity="North Ltd"), capabilities=known)
    Stores().make_ready(record)
    return Place(request.param, record, secret)


def at(place: Place, body: Callable[[Store], Awaitable[T]], *, raw: bool = False, secret: str | None = None) -> T:
    """Do something at a store that is opened for it and closed after it."""

    async def visit() -> T:
        store = place.open(raw=raw, secret=secret)
        try:
            return await body(store)
        finally:
            await store.close()

    return asyncio.run(visit())


async def names(store: Store, prefix: str = "", after: str = "") -> list[str]:
    return [one.name async for one in store.list_after(prefix, after)]


@pytest.mark.parametrize("size", [0, 1, 65_536, 8_388_609])
def test_what_was_put_is_read_back(place: Place, size: int) -> None:
    async def body(store: Store) -> None:
        data = os.urandom(size)
        await store.put_new("seg/1/0000000001", data)
        assert await store.get("seg/1/0000000001") == data
        found = await store.head("seg/1/0000000001")
        assert found is not None
        assert (found.name, found.size) == ("seg/1/0000000001", size)
        assert abs(found.modified / 1000 - time.time()) < 120

    at(place, body)


def test_a_name_is_used_once_and_the_first_bytes_remain(place: Place) -> None:
    async def body(store: Store) -> None:
        await store.put_new("head/a/1", b"first")
        with pytest.raises(AlreadyThere) as refused:
            await store.put_new("head/a/1", b"second, longer")
        assert (refused.value.store, refused.value.name) == ("north", "head/a/1")
        assert "north" in refused.value.public
        assert "head/a/1" in refused.value.public
        assert await store.get("head/a/1") == b"first"

    at(place, body)


def test_of_two_writers_at_once_one_is_refused_where_the_store_can_refuse(place: Place) -> None:
    if place.kind in OVERWRITING:
        pytest.skip("this store cannot: its probe says so")

    async def body(store: Store) -> None:
        for turn in range(2):
            given = [f"writer {one}".encode() for one in range(4)]
            puts = (store.put_new(f"epoch/{turn}/genesis", data) for data in given)
            done = await asyncio.gather(*puts, return_exceptions=True)
            winners = [data for data, error in zip(given, done, strict=True) if error is None]
            assert len(winners) == 1
            assert all(error is None or isinstance(error, AlreadyThere) for error in done)
            assert await store.get(f"epoch/{turn}/genesis") == winners[0]

    at(place, body, raw=True)


def test_a_page_is_written_over_under_its_name_at_a_static_host(place: Place) -> None:
    async def body(store: Store) -> None:
        for text in (b"<p>the longer first one", b"<p>second"):
            await lifeboat.put_over(store, {"index.html": text, "lifeboat.json": b"{}"})
            assert await store.get("index.html") == text

    at(place, body, raw=True)


def test_the_probe_finds_out_what_it_is(place: Place) -> None:
    found = at(place, lambda store: probe(store, SystemClock()), raw=True)
    assert found.create_only is (place.kind not in OVERWRITING)
    assert found.list_ordered is (place.kind not in DISORDERED)
    assert (found.read_after_write, found.list_complete, found.ranges, found.torn_hidden) == (True, True, True, True)
    assert found.largest == 8_388_609
    assert found.clock_skew_ms == 0
    assert found.stale_match_refused is {"s3": True, "azure": True, "opendal": True, "lying": False}.get(place.kind)
    assert not found.out_of_reach
    assert at(place, names) == []


def test_every_service_of_the_guide_can_be_opened() -> None:
    given = [
        (
            "gs://copies/site",
            json.dumps({"client_email": "a@b", "private_key": _rsa(), "private_key_id": "1", "gcs_base_url": ""}),
        ),
        ("az://copies/site?account_name=me", base64.b64encode(b"key").decode()),
        ("opendal+b2:///site?bucket=copies&bucket_id=1&application_key_id=2", "application_key=3"),
        ("opendal+swift:///site?endpoint=https://swift.example&container=copies", "token=3"),
        ("opendal+oss:///site?bucket=copies&endpoint=https://oss.example", "access_key_id=1\naccess_key_secret=2"),
        ("webdavs://me@cloud.example/site", "token=3"),
        ("ftps://me@web.example/site", "p=w"),
    ]
    for url, secret in given:
        store = Stores().open(StoreRecord(name="north", url=url, owner=Owner()), secret)
        asyncio.run(store.close())


def _rsa() -> str:
    return asyncssh.generate_private_key("ssh-rsa", key_size=2048).export_private_key("pkcs8-pem").decode()


@pytest.mark.slow
def test_a_key_that_may_only_read_is_no_store(seaweed_port: int) -> None:
    record = StoreRecord(name="north", url=f"s3://perdure/x?endpoint=http://127.0.0.1:{seaweed_port}", owner=Owner())
    reader = Place("s3", record, "access_key_id=reader\nsecret_access_key=readersecret")
    with pytest.raises(StoreRefused, match=r"north.*probe/.*403"):
        at(reader, lambda store: probe(store, SystemClock()), raw=True)


def test_used_as_it_comes_an_overwriting_store_overwrites(place: Place) -> None:
    if place.kind not in OVERWRITING:
        pytest.skip("this store refuses by itself")

    async def body(store: Store) -> bytes:
        await store.put_new("a", b"first")
        await store.put_new("a", b"second")
        return await store.get("a")

    assert at(place, body, raw=True) == b"second"


def test_part_of_it(place: Place) -> None:
    async def body(store: Store) -> None:
        data = os.urandom(300_000)
        await store.put_new("pack/1/1-9", data)
        for start, length in ((0, 1), (5, 10), (262_140, 20), (299_999, 1), (299_990, 50), (300_000, 5), (400_000, 5)):
            assert await store.get_range("pack/1/1-9", start, length) == data[start : start + length]

    at(place, body)


def test_what_is_not_there(place: Place) -> None:
    async def body(store: Store) -> None:
        await store.put_new("a/b", b"x")
        assert await store.head("a/none") is None
        assert await store.head("none/at/all") is None
        for call in (store.get("a/none"), store.get_range("a/none", 0, 1)):
            with pytest.raises(NotThere, match=r"north.*a/none"):
                await call
        await store.delete("a/none")
        await store.delete("a/b")
        await store.delete("a/b")
        assert await store.head("a/b") is None
        assert await names(store) == []

    at(place, body)


def test_listing_is_whole_and_in_the_order_of_bytes(place: Place) -> None:
    given = [
        "Z",
        "a-b/1",
        "a.b",
        "a/1",
        "a/10",
        "a/2/x",
        "a/2.x",
        "a0",
        "seg/1/0000000009",
        "seg/1/0000000010",
        "seg/2/1",
    ]

    async def body(store: Store) -> None:
        assert await names(store) == []
        for name in given:
            await store.put_new(name, name.encode())
        assert await names(store) == sorted(given)
        assert await names(store, "seg/1/") == ["seg/1/0000000009", "seg/1/0000000010"]
        assert await names(store, "seg/1/000000000") == ["seg/1/0000000009"]
        assert await names(store, "a") == [name for name in sorted(given) if name.startswith("a")]
        assert await names(store, "none/") == []
        for after in (*given, "a/", "b", "seg/1/0000000009x"):
            assert await names(store, "", after) == [name for name in sorted(given) if name > after]
        assert await names(store, "a/", "a/10") == ["a/2.x", "a/2/x"]
        assert [one.size async for one in store.list_after("a/")] == [3, 4, 5, 5]

    at(place, body)


def test_a_long_folder_is_listed_whole(place: Place) -> None:
    async def body(store: Store) -> None:
        given = [f"seg/1/{number:010}" for number in range(1, 61)]
        await asyncio.gather(*(store.put_new(name, b"s") for name in given))
        assert await names(store, "seg/1/") == given
        assert await names(store, "seg/", given[49]) == given[50:]

    at(place, body)


@pytest.mark.parametrize(
    "name", ["../out", "/etc/passwd", "a/../../out", "a//b", "", ".hidden", "a/.b", "a\x00b", "a\nb", "ä", "x" * 201]
)
def test_a_name_that_leads_elsewhere_is_refused(place: Place, name: str) -> None:
    async def body(store: Store) -> None:
        for call in (store.put_new(name, b"x"), store.get(name), store.head(name), store.delete(name)):
            with pytest.raises(Invalid):
                await call

    at(place, body)


def test_it_tells_the_time(place: Place) -> None:
    assert abs(at(place, lambda store: store.clock()) / 1000 - time.time()) < 2


def test_an_upload_that_is_cut_off_shows_nothing_and_leaves_the_name_free(place: Place) -> None:
    async def body(store: Store) -> None:
        data = os.urandom(8_388_609)
        for delay in (0.0, 0.002, 0.01, 0.03):
            name = f"torn/{delay}"
            with suppress(TimeoutError, StoreError):  # or it was quicker than the cut
                await asyncio.wait_for(store.put_new(name, data), delay)
            found = await store.head(name)
            assert found is None or found.size == len(data)
            if found is None:
                with suppress(AlreadyThere):  # the store may have had it all, and kept it meanwhile
                    await store.put_new(name, data)
            assert await store.get(name) == data

    at(place, body)


@pytest.mark.parametrize("place", KINDS[1:], indirect=True)
@pytest.mark.slow
def test_wrong_credentials_are_refused_without_repeating_them(place: Place) -> None:
    word = base64.b64encode(b"not-it-4711").decode() if place.kind == "azure" else "not-it-4711"
    wrong = f"access_key_id=wrongkey1\nsecret_access_key={word}" if place.kind in {"s3", "opendal"} else word
    for action in (lambda store: store.put_new("a", b"x"), lambda store: store.get("a"), names):
        with pytest.raises(StoreRefused) as refused:
            at(place, action, secret=wrong)
        assert "north" in refused.value.public
        assert "credentials" in refused.value.public
        assert word not in f"{refused.value.public} {refused.value.data}"


@pytest.mark.parametrize("scheme", ["s3", "webdav", "ftp", "sftp"])
def test_a_store_that_is_not_up_is_unreachable(scheme: str) -> None:
    host = f"x@127.0.0.1:{free_port()}/y"
    url = f"s3://b/y?endpoint=http://{host.partition('@')[2]}" if scheme == "s3" else f"{scheme}://{host}"
    record = StoreRecord(name="gone", url=url, owner=Owner(), timeout_s=2)
    place = Place(scheme, record, "access_key_id=a\nsecret_access_key=b" if scheme == "s3" else "password")
    started = time.monotonic()
    for action in (lambda store: store.put_new("a", b"x"), lambda store: store.get("a"), lambda store: store.clock()):
        with pytest.raises(StoreUnreachable, match="gone"):
            at(place, action)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("scheme", ["s3", "webdav", "ftp", "sftp"])
def test_a_store_that_never_answers_is_given_up_in_time(scheme: str) -> None:
    async def body(port: int) -> None:
        url = f"s3://b/y?endpoint=http://127.0.0.1:{port}" if scheme == "s3" else f"{scheme}://x@127.0.0.1:{port}/y"
        secret = "access_key_id=a\nsecret_access_key=b" if scheme == "s3" else "password"
        store = Stores().open(StoreRecord(name="slow", url=url, owner=Owner(), timeout_s=0.4), secret)
        started = time.monotonic()
        with pytest.raises(StoreUnreachable, match="slow"):
            await store.put_new("a", b"x")
        assert time.monotonic() - started < 2
        await store.close()

    with socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(body(silent.getsockname()[1]))


@pytest.mark.parametrize("scheme", ["s3", "webdav", "opendal"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [("507 Insufficient Storage", StoreFull), ("403 Forbidden", StoreRefused), ("401 Unauthorized", StoreRefused),
     ("503 Slow Down", StoreUnreachable), ("500 Oops", StoreUnreachable)],
)  # fmt: skip
def test_what_a_server_answers_is_told_in_our_words(scheme: str, status: str, kind: type[StoreError]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()

    async def body() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        url = {
            "s3": f"s3://b/y?endpoint=http://127.0.0.1:{port}",
            "webdav": f"webdav://x@127.0.0.1:{port}/y",
            "opendal": f"opendal+s3:///y?bucket=b&region=x&endpoint=http://127.0.0.1:{port}",
        }[scheme]
        secret = "password" if scheme == "webdav" else "access_key_id=a\nsecret_access_key=b"
        store = Stores().open(StoreRecord(name="north", url=url, owner=Owner(), timeout_s=5), secret)
        with pytest.raises(kind, match="north"):
            await store.put_new("a", b"x")
        await store.close()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.02)  # the last answers are closed

    asyncio.run(body())


def test_a_folder_whose_disk_is_not_mounted_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "mnt").mkdir()
    place = Place("folder", StoreRecord(name="usb", url=f"file://{tmp_path}/mnt", owner=Owner()), "")
    for action in (lambda store: store.put_new("a", b"x"), lambda store: store.get("a"), names):
        with pytest.raises(StoreUnreachable, match="mounted"):
            at(place, action)
    assert list((tmp_path / "mnt").iterdir()) == []


@pytest.mark.parametrize("place", ["folder"], indirect=True)
def test_a_disk_without_hard_links_refuses_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_given: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    test_a_name_is_used_once_and_the_first_bytes_remain(place)
    test_of_two_writers_at_once_one_is_refused_where_the_store_can_refuse(place)


@disks.as_root
def test_a_full_disk_says_so_and_leaves_the_name_free(tmp_path: Path) -> None:
    async def body(store: Store) -> None:
        with pytest.raises(StoreFull, match=r"usb.*big.*room"):
            await store.put_new("big", os.urandom(2 * 1024 * 1024))
        assert await store.head("big") is None
        await store.put_new("big", b"small")

    with disks.small(tmp_path / "disk", 1) as disk:
        place = Place("folder", StoreRecord(name="usb", url=f"file://{disk}", owner=Owner()), "")
        Stores().make_ready(place.record)
        at(place, body)


class PutOnly(asyncssh.SFTPServer):
    """An account that can add and read, and neither remove nor change."""

    def remove(self, path: bytes) -> None:
        if not path.endswith(b".part"):
            raise asyncssh.SFTPPermissionDenied("put only")
        super().remove(path)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags & asyncssh.FXF_WRITE and not path.endswith(b".part"):
            raise asyncssh.SFTPPermissionDenied("put only")
        return super().open(path, pflags, attrs)


def test_an_account_that_can_only_add_is_out_of_reach_and_is_entered_by_key(tmp_path: Path) -> None:
    user, host = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "keys").write_bytes(user.export_public_key())
    (tmp_path / "home").mkdir()

    async def body() -> Capabilities:
        def chroot(channel: asyncssh.SSHServerChannel) -> PutOnly:
            return PutOnly(channel, chroot=str(tmp_path / "home"))

        keys = str(tmp_path / "keys")
        listener = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[host], authorized_client_keys=keys, sftp_factory=chroot)  # fmt: skip
        url = f"sftp://{USER}@127.0.0.1:{listener.get_port()}/copies?host_key={host.get_fingerprint()}"
        record = StoreRecord(name="far", url=url, owner=Owner(entity="Far"))
        store = Stores().open(record, user.export_private_key().decode(), raw=True)
        found = await probe(store, SystemClock())
        await store.close()
        listener.close()
        await listener.wait_closed()
        return found

    found = asyncio.run(body())
    assert found.create_only
    assert found.out_of_reach


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("gs://bucket/x", "{}"),
        ("gs://bucket/x", "password=1\nuser=2"),
        ("az://container/x?account_name=me", "not base64"),
        ("az://container/x", ""),
        ("gs://bucket/x", ""),
        ("s3://bucket/x", ""),
        ("s3://bucket/x", "user=me\npass=you"),
        ("sftp://me@host/x", "-----BEGIN OPENSSH PRIVATE KEY-----\nnothing"),
        ("webdavs://me@host/x", "one\ntwo"),
    ],
)
def test_a_secret_that_cannot_be_used_is_refused_before_anything_is_sent(url: str, secret: str) -> None:
    with pytest.raises(Invalid) as refused:
        Stores().open(StoreRecord(name="north", url=url, owner=Owner()), secret)
    assert not secret or secret not in refused.value.public


@pytest.mark.slow
def test_a_server_with_another_key_is_not_told_the_password(sftp_server: tuple[int, str]) -> None:
    port, key = sftp_server
    for query, said in (("", f"host_key={key}"), ("?host_key=SHA256:" + "A" * 43, "stand in between")):
        url = f"sftp://{USER}@127.0.0.1:{port}/x{query}"
        place = Place("sftp", StoreRecord(name="far", url=url, owner=Owner()), PASSWORD)
        with pytest.raises(StoreRefused) as refused:
            at(place, lambda store: store.get("a"))
        assert said in refused.value.public


@pytest.mark.slow
def test_a_connection_that_was_lost_is_made_anew(tmp_path: Path) -> None:
    for kind in ("ftp", "sftp", "webdav"):
        folder = tmp_path / kind
        folder.mkdir()

        async def body(kind: str = kind, folder: Path = folder) -> None:
            with rclone(kind, folder) as port:
                query = f"?host_key={await asyncio.to_thread(fingerprint, port)}" if kind == "sftp" else ""
                url = f"{kind}://{USER}@127.0.0.1:{port}/x{query}"
                store = Stores().open(StoreRecord(name="far", url=url, owner=Owner(), timeout_s=5), PASSWORD)
                await store.put_new("a", b"first")
            with pytest.raises(StoreUnreachable):
                await store.get("a")
            with rclone(kind, folder, port):
                assert await store.get("a") == b"first"
            await store.close()

        asyncio.run(body())
