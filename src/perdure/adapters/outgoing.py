"""Requests to other sites, guarded: names are looked up here, and only an address that was checked is connected to.

A name that changes its address between the check and the connection (DNS rebinding) gains nothing, because there is
one look-up and the connection goes to its result. TLS still checks the certificate against the name.
"""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import httpcore

from perdure import __version__
from perdure.delivery import rules
from perdure.delivery.errors import Refused, Unreachable
from perdure.delivery.model import Fetched, Wanted
from perdure.delivery.rules import Reach, Target
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings

_REDIRECTS: Final = 3
_REDIRECTED: Final = frozenset({301, 302, 303, 307, 308})
_CONNECT_S: Final = 4.0
_POST_S: Final = 10.0
_ADDRESSES: Final = 4
_FETCHES: Final = 16
_POSTS: Final = 32
_RESOLVERS: Final = 8
_MAX_PROXY_HEAD: Final = 16_384
_SLACK: Final = 65_536
_FAULTS: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.ProxyError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    ssl.SSLError,
    OSError,
    TimeoutError,
    zlib.error,
)


def reach_of(settings: Settings) -> Reach:
    """How far the settings let outgoing requests go. Raises Invalid for a network that is none."""
    try:
        also = tuple(ipaddress.ip_network(text.strip()) for text in settings.outgoing_networks)
    except ValueError as error:
        raise Invalid(f"Settings: outgoing_networks: {error}") from error
    if settings.peer_test:
        return Reach(loopback_only=True, ports=frozenset())
    return Reach(ports=frozenset(settings.outgoing_ports), also=also)


class GuardedHttp:
    """Implements :class:`perdure.delivery.ports.Outgoing` with HTTP/1.1, a fresh connection for each request."""

    def __init__(self, settings: Settings) -> None:
        self._reach = reach_of(settings)
        self._backend = _Backend(self._reach, settings.outgoing_proxy)
        self._agent = f"Perdure/{__version__} (+{settings.base_url})"
        # Kept apart, so that pages which are slow to come hold up no push.
        self._fetches = asyncio.Semaphore(_FETCHES)
        self._posts = asyncio.Semaphore(_POSTS)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpcore.default_ssl_context()

    def check(self, url: str) -> None:
        """Raise Refused for a URL that would not be asked."""
        rules.target_of(url, self._reach)

    async def get(self, url: str, wanted: Wanted) -> Fetched:
        """Fetch a page; each redirect is checked as the first URL was."""
        async with self._within(self._fetches, wanted.seconds):
            for _ in range(_REDIRECTS + 1):
                target = rules.target_of(url, self._reach)
                found, onward = await self._get_once(target, wanted)
                if onward is None:
                    return found
                url = urljoin(target.url, onward)
        raise Refused("Too many redirects")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send bytes; only the status of the answer is read."""
        target = rules.target_of(url, self._reach)
        async with self._within(self._posts, _POST_S), self._ask("POST", target, headers, body) as answer:
            return int(answer.status)

    async def ask(self, url: str, headers: Mapping[str, str], body: bytes | None, wanted: Wanted) -> Fetched:
        """Send bytes, or only ask, and read what comes back, of the wanted type and size."""
        target, method = rules.target_of(url, self._reach), "GET" if body is None else "POST"
        async with self._within(self._posts, wanted.seconds), self._ask(method, target, headers, body) as answer:
            return await _fetched(target, answer, wanted)

    async def _get_once(self, target: Target, wanted: Wanted) -> tuple[Fetched, str | None]:
        headers = {"Accept": ", ".join(sorted(wanted.types)), "Accept-Encoding": "gzip"}
        async with self._ask("GET", target, headers) as answer:
            if answer.status in _REDIRECTED and (onward := _header(answer, b"location")):
                return _without_body(target, answer), onward
            return await _fetched(target, answer, wanted), None

    @asynccontextmanager
    async def _within(self, places: asyncio.Semaphore, seconds: float) -> AsyncIterator[None]:
        """A place among those who ask, a time limit for everything, and our own words for what goes wrong."""
        async with places:
            try:
                async with asyncio.timeout(seconds):
                    yield
            except _FAULTS as error:
                raise Unreachable("The other site did not answer", reason=repr(error)) from error

    @asynccontextmanager
    async def _ask(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncIterator[httpcore.Response]:
        sent = {"Host": target.authority, "User-Agent": self._agent, **headers}
        if body is not None:
            sent["Content-Length"] = str(len(body))
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        tls = self._tls if target.scheme == "https" else None
        pool = httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=self._backend)
        async with pool, pool.stream(method, url, headers=list(sent.items()), content=body) as answer:
            yield answer


class _Backend(httpcore.AsyncNetworkBackend):
    """Looks names up, checks what comes out, and connects to that."""

    def __init__(self, reach: Reach, proxy: str) -> None:
        self._reach = reach
        self._inner = httpcore.AnyIOBackend()
        # Threads of their own: names that take long to look up hold up nothing but other look-ups.
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, "resolve")
        self._proxy = urlsplit(proxy) if proxy else None
        if self._proxy is not None and (self._proxy.scheme != "http" or not self._proxy.hostname):
            raise Invalid("Settings: outgoing_proxy must look like http://host:3128")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the library's interface; ours is shorter
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first allowed address that answers. Raises Refused where the name has none."""
        addresses = await self._allowed(host, port)
        failure: Exception = Refused("The address is not public", host=host)
        for address in addresses:
            try:
                return await self._open(address, port)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _allowed(self, host: str, port: int) -> list[str]:
        literal = rules.literal_of(host)
        if literal is not None:
            return [host] if self._reach.allows(literal) else []
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._resolvers, look_up)
        addresses = dict.fromkeys(str(each[4][0]) for each in found)
        return [text for text in addresses if self._reach.allows(ipaddress.ip_address(text))][:_ADDRESSES]

    async def _open(self, address: str, port: int) -> httpcore.AsyncNetworkStream:
        if self._proxy is None:
            return await self._inner.connect_tcp(address, port, timeout=_CONNECT_S)
        proxy_host, proxy_port = self._proxy.hostname or "", self._proxy.port or 3128
        stream = await self._inner.connect_tcp(proxy_host, proxy_port, timeout=_CONNECT_S)
        goal = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        await stream.write(f"CONNECT {goal} HTTP/1.1\r\nHost: {goal}\r\n{self._credentials()}\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _MAX_PROXY_HEAD:
            # One byte at a time: what follows the head belongs to the other site.
            piece = await stream.read(1, timeout=_CONNECT_S)
            if not piece:
                break
            head += piece
        if not head.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2")):
            await stream.aclose()
            raise httpcore.ConnectError("the proxy refused")
        return stream

    def _credentials(self) -> str:
        assert self._proxy is not None
        if self._proxy.username is None:
            return ""
        pair = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return f"Proxy-Authorization: Basic {b64encode(pair.encode()).decode()}\r\n"


async def _fetched(target: Target, answer: httpcore.Response, wanted: Wanted) -> Fetched:
    """An answer with its body, where it is one to be read. Raises Refused for another type."""
    if answer.status not in wanted.statuses:
        return _without_body(target, answer)
    mime, charset = _type(_header(answer, b"content-type"))
    if mime not in wanted.types:
        raise Refused(f"The answer is {mime or 'of no type'}")
    return Fetched(target.url, int(answer.status), mime, charset, _links(answer), await _body(answer, wanted))


def _header(answer: httpcore.Response, name: bytes) -> str:
    found = next((value for key, value in answer.headers if key.lower() == name), b"")
    try:
        return found.decode()
    except UnicodeDecodeError:
        return found.decode("latin-1")


def _links(answer: httpcore.Response) -> tuple[str, ...]:
    return tuple(value.decode("latin-1") for key, value in answer.headers if key.lower() == b"link")


def _without_body(target: Target, answer: httpcore.Response) -> Fetched:
    onward = _header(answer, b"location") if answer.status in _REDIRECTED else ""
    return Fetched(target.url, int(answer.status), "", "", _links(answer), b"", onward)


def _type(text: str) -> tuple[str, str]:
    """Media type and charset of a ``Content-Type`` header."""
    mime, *parameters = text.lower().split(";")
    pairs = (part.partition("=") for part in parameters)
    charset = next((value.strip().strip("\"'") for name, _, value in pairs if name.strip() == "charset"), "")
    return mime.strip(), charset


async def _body(answer: httpcore.Response, wanted: Wanted) -> bytes:
    """Read, unpacking as it comes, until the limit: a small file that unpacks to a huge one stops there too."""
    coding = _header(answer, b"content-encoding").strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip"}:
        raise Refused(f"The answer is packed as {coding}")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if coding in {"gzip", "x-gzip"} else None
    kept, received = bytearray(), 0
    async for piece in answer.aiter_stream():
        received += len(piece)
        room = wanted.most + 1 - len(kept)
        kept += unpack.decompress(piece, room) if unpack else piece[:room]
        if len(kept) > wanted.most or received > wanted.most + _SLACK:
            if wanted.cut:
                return bytes(kept[: wanted.most])
            raise Refused("The answer is too large")
    return bytes(kept)
