"""Whatever a stranger sends to whatever route: never a fault of ours, always an answer in the asker's form, soon."""

import json
import os
import random
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from perdure.accounts import service as accounts
from perdure.accounts.service.sign_in import open_session_in
from tests.app import hostile
from tests.app.hostile import Route
from tests.app.people import Person, person
from tests.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SOON_S = 5.0
# Most routes turn a guest away before they read anything: every n-th call is enough for them.
GUESTS = 6
# Every value is tried, but not at every route: every n-th call, other ones at each route.
ON_SQLITE, ON_POSTGRES = 2, 4
# FUZZ_DEEP=1 tries every value in every field of every route: for an hour without other work.
DEEP = bool(os.environ.get("FUZZ_DEEP"))
Call = tuple[Route, str, dict[str, Any]]


class Fuzzer:
    """Sends calls and keeps what was answered wrongly."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._count = 0
        self._share = 1 if DEEP else ON_POSTGRES if site.rt.settings.database_url else ON_SQLITE
        self._people = 0
        self.faults: list[str] = []
        self.who = self._fresh()
        self.cookie = ""
        self._browser()

    def _fresh(self) -> Person:
        self._people += 1
        role = "owner" if self._people == 1 else "admin"
        return person(self._site, f"fuzz{self._people}", role=role, password="correct horse")

    def _browser(self) -> None:
        token = self._site.write(open_session_in, self.who.id, "test", "127.0.0.1")
        self.cookie = f"perdure_session={token}"

    def ready(self) -> None:
        """Somebody who is still signed in, and who is under every limit."""
        self._site.clock.advance(seconds=1800)
        if self._site.get("/api/v1/accounts/verify_credentials", self.who.token).status_code != 200:
            self.who = self._fresh()
        if self._site.read(accounts.owner_id_in) is None:
            self._people = 0
            self.who = self._fresh()
        self._browser()

    def skips(self, route: Route, number: int) -> bool:
        """Whether this call is left to other routes."""
        return bool((zlib.crc32(str(route).encode()) + number) % self._share)

    def send(self, call: Call, *, page: bool) -> None:
        route, url, kwargs = call
        self._count += 1
        if self._count % 25 == 0:
            self._site.clock.advance(seconds=1800)
        started = time.monotonic()
        try:
            answer = self._site.client.request(route.method, url, follow_redirects=False, **kwargs)
        except httpx.InvalidURL:
            return
        took = time.monotonic() - started
        if fault := _fault(answer, took, page=page, head=route.method == "HEAD"):
            shown = {name: str(value)[:200] for name, value in kwargs.items()}
            self.faults.append(f"{route.method} {url[:200]} {shown}: {fault}")


def _fault(answer: httpx.Response, took: float, *, page: bool, head: bool) -> str | None:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if took > SOON_S:
        return f"took {took:.1f} s"
    if "Traceback" in answer.text:
        return "shows a traceback"
    if answer.status_code < 400 or answer.status_code == 416 or head:
        return None
    if page:
        kind = answer.headers.get("content-type", "")
        return None if kind.startswith("text/html") else f"{answer.status_code} is {kind!r}, not a page"
    try:
        told = answer.json()
    except ValueError:
        return f"{answer.status_code} is not JSON: {answer.text[:100]!r}"
    return None if isinstance(told, dict) and isinstance(told.get("error"), str) else f"no error in {told}"


@pytest.fixture
def fuzzer(site: Site) -> Iterator[Fuzzer]:
    made = Fuzzer(site)
    yield made
    assert not made.faults, f"{len(made.faults)} faults:\n" + "\n".join(made.faults[:40])


def endless(route: Route) -> bool:
    """Streams answer for as long as somebody listens."""
    return route.path.startswith("/api/v1/streaming") and not route.path.endswith("/health")


def sweep(fuzzer: Fuzzer, routes: list[Route], calls: Callable[[Route], Iterator[tuple[str, dict[str, Any]]]]) -> None:
    """Every call to every route, with a token (or a cookie) and without."""
    for route in routes:
        fuzzer.ready()
        page = route in hostile.PAGES and not route.path.startswith("/auth/passkey")
        plain = {"Accept": "text/html"} if page else {}
        known = {**plain, "Cookie": fuzzer.cookie} if page else {"Authorization": f"Bearer {fuzzer.who.token}"}
        kept = (call for number, call in enumerate(calls(route)) if not fuzzer.skips(route, number))
        for number, (url, kwargs) in enumerate(kept):
            headers = kwargs.pop("headers", {})
            everybody = (plain, known) if number % GUESTS == 0 else (known,)
            for who in (plain,) if endless(route) else everybody:
                fuzzer.send((route, url, {**kwargs, "headers": {**who, **headers}}), page=page)


ALL = [*hostile.API, *hostile.PAGES, *hostile.OPS_ROUTES]
WRITING = [route for route in ALL if route.method in {"POST", "PUT", "PATCH", "DELETE"}]


def paths(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    for value in hostile.PATH_VALUES if route.parts else ():
        yield route.at(value), {}


def queries(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    for query in hostile.QUERIES:
        yield f"{route.at('1')}?{query}", {}


def values(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    for value in hostile.VALUES:
        tree = dict.fromkeys(hostile.NAMES, value)
        yield route.at("1"), {"content": json.dumps(tree).encode(), "headers": hostile.JSON}


def single(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    """One strange field among none: what the others would have refused first does not hide it."""
    cases = [(name, value) for name in hostile.names_of(route) for value in hostile.VALUES]
    pick = random.Random(str(route))
    for name, value in cases if DEEP else pick.sample(cases, min(16, len(cases))):
        yield route.at("1"), {"content": json.dumps({name: value}).encode(), "headers": hostile.JSON}


def bodies(route: Route) -> Iterator[tuple[str, dict[str, Any]]]:
    for body, headers in hostile.BODIES:
        encoded = {name: value.encode("latin-1") for name, value in headers.items()}
        yield route.at("1"), {"content": body, "headers": encoded}


def test_no_path_breaks_anything(fuzzer: Fuzzer) -> None:
    sweep(fuzzer, [route for route in ALL if route.parts], paths)


def test_no_query_breaks_anything(fuzzer: Fuzzer) -> None:
    sweep(fuzzer, [route for route in ALL if route.method == "GET"], queries)


def test_no_value_in_any_field_breaks_anything(fuzzer: Fuzzer) -> None:
    sweep(fuzzer, WRITING, values)


def test_no_single_strange_field_breaks_anything(fuzzer: Fuzzer) -> None:
    sweep(fuzzer, WRITING, single)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_body_breaks_anything(fuzzer: Fuzzer) -> None:
    sweep(fuzzer, WRITING, bodies)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_header_breaks_anything(fuzzer: Fuzzer) -> None:
    for route in ALL:
        fuzzer.ready()
        page = route in hostile.PAGES and not route.path.startswith("/auth/passkey")
        for number, pairs in enumerate(hostile.HEADERS):
            if fuzzer.skips(route, number):
                continue
            if endless(route) and pairs[0][0] != "Authorization":
                continue
            accept = [("Accept", "text/html")] if page else []
            encoded = [(name.encode(), value.encode("latin-1")) for name, value in [*accept, *pairs]]
            fuzzer.send((route, route.at("1"), {"headers": encoded}), page=page)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_method_that_a_path_does_not_have_is_refused_in_the_asker_s_form(fuzzer: Fuzzer, site: Site) -> None:
    known: dict[str, set[str]] = {}
    for route in ALL:
        known.setdefault(route.path, set()).add(route.method)
    for path, methods in known.items():
        site.clock.advance(seconds=400)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"} - methods - {"HEAD"}:
            if ("GET", path) in {(m, path) for m in methods} and method == "HEAD":
                continue
            page = path in {route.path for route in hostile.PAGES} and not path.startswith("/auth/passkey")
            headers = {"Accept": "text/html"} if page else {}
            fuzzer.send((Route(method, path), Route(method, path).at("1"), {"headers": headers}), page=page)
