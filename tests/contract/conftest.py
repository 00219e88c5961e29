"""Servers that the tests of this folder share, once a test process."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from perdure.adapters.storage_s3 import S3Store
from perdure.kernel.errors import NotFound, Unavailable
from tests.store_servers import AZURITE, azurite, fingerprint, rclone, seaweed


@pytest.fixture(scope="session")
def azurite_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An Azure Blob Storage of this test run, with the container ``perdure``, where Microsoft's emulator is there."""
    if AZURITE is None:
        pytest.skip("needs azurite-blob on the path: npm install -g azurite")
    with azurite(tmp_path_factory.mktemp("azurite")) as port:
        yield port


def s3_url_of(port: int, bucket: str = "perdure") -> str:
    return f"s3://{bucket}/some/where?endpoint=http://127.0.0.1:{port}&access_key_id=key&secret_access_key=secret"


@pytest.fixture(scope="session")
def seaweed_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A SeaweedFS of this test run, with the bucket ``perdure``."""
    folder = tmp_path_factory.mktemp("weed")
    with seaweed(folder) as port:
        _await(S3Store(s3_url_of(port)), folder)
        yield port


@pytest.fixture(scope="session")
def s3_url(seaweed_port: int) -> str:
    return s3_url_of(seaweed_port)


def _await(store: S3Store, folder: Path) -> None:
    """Until the first write succeeds, which also makes the bucket."""
    probe = folder / "probe"
    probe.write_bytes(b"x")
    until = time.monotonic() + 60
    while True:
        try:
            asyncio.run(store.put("probe", probe, "text/plain"))
        except (Unavailable, NotFound):
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return


@pytest.fixture(scope="session")
def lying_s3_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """An S3 that answers 200 to a create-only put and overwrites."""
    with rclone("s3", tmp_path_factory.mktemp("lying")) as port:
        yield port


@pytest.fixture(scope="session")
def webdav_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with rclone("webdav", tmp_path_factory.mktemp("webdav")) as port:
        yield port


@pytest.fixture(scope="session")
def ftp_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with rclone("ftp", tmp_path_factory.mktemp("ftp")) as port:
        yield port


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Port and key fingerprint of an SFTP server whose rename overwrites."""
    with rclone("sftp", tmp_path_factory.mktemp("sftp")) as port:
        yield port, fingerprint(port)
