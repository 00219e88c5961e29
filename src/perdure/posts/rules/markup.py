"""Plain text to the HTML that clients expect (api.md §3.4).

Mentions, hashtags and links become anchors; everything else is escaped. A blank line starts a paragraph, a newline is
``<br />``. The output needs no sanitiser: nothing of the input reaches it unescaped.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urldefrag, urlsplit

import msgspec
from linkify_it import LinkifyIt

from perdure.kernel.text import key

_VISIBLE: Final = 30
URL_CHARACTERS: Final = 23
# Longer ones stay text: an index of PostgreSQL holds at most some 2,700 bytes.
_TAG_CHARACTERS: Final = 100
_MAX_URL: Final = 2000
_MENTION: Final = re.compile(r"(?<![\w@/.])@([A-Za-z0-9_]{1,30})(?:@([\w.-]+\w(?::\d+)?))?(?![\w@])", re.ASCII)
_TAG: Final = re.compile(r"(?<![\w&/#])#(\w*[^\W\d_]\w*)")


class Token(msgspec.Struct, frozen=True):
    """A stretch of the text that means something. ``value`` is the name, tag or URL."""

    start: int
    end: int
    kind: str  # mention, tag, url
    value: str


@lru_cache(maxsize=1)
def _linkifier() -> LinkifyIt:
    return LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})


def _urls(text: str) -> Iterator[Token]:
    if "://" not in text:
        return
    for match in _linkifier().match(text) or ():
        if match.schema in {"http:", "https:"}:
            yield Token(match.index, match.last_index, "url", match.text)


def tokens(text: str, local_host: str) -> list[Token]:
    """Links, mentions of local names and hashtags, in order, none overlapping; links win."""
    found = list(_urls(text))
    if "@" in text:
        for match in _MENTION.finditer(text):
            host = match[2]
            if host is None or host.lower() == local_host.lower():
                found.append(Token(match.start(), match.end(), "mention", match[1]))
    if "#" in text:
        found += [
            Token(match.start(), match.end(), "tag", match[1])
            for match in _TAG.finditer(text)
            if len(match[1]) <= _TAG_CHARACTERS
        ]
    found.sort(key=lambda token: (token.start, token.kind != "url"))
    kept: list[Token] = []
    urls = [token for token in found if token.kind == "url"]
    for token in found:
        inside = token.kind != "url" and any(url.start <= token.start < url.end for url in urls)
        if not inside and (not kept or token.start >= kept[-1].end):
            kept.append(token)
    return kept


def length(text: str, found: list[Token]) -> int:
    """Characters as the limit counts them: a link is always 23."""
    return len(text) - sum((token.end - token.start) - URL_CHARACTERS for token in found if token.kind == "url")


def render(text: str, found: list[Token], base_url: str, names: Mapping[str, str]) -> str:
    """HTML of a post. ``names`` maps a mention as typed (lower case) to the account's spelling; others stay text."""
    if not text:
        return ""
    pieces: list[str] = []
    at = 0
    for token in found:
        pieces.append(html.escape(text[at : token.start], quote=True))
        pieces.append(_RENDERERS[token.kind](token, text, base_url, names))
        at = token.end
    pieces.append(html.escape(text[at:], quote=True))
    return _paragraphs("".join(pieces))


def _paragraphs(escaped: str) -> str:
    blocks = re.split(r"\n{2,}", escaped.strip("\n"))
    return "".join("<p>" + block.replace("\n", "<br />") + "</p>" for block in blocks)


def _mention(token: Token, text: str, base_url: str, names: Mapping[str, str]) -> str:
    name = names.get(token.value.lower())
    if name is None:
        return html.escape(text[token.start : token.end])
    href = html.escape(f"{base_url}/@{name}")
    return f'<span class="h-card"><a class="u-url mention" href="{href}">@<span>{html.escape(name)}</span></a></span>'


def _tag(token: Token, _text: str, base_url: str, _names: Mapping[str, str]) -> str:
    href = html.escape(f"{base_url}/tags/{quote(key(token.value))}")
    return f'<a class="mention hashtag" rel="tag" href="{href}">#<span>{html.escape(token.value)}</span></a>'


def _url(token: Token, _text: str, _base_url: str, _names: Mapping[str, str]) -> str:
    url = token.value
    scheme, _, rest = url.partition("://")
    prefix = f"{scheme}://"
    if rest.startswith("www."):
        prefix, rest = prefix + "www.", rest[4:]
    visible, hidden = rest[:_VISIBLE], rest[_VISIBLE:]
    ellipsis = ' class="ellipsis"' if hidden else ""
    return (
        f'<a href="{html.escape(url)}" rel="nofollow noopener noreferrer" target="_blank">'
        f'<span class="invisible">{html.escape(prefix)}</span><span{ellipsis}>{html.escape(visible)}</span>'
        f'<span class="invisible">{html.escape(hidden)}</span></a>'
    )


_RENDERERS: Final[dict[str, Callable[[Token, str, str, Mapping[str, str]], str]]] = {
    "mention": _mention,
    "tag": _tag,
    "url": _url,
}


def first_url(found: list[Token], local_host: str) -> str | None:
    """The first link to another site, without its fragment, for a preview. Links too long to be asked do not count."""
    links = (urldefrag(token.value).url for token in found if token.kind == "url")
    hosts = ((url, urlsplit(url).netloc.lower()) for url in links if len(url.encode()) <= _MAX_URL)
    return next((url for url, host in hosts if host and host != local_host.lower()), None)
