"""Addresses that people type into a form, in every spelling that a letter may have them in."""

from typing import Final
from urllib.parse import urlsplit

from perdure.desk.rules import places
from perdure.desk.rules.reading import spelling
from perdure.desk.service.opening import own_places
from perdure.kernel.runtime import Runtime

_LONGEST: Final = 2000
_OWN: Final = frozenset({"post", "account", "account_id", "tag"})


def addresses(rt: Runtime, text: str) -> tuple[str, ...]:
    """The addresses in a text, plain, in its order and each once; a line without any stands for itself.

    One of this site under another of its names gets the name that it is known by.
    """
    hosts = frozenset(own_places(rt).hosts)
    found: list[str] = []
    for line in text.splitlines():
        written = spelling.plain(spelling.visible(line[: _LONGEST * 4]), hosts)
        seen = [_known(rt, one.url, hosts) for one in spelling.find(written, hosts)]
        found += seen or [one[:_LONGEST] for one in [line.strip()] if one]
    return tuple(dict.fromkeys(found))


def _known(rt: Runtime, url: str, hosts: frozenset[str]) -> str:
    if places.place_of(url, hosts).kind not in _OWN:
        return url
    return f"{rt.settings.base_url}{urlsplit(url).path}"
