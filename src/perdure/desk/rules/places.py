"""What an address names on this site, in every spelling: pages, client API, old pages, mobile hosts. Pure."""

import re
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import msgspec

Kind = Literal["post", "account", "account_id", "tag", "media", "page", "foreign", "short", "unreadable"]
_ID: Final = re.compile(r"[0-9]{1,19}\Z")
_NAME: Final = re.compile(r"@?([A-Za-z0-9_]{1,60})(?:@([A-Za-z0-9.\-:]{1,253}))?\Z")
_MOST_ID: Final = 2**63 - 1
# What stands before the number of a post in one of its addresses.
_POST_WORDS: Final = frozenset({"statuses", "status", "posts", "post", "notes", "objects"})
# What may follow a post's number and still mean the post.
_AFTER_POST: Final = frozenset(
    {
        "embed",
        "activity",
        "context",
        "history",
        "reblogs",
        "favourites",
        "reblogged_by",
        "favourited_by",
        "card",
        "source",
    }
)
_AFTER_ACCOUNT: Final = frozenset(
    {"with_replies", "media", "followers", "following", "tagged", "statuses", "outbox", "featured"}
)
_ACCOUNT_WORDS: Final = frozenset({"users", "accounts", "profile", "u"})
# Services that only lead on. Whoever else redirects is not asked: a letter must not make this site knock anywhere.
SHORTENERS: Final = frozenset(
    {
        "bit.ly", "buff.ly", "cutt.ly", "dlvr.it", "fb.me", "goo.gl", "ift.tt", "is.gd", "j.mp", "lnkd.in", "ow.ly",
        "rb.gy", "rebrand.ly", "s.id", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "trib.al", "v.gd",
    }
)  # fmt: skip
_PREFIXES: Final = ("www.", "m.", "mobile.", "amp.")


class Place(msgspec.Struct, frozen=True):
    """What an address names: ``id`` of a post or account, ``name`` of an account, tag or file, the host."""

    kind: Kind
    id: int = 0
    name: str = ""

    @property
    def key(self) -> str:
        """The same for every spelling of one place."""
        return f"{self.kind}:{self.id or self.name}"


def host_of(netloc: str) -> str:
    """A host as it is compared: no port, no dot at the end, none of the usual first names."""
    host = netloc.rsplit("@", 1)[-1].lower()
    host = host.rsplit(":", 1)[0] if host.rsplit(":", 1)[-1].isdecimal() else host
    host = host.rstrip(".")
    for prefix in _PREFIXES:
        host = host.removeprefix(prefix)
    try:
        return host.encode("ascii").decode() if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def place_of(url: str, own_hosts: frozenset[str], shorteners: frozenset[str] = SHORTENERS) -> Place:
    """The place that an address names. ``own_hosts`` are hosts of this site as :func:`host_of` writes them."""
    try:
        parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
    except ValueError:
        return Place("unreadable", name=url[:200])
    host = host_of(parts.netloc)
    if parts.scheme not in {"http", "https"} or not host or ("." not in host and host not in own_hosts):
        return Place("unreadable", name=url[:200])
    if host in shorteners and host not in own_hosts:
        return Place("short", name=f"{host}{parts.path}")
    if host not in own_hosts:
        return Place("foreign", name=f"{host}{parts.path}{'?' + parts.query if parts.query else ''}"[:1000])
    return _own(_names(parts.path), own_hosts)


def _names(path: str) -> list[str]:
    """The parts of a path, decoded as often as somebody encoded them."""
    for _ in range(3):
        decoded = unquote(path, errors="replace")
        if decoded == path:
            break
        path = decoded
    return [name for name in path.split("/") if name]


def _own(names: list[str], own_hosts: frozenset[str]) -> Place:
    while names and names[0] in {"web", "deck", "api", "v1", "v2", "i"}:
        names = names[1:]
    if not names:
        return Place("page", name="/")
    found = _post(names, own_hosts) or _tag(names) or _file(names) or _account(names, own_hosts)
    return found or Place("page", name="/" + "/".join(names)[:500])


def _number(text: str) -> int:
    """The number that a part of a path is, feeds and formats left off; 0 for none."""
    stem = re.sub(r"\.(?:json|rss|atom|html)\Z", "", text)
    return int(stem) if _ID.match(stem) and int(stem) <= _MOST_ID else 0


def _post(names: list[str], own_hosts: frozenset[str]) -> Place | None:
    while len(names) > 1 and names[-1] in _AFTER_POST:
        names = names[:-1]
    number = _number(names[-1])
    if not number or len(names) < 2:
        return None
    before = names[-2]
    if before in _POST_WORDS:
        return Place("post", number)
    if (match := _NAME.match(before)) and before.startswith("@"):
        return (
            Place("foreign", name=f"{match[2]}/{number}") if _elsewhere(match[2], own_hosts) else Place("post", number)
        )
    return None


def _elsewhere(host: str | None, own_hosts: frozenset[str]) -> bool:
    return host is not None and host_of(host) not in own_hosts


def _tag(names: list[str]) -> Place | None:
    at = next((place for place, name in enumerate(names) if name in {"tags", "tag"}), None)
    if at is None or at + 1 >= len(names):
        return None
    return Place("tag", name=re.sub(r"\.(?:rss|atom|json)\Z", "", names[at + 1].lstrip("#"))[:200])


def _file(names: list[str]) -> Place | None:
    return (
        Place("media", name=names[-1][:200])
        if names[0] in {"media", "media_proxy", "files"} and len(names) > 1
        else None
    )


def _account(names: list[str], own_hosts: frozenset[str]) -> Place | None:
    while len(names) > 1 and names[-1] in _AFTER_ACCOUNT:
        names = names[:-1]
    last = re.sub(r"\.(?:rss|atom|json)\Z", "", names[-1])
    if len(names) > 1 and names[-2] in _ACCOUNT_WORDS and _number(last) and names[-2] == "accounts":
        return Place("account_id", _number(last))
    if not (last.startswith("@") or (len(names) > 1 and names[-2] in _ACCOUNT_WORDS)):
        return None
    return named(last, own_hosts)


def named(text: str, own_hosts: frozenset[str]) -> Place | None:
    """The account that ``@name``, ``name`` or ``name@host`` means; foreign where the host is another one."""
    match = _NAME.match(text.strip())
    if match is None:
        return None
    if _elsewhere(match[2], own_hosts):
        return Place("foreign", name=f"{match[1]}@{match[2]}".lower())
    return Place("account", name=match[1].lower())
