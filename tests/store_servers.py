"""Real servers for stores, on loopback and free ports: SeaweedFS (an honest S3) and rclone (WebDAV, FTP, SFTP, a lying S3).

Each context manager starts one, waits until it answers, and ends it with its whole process group.
"""

import asyncio
import base64
import hmac
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import asyncssh
import httpx

_IDENTITIES = """{"identities": [{"name": "t", "credentials": [{"accessKey": "key", "secretKey": "secret"}],
 "actions": ["Admin", "Read", "Write", "List"]}, {"name": "reader", "credentials": [{"accessKey": "reader",
 "secretKey": "readersecret"}], "actions": ["Read", "List"]}]}"""
USER, PASSWORD = "copier", "open-sesame-71"


def free_port() -> int:
    """A free port whose number plus 10000 (SeaweedFS: gRPC) is free too."""
    while True:
        port = secrets.randbelow(20_000) + 20_000
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            return port


def free_ports() -> list[int]:
    """Four of them."""
    found: set[int] = set()
    while len(found) < 4:
        found.add(free_port())
    return list(found)


@contextmanager
def running(command: list[object], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server until the block ends. It is told to die with this process's own group at the latest."""
    with log.open("wb") as out:
        server = subprocess.Popen(
            [str(word) for word in command], stdout=out, stderr=out, start_new_session=True,
            env={**os.environ, "RCLONE_CONFIG": os.devnull},
        )  # fmt: skip
    try:
        yield server
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def await_port(port: int, log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise AssertionError(log.read_text()[-2000:]) from None
            time.sleep(0.02)
        else:
            return


@contextmanager
def seaweed(folder: Path) -> Iterator[int]:
    """The port of a SeaweedFS S3. Its first write may take seconds: try until it succeeds, an open port says nothing."""
    (folder / "identities.json").write_text(_IDENTITIES)
    master, volume, filer, s3 = free_ports()
    command: list[object] = [
        _tool("weed"), "server", "-s3", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}",
        f"-s3.config={folder / 'identities.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.telemetry=false", "-volume.max=20", "-master.volumeSizeLimitMB=64",
    ]  # fmt: skip
    with running(command, folder / "log"):
        yield s3


@contextmanager
def rclone(kind: str, folder: Path, port: int = 0) -> Iterator[int]:
    """The port of ``rclone serve s3|webdav|ftp|sftp`` on a folder."""
    port = port or free_port()
    served = folder / "served"
    (served / "bucket").mkdir(parents=True, exist_ok=True)
    command: list[object] = [_tool("rclone"), "serve", kind, served, "--addr", f"127.0.0.1:{port}"]
    if kind == "s3":
        command += ["--auth-key", f"{USER}key,{PASSWORD}"]
    else:
        command += ["--user", USER, "--pass", PASSWORD, "--dir-cache-time", "1ms"]
    if kind == "ftp":
        first = free_port()
        command += ["--passive-port", f"{first}-{first + 40}"]
    if kind == "sftp":
        command += ["--cache-dir", folder / "cache", "--key", _host_key(folder)]
    with running(command, folder / "log"):
        await_port(port, folder / "log")
        yield port


def _host_key(folder: Path) -> Path:
    """The server keeps its key over a restart."""
    path = folder / "host_key"
    if not path.exists():
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(path)
    return path


def fingerprint(port: int) -> str:
    """The fingerprint of an SSH server's key, as its owner would publish it."""

    async def ask() -> str:
        key = await asyncssh.get_server_host_key("127.0.0.1", port)
        assert key is not None
        return key.get_fingerprint()

    return asyncio.run(ask())


AZURITE = shutil.which("azurite-blob")
AZURE_ACCOUNT, AZURE_KEY = "tester", base64.b64encode(bytes(range(64))).decode()


@contextmanager
def azurite(folder: Path) -> Iterator[int]:
    """Microsoft's own emulator of Azure Blob Storage (npm install -g azurite), with the container ``perdure``."""
    assert AZURITE is not None
    port = free_port()
    command = [AZURITE, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder), "--silent"]
    environ = {**os.environ, "AZURITE_ACCOUNTS": f"{AZURE_ACCOUNT}:{AZURE_KEY}"}
    with subprocess.Popen([*command, "--skipApiVersionCheck", "--disableTelemetry"], env=environ) as process:
        try:
            _make_container(port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _make_container(port: int) -> None:
    """Ask for the container, signed as the service wants it, until there is one."""
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-08-06"}
    named = "".join(f"{name}:{value}\n" for name, value in headers.items())
    text = f"PUT{12 * chr(10)}{named}/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}/perdure\nrestype:container"
    digest = hmac.new(base64.b64decode(AZURE_KEY), text.encode(), "sha256").digest()
    headers["Authorization"] = f"SharedKey {AZURE_ACCOUNT}:{base64.b64encode(digest).decode()}"
    until = time.monotonic() + 60
    while True:
        try:
            done = httpx.put(f"http://127.0.0.1:{port}/{AZURE_ACCOUNT}/perdure?restype=container", headers=headers)
        except httpx.TransportError:
            assert time.monotonic() < until, "azurite does not answer"
            time.sleep(0.2)
        else:
            assert done.status_code in {201, 409}, done.text
            return
