"""When a link in a profile counts as verified: the page behind it links back with ``rel="me"``. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from perdure.kernel.tags import tags

_NAMES: Final = frozenset({"a", "link"})
_HEADER: Final = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")
_REL: Final = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))""", re.IGNORECASE)
_MAX_TAGS: Final = 20_000


def is_checkable(value: str, own_domain: str) -> bool:
    """Whether a profile field is a link to another site, and nothing else."""
    if len(value.split()) != 1:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    host = parts.netloc.lower()
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and host != own_domain.lower()


def same_site(asked: str, found: str) -> bool:
    """Whether a page is still on the site that was asked: elsewhere, an open redirect would prove nothing."""
    return _host(asked) == _host(found)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def links_back(page: str, url: str, headers: Iterable[str], profiles: frozenset[str]) -> bool:
    """Whether a page found at ``url``, or its ``Link`` headers, links to one of the profiles with ``rel="me"``."""
    wanted = {_same(profile) for profile in profiles}
    return any(_same(_joined(url, href)) in wanted for href in (*_in_headers(headers), *_in_page(page)))


def _in_page(page: str) -> Iterator[str]:
    for count, tag in enumerate(tags(page, _NAMES)):
        if count >= _MAX_TAGS:
            return
        if "me" in tag.attributes.get("rel", "").lower().split():
            yield tag.attributes.get("href", "")


def _in_headers(headers: Iterable[str]) -> Iterator[str]:
    for header in headers:
        for href, parameters in _HEADER.findall(header):
            rel = _REL.search(parameters)
            if rel is not None and "me" in (rel[1] or rel[2] or "").lower().split():
                yield href


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def _same(url: str) -> str:
    return url.casefold().rstrip("/")
