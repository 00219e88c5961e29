"""The plain ASGI layer in front of every API route: CORS, rate limits, client address, slashes, cache headers."""

import hashlib
import ipaddress
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, Send

from perdure.kernel.runtime import Runtime
from perdure.mastodon_api import limits

_API: Final = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/", "/health")
_LIMITED: Final = ("/api/", "/oauth/token", "/oauth/revoke")
_CORS: Final = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Deprecation",
    ),
)
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"POST, PUT, DELETE, GET, PATCH, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key"),
    (b"access-control-max-age", b"7200"),
)
Headers = list[tuple[bytes, bytes]]
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


class Front:
    """Wraps the application. Sets ``scope["state"]["client_ip"]`` for everybody behind it."""

    def __init__(self, app: ASGIApp, rt: Runtime, counters: limits.Counters) -> None:
        self._app = app
        self._rt = rt
        self._counters = counters
        self._proxies = tuple(ipaddress.ip_network(net, strict=False) for net in rt.settings.trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if len(path) > 1 and path.endswith("/") and path.startswith(("/api/", "/oauth/", "/auth/")):
            path = scope["path"] = path.rstrip("/")
            scope["raw_path"] = path.encode()
        address = self.client_address(scope)
        scope.setdefault("state", {})["client_ip"] = address
        if scope["type"] != "http" or not path.startswith(_API):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _answer(send, 200, b"", [*_CORS, *_PREFLIGHT])
            return
        extra: Headers = [*_CORS, (b"x-request-id", uuid.uuid4().hex.encode())]
        if path.startswith(_LIMITED):
            state = self._count(scope, path, address)
            extra += _limit_headers(state)
            if state.exceeded and not self._exempt(address):
                body = msgspec.json.encode({"error": "Too many requests"})
                wait = str(max(1, state.reset_s - self._rt.clock.now_ms() // 1000)).encode()
                await _answer(send, 429, body, [*extra, (b"retry-after", wait)])
                return
        private = _header(scope, b"authorization") is not None
        await self._app(scope, receive, _adding(send, extra, private=private))

    def client_address(self, scope: Scope) -> str:
        """Who is asking: the peer, or what a configured proxy says. A forged header from elsewhere is ignored."""
        client = scope.get("client")
        address = client[0] if client else "127.0.0.1"
        forwarded = _header(scope, b"x-forwarded-for")
        if forwarded is None or not self._proxies:
            return address
        for hop in reversed([*forwarded.decode("latin-1").split(","), address]):
            address = hop.strip()
            if not self._trusted(address):
                break
        return address

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)

    def _exempt(self, address: str) -> bool:
        return self._rt.settings.peer_test and _is_loopback(address)

    def _count(self, scope: Scope, path: str, address: str) -> limits.State:
        """Count under every rule that applies; the state closest to its end is the one to show."""
        authorization = _header(scope, b"authorization")
        if authorization is not None:
            who = hashlib.sha256(authorization).hexdigest()
            states = [self._counters.hit(limits.TOKEN, who)]
        else:
            who = _network(address)
            states = [self._counters.hit(limits.GUEST, who)]
        states += [self._counters.hit(rule, who) for rule in _special(scope["method"], path, scope["query_string"])]
        return min(states, key=lambda state: (state.remaining, -state.count))


def _special(method: str, path: str, query: bytes) -> Iterable[limits.Rule]:
    if method == "POST" and path in {"/api/v1/media", "/api/v2/media"}:
        yield limits.MEDIA
    if path.startswith("/api/v1/statuses/") and (method == "DELETE" or path.endswith("/unreblog")):
        yield limits.DELETION
    if method == "POST" and path == "/api/v1/accounts":
        yield limits.SIGN_UP
    if method == "GET" and (b"max_id=" in query or b"min_id=" in query or b"since_id=" in query):
        yield limits.PAGING


def _limit_headers(state: limits.State) -> Headers:
    reset = datetime.fromtimestamp(state.reset_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return [
        (b"x-ratelimit-limit", str(state.rule.most).encode()),
        (b"x-ratelimit-remaining", str(state.remaining).encode()),
        (b"x-ratelimit-reset", reset.encode()),
    ]


def _adding(send: Send, extra: Headers, *, private: bool) -> Send:
    async def adding(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *extra]
            if private and not any(name == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"private, no-store"))
            message["headers"] = headers
        await send(message)

    return adding


async def _answer(send: Send, status: int, body: bytes, headers: Headers) -> None:
    start: Any = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            *headers,
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ],
    }
    await send(start)
    done: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(done)


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: a household has a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
