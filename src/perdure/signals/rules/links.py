"""Links in texts, brought to one spelling, so that the same page is recognised."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from perdure.signals.rules.grams import exact_key

_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
_TRAILING: Final = ".,;:!?)]}»”"
_MOST: Final = 20
_TRACKING: Final = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref|ref_src|si)\Z")


def links_of(text: str) -> list[str]:
    """The pages that a text links to, in one spelling each: no scheme, no ``www.``, nothing that tracks readers."""
    found = dict.fromkeys(_plain(match.rstrip(_TRAILING)) for match in _LINK.findall(text)[:_MOST])
    return [link for link in found if link]


def _plain(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port and parts.port not in {80, 443} else ""
    except ValueError:
        return ""
    asked = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0])))
    path = parts.path.rstrip("/")
    return f"{host}{port}{path}{'?' if asked else ''}{asked}" if host else ""


def link_key(link: str) -> int:
    """A number for a page."""
    return exact_key(f"link {link}")
