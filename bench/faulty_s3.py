"""A real S3 behind a line that misbehaves as real providers do: what a shipper sees is the wire, nothing is mocked.

``Faults.fault`` may be changed at any time. Requests go on as they came (their signature covers the host's name, which
is this line's), answers come back whole.
"""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.utils import formatdate, parsedate_to_datetime
from typing import Final, NamedTuple

import obstore
from obstore.store import S3Store

FAULTS: Final = ("dead", "slow", "forgets", "overwrites", "lists late", "full", "clock an hour off", "revoked")
SLOW_S: Final = 30.0
_CLOCK_S: Final = 3600
_LATE: Final = 3
_END: Final = b"\r\n\r\n"
_CONTENTS: Final = re.compile(rb"<Contents>.*?</Contents>", re.DOTALL)
_DATES: Final = re.compile(rb"(?im)^(Date|Last-Modified): ([^\r\n]+)")


class Faults:
    """What is wrong now; empty for nothing."""

    def __init__(self) -> None:
        self.fault = ""


class _Message(NamedTuple):
    head: bytes
    body: bytes


@contextmanager
def line(port: int, upstream: int, faults: Faults) -> Iterator[None]:
    """A line from a port to a server, on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while await _one(reader, writer, upstream, faults):
                pass
        writer.close()

    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", port), loop).result()
    try:
        yield
    finally:
        server.get_loop().call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upstream: int, faults: Faults) -> bool:
    asked = await _read_request(reader)
    fault = faults.fault
    if fault == "dead":
        return False
    if fault == "slow":
        await asyncio.sleep(SLOW_S)
    verb = asked.head.split(b" ", 1)[0]
    answer = _instead(fault, verb)
    if answer is None:
        if fault == "overwrites" and verb == b"PUT":
            await _make_room(asked, upstream)
        answer = _changed(fault, await _pass_on(asked, upstream))
    writer.write(answer)
    await writer.drain()
    return True


async def _read_request(reader: asyncio.StreamReader) -> _Message:
    head = await reader.readuntil(_END)
    size = re.search(rb"(?im)^Content-Length: (\d+)", head)
    return _Message(head, await reader.readexactly(int(size[1])) if size else b"")


def _instead(fault: str, verb: bytes) -> bytes | None:
    """An answer that the server never gave."""
    if fault == "revoked":
        return _error(b"403 Forbidden", b"InvalidAccessKeyId", verb)
    if verb == b"PUT" and fault == "full":
        return _error(b"507 Insufficient Storage", b"QuotaExceeded", verb)
    if verb == b"PUT" and fault == "forgets":
        return b'HTTP/1.1 200 OK\r\nETag: "0123456789abcdef0123456789abcdef"\r\nContent-Length: 0' + _END
    return None


def _error(status: bytes, code: bytes, verb: bytes) -> bytes:
    body = b"" if verb == b"HEAD" else b"<?xml version='1.0'?><Error><Code>%b</Code></Error>" % code
    return b"HTTP/1.1 %b\r\nContent-Type: application/xml\r\nContent-Length: %d" % (status, len(body)) + _END + body


async def _make_room(asked: _Message, upstream: int) -> None:
    """Remove what is there, so that the put succeeds as it does at a store that ignores its condition.

    (The condition itself is signed: taken away on the line, it would be a forgery.)
    """
    bucket, _, name = asked.head.split(b" ", 2)[1].decode().partition("?")[0].strip("/").partition("/")
    place = S3Store(
        bucket,
        endpoint=f"http://127.0.0.1:{upstream}",
        access_key_id="key",
        secret_access_key="secret",
        client_options={"allow_http": True},
    )
    with suppress(FileNotFoundError):
        await obstore.delete_async(place, name)


async def _pass_on(asked: _Message, upstream: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", upstream)
    head = re.sub(rb"(?im)^Connection: [^\r\n]*\r\n", b"", asked.head)
    writer.write(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1) + asked.body)
    await writer.drain()
    answer = await reader.read(-1)
    writer.close()
    return answer


def _changed(fault: str, answer: bytes) -> bytes:
    head, _, body = answer.partition(_END)
    if b"chunked" in head.lower():
        body = _joined(body)
        head = re.sub(rb"(?im)^Transfer-Encoding: [^\r\n]*", b"Content-Length: %d" % len(body), head)
    head = re.sub(rb"(?im)^Connection: [^\r\n]*\r\n", b"", head + b"\r\n").rstrip(b"\r\n")
    if fault == "clock an hour off":
        head = _DATES.sub(_later, head)
        body = re.sub(rb"(?<=<LastModified>)[^<]+", _later_in_list, body)
    if fault == "lists late" and b"<ListBucketResult" in body:
        body = _shortened(body)
    if body:
        head = re.sub(rb"(?im)^Content-Length: \d+", b"Content-Length: %d" % len(body), head)
    return head + _END + body


def _joined(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        parts.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(parts)


def _later(found: "re.Match[bytes]") -> bytes:
    at = parsedate_to_datetime(found[2].decode()).timestamp() + _CLOCK_S
    return found[1] + b": " + formatdate(at, usegmt=True).encode()


def _later_in_list(found: "re.Match[bytes]") -> bytes:
    return (datetime.fromisoformat(found[0].decode()) + timedelta(seconds=_CLOCK_S)).isoformat().encode()


def _shortened(body: bytes) -> bytes:
    """Without the last objects."""
    listed = _CONTENTS.findall(body)
    for one in listed[-_LATE:]:
        body = body.replace(one, b"")
    return re.sub(rb"<KeyCount>\d+", b"<KeyCount>%d" % max(0, len(listed) - _LATE), body)
