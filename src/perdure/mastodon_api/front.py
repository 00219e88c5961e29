"""The plain ASGI layer in front of every API route: CORS, rate limits, client address, slashes, cache headers."""

import ipaddress
import itertools
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar.types import ASGIApp, Message, Receive, Send

from perdure.accounts import service as accounts
from perdure.kernel.errors import RateLimited, TooLarge
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api import limits

_API: Final = ("/api/", "/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/", "/health")
_LIMITED: Final = ("/api/", "/oauth/token", "/oauth/revoke")
# Here nobody checks the token: it must not buy a limit of its own.
_OPEN: Final = frozenset({"/api/v1/apps", "/oauth/token", "/oauth/revoke"})
_GUESSED: Final = ("/auth/", "/setup", "/invite", "/settings/")
_LETTERS: Final = ("/auth/password/new", "/auth/confirmation/new")
_SIGN_UP: Final = ("/auth/sign_up",)
# What no browser sends, and what the framework cannot read: such a visitor sees the site under its own name.
_HOST: Final = re.compile(rb"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,4}|:[1-5]\d{4})?")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Everything but files: a post has 1,000 characters, a filter some hundred words.
_MOST_BYTES: Final = 2 * 1024 * 1024
CORS: Final = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Deprecation, Perdure-Copy",
    ),
)
PRIVATE: Final = (b"cache-control", b"private, no-store")
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"POST, PUT, DELETE, GET, PATCH, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key"),
    (b"access-control-max-age", b"7200"),
)
Headers = list[tuple[bytes, bytes]]
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


class RequestIds:
    """Numbers for requests, unique among all processes."""

    def __init__(self) -> None:
        self._series = secrets.token_hex(8).encode()
        self._numbers = itertools.count(1)

    def header(self) -> tuple[bytes, bytes]:
        """The next one, as a header."""
        return b"x-request-id", b"%s%016x" % (self._series, next(self._numbers))


class Front:
    """Wraps the application. Sets ``scope["state"]["client_ip"]`` for everybody behind it."""

    def __init__(self, app: ASGIApp, rt: Runtime, counters: limits.Counters) -> None:
        self._app = app
        self._rt = rt
        self._counters = counters
        self._proxies = tuple(ipaddress.ip_network(net, strict=False) for net in rt.settings.trusted_proxies)
        self._ids = RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path = _tidied(scope)
        given = dict(scope["headers"])
        address = self._client_address(scope, given)
        scope.setdefault("state", {})["client_ip"] = address
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            receive = _bounded(receive, given)
        if scope["type"] != "http" or not path.startswith(_API):
            self._prepare_page(scope, path, address, given)
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _answer(send, 200, b"", [*CORS, *_PREFLIGHT])
            return
        extra: Headers = [*CORS, self._ids.header()]
        if path.startswith(_LIMITED):
            authorization = given.get(b"authorization")
            person = self._person(authorization)
            state = self._count(scope, path, address, authorization, person)
            extra += limit_headers(state)
            if state.exceeded and not self._exempt(address):
                body = msgspec.json.encode({"error": "Too many requests"})
                wait = str(max(1, state.reset_s - self._rt.clock.now_ms() // 1000)).encode()
                await _answer(send, 429, body, [*extra, (b"retry-after", wait)])
                return
            if authorization is not None and person is None:
                await self._app(scope, receive, _adding(send, extra, private=True))
                if (person := self._person(authorization)) is not None:  # the request has made the token known
                    self._counters.hit(limits.PERSON, b"%d" % person)
                return
        await self._app(scope, receive, _adding(send, extra, private=b"authorization" in given))

    def _prepare_page(self, scope: Scope, path: str, address: str, given: Mapping[bytes, bytes]) -> None:
        scope["state"]["refused"] = self._refused_form(scope, path, address)
        if not _HOST.fullmatch(given.get(b"host", b"")):
            own = (b"host", self._rt.settings.domain.encode())
            scope["headers"] = [own, *(pair for pair in scope["headers"] if pair[0] != b"host")]

    def _client_address(self, scope: Scope, given: Mapping[bytes, bytes]) -> str:
        """Who is asking: the peer, or what a configured proxy says. A forged header from elsewhere is ignored."""
        client = scope.get("client")
        address = client[0] if client else "127.0.0.1"
        forwarded = given.get(b"x-forwarded-for")
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

    def _person(self, authorization: bytes | None) -> int | None:
        """Whose token it is, as far as this process knows without asking the database."""
        if authorization is None:
            return None
        return accounts.known_person(self._rt, authorization.partition(b" ")[2].strip().decode("latin-1"))

    def _refused_form(self, scope: Scope, path: str, address: str) -> RateLimited | None:
        """What the application is to say to a form that comes too often: it knows the words for pages."""
        if scope["type"] != "http" or scope["method"] in _SAFE or self._exempt(address):
            return None
        who = _network(address).encode()
        for rule in _form_rules(path):
            state = self._counters.hit(rule, who)
            if state.exceeded:
                return RateLimited(retry_after_s=max(1, state.reset_s - self._rt.clock.now_ms() // 1000))
        return None

    def _count(
        self, scope: Scope, path: str, address: str, authorization: bytes | None, person: int | None
    ) -> limits.State:
        """Count under every rule that applies; the state closest to its end is the one to show."""
        if authorization is not None and path not in _OPEN:
            who, rule = authorization, limits.TOKEN
        else:
            who, rule = _network(address).encode(), limits.GUEST
        shown = self._counters.hit(rule, who)
        if person is not None:
            together = self._counters.hit(limits.PERSON, b"%d" % person)
            if together.remaining < shown.remaining or together.exceeded:
                shown = together
        for special in _special(scope["method"], path, scope["query_string"]):
            state = self._counters.hit(special, _network(address).encode() if special.by_address else who)
            if (state.remaining, -state.count) < (shown.remaining, -shown.count):
                shown = state
        return shown


def _tidied(scope: Scope) -> str:
    """The path, without a slash at the end of an endpoint."""
    path: str = scope["path"]
    if len(path) > 1 and path.endswith("/") and path.startswith(("/api/", "/oauth/", "/auth/")):
        path = scope["path"] = path.rstrip("/")
        scope["raw_path"] = path.encode()
    if "\0" in path:  # nothing is called so, and PostgreSQL refuses even the question
        path = scope["path"] = path.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return path


def _special(method: str, path: str, query: bytes) -> Iterable[limits.Rule]:
    if method == "POST" and path in {"/api/v1/media", "/api/v2/media"}:
        yield limits.MEDIA
    if path.startswith("/api/v1/statuses/") and (method == "DELETE" or path.endswith("/unreblog")):
        yield limits.DELETION
    if method == "POST" and path == "/api/v1/accounts":
        yield limits.SIGN_UP
    if method == "POST" and path == "/api/v1/emails/confirmations":
        yield limits.LETTER
    if method == "GET" and (b"max_id=" in query or b"min_id=" in query or b"since_id=" in query):
        yield limits.PAGING


def _form_rules(path: str) -> Iterable[limits.Rule]:
    yield limits.FORM
    if path.startswith(_GUESSED):
        yield limits.GUESS
    if path.startswith(_LETTERS):
        yield limits.LETTER
    if path.startswith(_SIGN_UP):
        yield limits.SIGN_UP


def limit_headers(state: limits.State) -> Headers:
    """The three headers that tell a client where it stands."""
    return [
        (b"x-ratelimit-limit", b"%d" % state.rule.most),
        (b"x-ratelimit-remaining", b"%d" % state.remaining),
        (b"x-ratelimit-reset", _instant(state.reset_s)),
    ]


@lru_cache(64)
def _instant(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z").encode()


def _adding(send: Send, extra: Headers, *, private: bool) -> Send:
    async def adding(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *extra]
            if private and not any(name == b"cache-control" for name, _ in headers):
                headers.append(PRIVATE)
            message["headers"] = headers
        await send(message)

    return adding


def _bounded(receive: Receive, given: Mapping[bytes, bytes]) -> Receive:
    """The request's body, refused as too large as soon as it is; a form with files has the framework's own limit."""
    if given.get(b"content-type", b"").lower().startswith(b"multipart/form-data"):
        return receive
    announced = given.get(b"content-length", b"")
    promised = int(announced) if announced.isdigit() and len(announced) < 19 else 0

    seen = 0

    async def bounded() -> Any:
        nonlocal seen
        message: Any = await receive()
        seen += len(message.get("body", b""))
        if max(seen, promised) > _MOST_BYTES:
            raise TooLarge("Request body is too large")
        return message

    return bounded


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


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: a household has a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
