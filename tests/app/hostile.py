"""Every route of the program, and what strangers send to it."""

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

import perdure.mastodon_api.routes as api_routes
import perdure.web.routes as page_routes
from perdure.ops_api.routes import ROUTES as OPS

_NAME = re.compile(r'(?:params|form|given|query_params)\.(?:get|\w+)\(\s*"([^"]+)"')
_PART = re.compile(r"\{(\w+):(\w+)\}")


class Route(NamedTuple):
    method: str
    path: str

    def at(self, value: str) -> str:
        """The path with each of its parts replaced by ``value``."""
        return _PART.sub(value.replace("\\", "\\\\"), self.path)

    @property
    def parts(self) -> list[str]:
        return [name for name, _kind in _PART.findall(self.path)]


def _of(handlers: Any) -> list[Route]:
    found = {
        Route(str(method), path) for handler in handlers for path in handler.paths for method in handler.http_methods
    }
    return sorted(found)


API = _of(api_routes.ROUTES)
PAGES = _of(page_routes.ROUTES)
OPS_ROUTES = _of(OPS)
MEDIA = [route for route in API if route.path.startswith("/media/")]


def _modules(root: ModuleType) -> Iterator[ModuleType]:
    for value in vars(root).values():
        if isinstance(value, ModuleType) and value.__name__.startswith("perdure."):
            yield value


def _bracketed(name: str) -> str:
    """``poll.options`` as a client sends it: ``poll[options]``."""
    head, *rest = name.split(".")
    return head + "".join(f"[{part}]" for part in rest)


def _names() -> dict[str, list[str]]:
    """The names of parameters that the handlers of each module read, found in the source."""
    found: dict[str, list[str]] = {}
    for root in (api_routes, page_routes):
        for module in _modules(root):
            names = {_bracketed(name) for name in _NAME.findall(inspect.getsource(module))}
            found[module.__name__] = sorted(names)
    return found


_BY_MODULE = _names()
_MODULE_OF = {
    Route(str(method), path): handler.fn.__module__
    for handler in [*api_routes.ROUTES, *page_routes.ROUTES]
    for path in handler.paths
    for method in handler.http_methods
}
NAMES = sorted({name for names in _BY_MODULE.values() for name in names})


def names_of(route: Route) -> list[str]:
    """The parameters that a route, or a neighbour in its module, reads."""
    return _BY_MODULE.get(_MODULE_OF.get(route, ""), [])


HUGE = 10**30
PATH_VALUES = (
    "0",
    "-1",
    str(2**63 - 1),
    str(2**63),
    str(HUGE),
    "abc",
    "1e3",
    "%00",
    "a%00b",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "%F0%9F%98%80",
    "%EF%BC%91%EF%BC%92",  # digits, but not ours
    "'%3B%20DROP%20TABLE%20post%3B--",
    "@" + "x" * 3000,
)
QUERIES = (
    "limit=-1&max_id=-5&min_id=0",
    "limit=abc&max_id=abc",
    f"limit={HUGE}&max_id={HUGE}&since_id=-{HUGE}",
    "limit=1e999&offset=-1&page=-1",
    "limit=NaN&max_id=%00&q=%00&acct=%00&name=%00",
    "q=%ff%fe&acct=%ff&id[]=%ff",
    "%ff=%ff",
    "limit[]=1&limit[a]=2&limit[][b]=3&id[][][]=x",
    "a[b][c][d][e][f][g][h][i][j][k]=1",
    "&".join(f"p{n}={n}" for n in range(2500)),
    "q=" + "(" * 500 + "&acct=" + "@" * 500,
    "q=%22%22%20AND%20*%20NEAR(&type=nothing&resolve=maybe",
    "limit=1&limit=2&limit=&max_id=1&max_id=2",
    "q=" + "%F0%9F%98%80" * 300,
    "access_token=forged",
    "=&&&=;?#",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    HUGE,
    1.5,
    "",
    " ",
    "abc",
    "a\0b",
    "\ud800",
    "x" * 100_000,
    "\u202e\u0000\uffff",
    [],
    [[]],
    [None, 1, "a", {}],
    {},
    {"": ""},
    {"0": {"1": []}},
    {"a": {"b": {"c": {"d": {}}}}},
    "9999-99-99T99:99:99Z",
    "0001-01-01T00:00:00+23:59",
    "<script>alert(1)</script>",
)
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
BODIES: tuple[tuple[bytes, dict[str, str]], ...] = (
    (b"{", JSON),
    (b"null", JSON),
    (b'"text"', JSON),
    (b"[1, 2, 3]", JSON),
    (b"[" * 100_000, JSON),
    (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, JSON),
    (b'{"status": "\xff\xfe"}', JSON),
    (b'{"status": "\\ud800"}', JSON),
    (b'{"a[b][c][d][e][f][g][h][i][j][k]": 1}', JSON),
    (b'{"status": 1e999, "id": -0.0}', JSON),
    (b"\xef\xbb\xbf{}", JSON),
    ("{}".encode("utf-16"), {"content-type": "application/json; charset=utf-16"}),
    (b"status=%ff%fe&id=%00", FORM),
    (b"\xff\xfe\xfd", FORM),
    (b"&".join(b"p%d=1" % n for n in range(2500)), FORM),
    (b"status[=1&status]=2&[]=3&[=4&]=5&status[][][]=6", FORM),
    (b"nothing of the kind", {"content-type": "multipart/form-data"}),
    (b"nothing of the kind", {"content-type": "multipart/form-data; boundary=x"}),
    (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        {"content-type": "multipart/form-data; boundary=x"},
    ),
    (
        b'--x\r\nContent-Disposition: form-data; name="status"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        {"content-type": "multipart/form-data; boundary=x"},
    ),
    (
        b"--x\r\nContent-Disposition: nonsense\r\n\r\na\r\n--x--\r\n",
        {"content-type": "multipart/form-data; boundary=x"},
    ),
    (b"<status/>", {"content-type": "application/xml"}),
    (b"status=1", {"content-type": "text/plain"}),
    (b"status=1", {"content-type": "\xff/\xfe"}),
    (b"{}", {"content-type": "application/json", "content-encoding": "gzip"}),
    (b"\x1f\x8b\x08\x00", {"content-type": "application/json", "content-encoding": "br"}),
)
HEADERS: tuple[list[tuple[str, str]], ...] = (
    [("Authorization", "Bearer")],
    [("Authorization", "Bearer forged")],
    [("Authorization", "Bearer " + "A" * 10_000)],
    [("Authorization", "Bearer \xff\xfe")],
    [("Authorization", "Basic !!!")],
    [("Authorization", "Basic /////w==")],
    [("Authorization", "Bearer a"), ("Authorization", "Bearer b")],
    [("Cookie", "perdure_session=forged; =; ;;=\x01")],
    [("Cookie", "perdure_session=" + "\xff" * 50)],
    [("Idempotency-Key", "k" * 5_000), ("Accept-Language", "\xff\xfe,;q=9")],
    [("Range", "bytes=9-1"), ("If-None-Match", '"\xff')],
    [("X-Forwarded-For", "not an address, \xff"), ("Host", "evil.example:99999"), ("Origin", "null")],
    [("Origin", "http://[:::"), ("Sec-Fetch-Site", "cross-site"), ("User-Agent", "\xff" * 2000)],
)
