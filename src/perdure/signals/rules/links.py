"""Where a link leads, in one spelling: what people write around a block list is written out again."""

import re
from typing import Final
from urllib.parse import unquote, urlsplit

import idna

from perdure.signals.rules.grams import exact_key

# Text before it is a link: "hxxps://bad[.]example", "bad (dot) example" are links to whoever reads them.
_DEFANGED: Final = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)", re.IGNORECASE)
_LINK: Final = re.compile(r"\bh(?:tt|xx)ps?://[^\s<>\"']+|\bwww\.[^\s<>\"']+", re.IGNORECASE)
_BARE: Final = re.compile(r"(?<![@\w.])(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}/[^\s<>\"']*", re.IGNORECASE)
_TRAILING: Final = ".,;:!?)]}'\"»"
_PREFIXES: Final = ("www.", "m.", "mobile.", "amp.")
_TRACKING: Final = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref|ref_src|si)$", re.IGNORECASE)
_LONGEST: Final = 500
_MOST: Final = 20
# Registries that sell names one level further down, of those that links lead to most; a host below them keeps three.
_SECOND_LEVEL: Final = frozenset({"co", "com", "org", "net", "gov", "edu", "ac", "gouv", "asso"})


def links_of(text: str) -> tuple[str, ...]:
    """The links of a text, each once, in one spelling (see :func:`canonical`)."""
    if "." not in text and "dot" not in text.lower():
        return ()
    plain = _DEFANGED.sub(".", text)
    found = [found[0] for found in _LINK.finditer(plain)] + [found[0] for found in _BARE.finditer(plain)]
    spelt = (canonical(one.rstrip(_TRAILING)) for one in found)
    return tuple(dict.fromkeys(one for one in spelt if one is not None))[:_MOST]


def canonical(url: str) -> str | None:
    """``host/path?query`` in small letters without what does not change where it leads; None for no link."""
    lower = url.strip()
    if "://" not in lower:
        lower = f"http://{lower}"
    try:
        parts = urlsplit(lower)
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if not host or "." not in host:
        return None
    path = unquote(parts.path).rstrip("/")
    kept = [one for one in parts.query.split("&") if one and not _TRACKING.match(one.partition("=")[0])]
    query = f"?{'&'.join(sorted(kept))}" if kept else ""
    return f"{host}{path}{query}"[:_LONGEST]


def _host(name: str) -> str:
    host = name.rstrip(".").lower()
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    for prefix in _PREFIXES:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host[len(prefix) :]
    return host


def domains(link: str) -> tuple[str, ...]:
    """The host of a canonical link and the names above it down to the registered one: what a list may name."""
    labels = link.partition("/")[0].partition("?")[0].partition(":")[0].split(".")
    least = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return tuple(".".join(labels[start:]) for start in range(max(1, len(labels) - least + 1)))


def link_key(link: str) -> int:
    """A number for a canonical link."""
    return exact_key(f"link {link}")
