"""Addresses in every spelling: taken apart so that nobody clicks on them, wrapped, encoded, or half written. Pure.

Everything works on one line of at most some thousand characters, and every pattern is linear in it.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from perdure.desk.rules import places

# Characters that nobody sees: joiners, marks of direction, soft hyphens, variation selectors.
_UNSEEN: Final = dict.fromkeys(
    one
    for first, last in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E),
        (0x2060, 0x206F), (0xE000, 0xE001), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    )
    for one in range(first, last + 1)
)  # fmt: skip
_SCHEME: Final = re.compile(
    r"(?<![a-z])(?:h\s?[tx*]{1,2}\s?[tx*]?\s?p|meow)(s?)\s{0,2}"
    r"[\[({]?\s{0,2}[:\u2236]\s{0,2}[\])}]?\s{0,2}[\[({]?(?:[/\\]\s?){2}[\])}]?\s{0,2}",
    re.IGNORECASE,
)
_SCHEME_BARE: Final = re.compile(
    r"(?<![a-z])h(?:xx|tt|\*\*)p(s?)\s?(?:\[:\]|:)?\s?(?:\[/\]\s?\[/\]|\[//\]|//)\s?", re.IGNORECASE
)
_DOT: Final = re.compile(
    r"\s{0,2}[\[({<]\s{0,2}(?:\.|\u3002|\uff0e|d0t|dot|punkt|point)\s{0,2}[\])}>]\s{0,2}", re.IGNORECASE
)
_SLASH: Final = re.compile(r"\s{0,2}[\[({]\s{0,2}(?:/|slash)\s{0,2}[\])}]\s{0,2}", re.IGNORECASE)
_AT: Final = re.compile(r"\s{0,2}[\[({]\s{0,2}(?:@|at|arobase)\s{0,2}[\])}]\s{0,2}", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\([./_\-@:])")
_ENCODED: Final = re.compile(r"https?%(?:25){0,4}3A%(?:25){0,4}2F%(?:25){0,4}2F[^\s<>\"']{1,4000}", re.IGNORECASE)
_URL: Final = re.compile(
    (
        r"https?://[^\s<>\"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a|"
        r"\\^`{}\u3000-\u303f\uff01\uff08\uff09\uff0c\uff1b]{1,4000}"
    ),
    re.IGNORECASE,
)
_GLUED: Final = re.compile(r"(?<![=/&?%_])(?:[,;|]\s?)?https?://", re.IGNORECASE)
_BARE: Final = re.compile(
    r"(?<![\w@./:%\-=])((?:[\w\-]{1,63}\.){1,6}[a-z\u00a1-\uffff]{2,24})(:\d{1,5})?(/[^\s<>\"\u201c\u201d\u00ab\u00bb|\\^`{}]{1,2000})",
    re.IGNORECASE,
)
_TRACKING: Final = re.compile(
    r"(?:utm_\w{1,40}|fbclid|gclid|dclid|msclkid|yclid|twclid|igshid|igsh|mc_[ce]id|_hsenc|_hsmi|vero_id|"
    r"ref_src|ref_url"
    r"|si|s_kwcid|mkt_tok|oly_\w{1,20}|__cft__\S{0,9}|__tn__|wt_zmc)\Z",
    re.IGNORECASE,
)
_TRAILING: Final = ".,;:!?'\"*\u2026\u2019\u201d\u00bb\u203a\u3002\uff0c\u061f"
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
# Who wraps a link in one of their own, and under which name the link stands in it.
_WRAPPED_IN: Final = frozenset(
    {
        "url",
        "u",
        "q",
        "target",
        "dest",
        "destination",
        "redirect",
        "redirect_uri",
        "link",
        "a",
        "to",
        "goto",
        "r",
        "uri",
    }
)
_WRAPPERS: Final = re.compile(
    r"safelinks\.protection\.outlook\.com|\Aurldefense\.|\burldefense\.|\Agoogle\.|\Alinkprotect\.|"
    r"\Al\.(?:facebook|instagram)\."
    r"|\Alm\.facebook|\Aout\.reddit|\Ahref\.li|\Aanonym\.|\Aaway\.vk|\Avk\.|\Asteamcommunity|\Ayoutube\.|"
    r"\bbarracuda|\Awebarchive|\Aweb\.archive"
    r"|\Aarchive\.|\Anam\d|\bclicktime\.|\bmandrillapp\.|\bsendgrid\.|\Atranslate\.|\Aslack-redir\.|"
    r"\Alnks\.gd|\Afacebook\."
)
_INNER: Final = re.compile(r"https?:/{1,2}[^\s<>\"']{1,2000}", re.IGNORECASE)
_GAP: Final = r"(?:\s{1,2}/\s{0,2}|/\s{1,2}(?=[@\d])|/|\s{1,2}slash\s{1,2})"
_LONGEST: Final = 10_000


class Found(NamedTuple):
    """An address in a line: where it stands, and what it is plainly."""

    start: int
    end: int
    url: str


def visible(text: str) -> str:
    """Text without what nobody sees, wide letters made narrow."""
    if text.isascii():
        return text
    stripped = text.translate(_UNSEEN)
    if any("\uff01" <= one <= "\uff5e" or one in "\u2024\ufe52\u2215\u2044\u3002\xa0\u2009\u202f" for one in stripped):
        narrow = "".join(
            unicodedata.normalize("NFKC", one)
            if "\uff01" <= one <= "\uff5e" and one not in "\uff08\uff09\uff0c\uff1b\uff01"
            else one
            for one in stripped
        )
        stripped = narrow.translate(
            {0x2024: ".", 0xFE52: ".", 0x2215: "/", 0x2044: "/", 0xA0: " ", 0x2009: " ", 0x202F: " "}
        )
    return stripped


def plain(line: str, hosts: Iterable[str]) -> str:
    """A line with every address in it put together again. ``hosts`` are this site's, found also without a scheme."""
    text = visible(line)[:_LONGEST]
    text = _ENCODED.sub(lambda match: _decoded(match[0]), text)
    text = _DOT.sub(".", text).replace("[:]", ":")
    text = _SLASH.sub("/", text)
    text = _ESCAPED.sub(r"\1", text) if "\\" in text else text
    text = _SCHEME_BARE.sub(lambda match: f"http{match[1].lower()}://", text)
    text = _SCHEME.sub(lambda match: f"http{match[1].lower()}://", text)
    if "[" in text or "(" in text:
        text = _AT.sub("@", text)
    for host in hosts:
        text = _own(text, host)
    return text


def _decoded(text: str) -> str:
    for _ in range(5):
        again = unquote(text, errors="replace")
        if again == text:
            break
        text = again
    return text


def _own(text: str, host: str) -> str:
    """Put this site's own host together where it was written with gaps, and the path behind it."""
    folded = text.casefold()
    if host.rpartition(".")[2] not in folded:
        return text
    name, path = _own_patterns(host)
    text = name.sub(lambda match: f"{'www.' if match[1] else ''}{host}{match[2] or ''}", text)
    return path.sub(lambda match: match[1] + _closed(match[2]), text)


@functools.lru_cache(maxsize=64)
def _own_patterns(host: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A host written with gaps, and the path behind it written so."""
    dot = r"(?:\s{0,2}\.\s{0,2}|\s{1,2}(?:dot|d0t|punkt|point)\s{1,2})"
    words = dot.join(re.escape(label) for label in host.split("."))
    name = rf"(?<![\w.\-])((?:(?:www|m|mobile){dot})?){words}(?![\w\-])(:\d{{1,5}})?"
    step = rf"{_GAP}[\w@.\-%?=&#~]{{1,300}}"
    path = rf"({re.escape(host)}(?::\d{{1,5}})?)((?:{step}){{1,8}})"
    return re.compile(name, re.IGNORECASE), re.compile(path, re.IGNORECASE)


def _closed(path: str) -> str:
    """A path without the gaps around its slashes."""
    return re.sub(_GAP, "/", path)


def find(line: str, hosts: frozenset[str]) -> list[Found]:
    """The addresses in a line that :func:`plain` made, in their order, each unwrapped and made plain itself."""
    taken: list[Found] = []
    for match in _URL.finditer(line):
        taken += [_found(line, start, end, hosts) for start, end in _apart(match[0], match.start())]
    covered = [(one.start, one.end) for one in taken]
    for start, end in _schemeless(line, hosts):
        if not any(start < stop and begin < end for begin, stop in covered[-200:]):
            taken.append(_found(line, start, end, hosts, "https://"))
    taken.sort()
    return [one for one in taken if one.url]


def _apart(text: str, offset: int) -> list[tuple[int, int]]:
    """Addresses that stand against each other without a gap, taken apart."""
    cuts = [0, *(match.start() for match in _GLUED.finditer(text, 8)), len(text)]
    return [(offset + first, offset + last) for first, last in pairwise(cuts)]


def _schemeless(line: str, hosts: frozenset[str]) -> list[tuple[int, int]]:
    spans = [(match.start(), match.end()) for match in _BARE.finditer(line)]
    for host in hosts:
        if host in line.casefold():
            spans += [(match.start(), match.end()) for match in _own_address(host).finditer(line)]
    spans.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


@functools.lru_cache(maxsize=64)
def _own_address(host: str) -> re.Pattern[str]:
    """An address of this site without its scheme."""
    name = rf"(?<![\w@./:\-])(?://)?(?:(?:www|m|mobile)\.)?{re.escape(host)}(?![\w\-])(?::\d{{1,5}})?"
    return re.compile(name + r"(?:/[^\s<>\"\u201c\u201d\u00ab\u00bb|\\^`{}]{0,2000})?", re.IGNORECASE)


def _found(line: str, start: int, end: int, hosts: frozenset[str], scheme: str = "") -> Found:
    written = line[start:end].lstrip(",;| /")
    start = end - len(written)
    written = _trimmed(written)
    clean = clean_url(scheme + written, hosts)
    return Found(start, start + len(written), clean)


def _trimmed(url: str) -> str:
    """An address without the punctuation of the sentence around it."""
    while url:
        last = url[-1]
        if last in _TRAILING or (last in _CLOSING and url.count(last) > url.count(_CLOSING[last])):
            url = url[:-1]
        else:
            break
    for cut in ("](", ")[", ")(", "<", ">", "\u200b"):
        url = url.partition(cut)[0]
    return url


def clean_url(url: str, hosts: frozenset[str]) -> str:
    """The plain address: unwrapped, scheme and host in lower case, no tracking, no fragment. Empty: it is none."""
    unwrapped = unwrap(url, hosts)
    try:
        parts = urlsplit(unwrapped)
        host = parts.netloc.rsplit("@", 1)[-1]
        if not host or host.strip(".:") == "":
            return ""
        _ = parts.port
    except ValueError:
        return ""
    path = parts.path
    if places.host_of(host) in hosts:
        path = _own_path(parts.scheme, host, path, hosts)
    query = _without_tracking(parts.query)
    fragment = parts.fragment if parts.fragment[:1] in {"!", "/"} else ""
    return urlunsplit((parts.scheme.lower(), host.lower(), path, query, fragment))[:2000]


def _own_path(scheme: str, host: str, path: str, hosts: frozenset[str]) -> str:
    """A path of this site, cut where the words behind it begin if only so it names something."""
    path = re.sub(r"/{2,}", "/", path)
    if path.lower() != path and places.place_of(f"{scheme}://{host}{path}", hosts).kind == "page":
        path = path.lower() if places.place_of(f"{scheme}://{host}{path.lower()}", hosts).kind != "page" else path
    if places.place_of(f"{scheme}://{host}{path}", hosts).kind != "page":
        return path
    for match in re.finditer(r"[^\x21-\x7e]|[()\[\]{},;:'\"*!&=]|\.(?![a-z]{2,6}\Z)", path):
        shorter = path[: match.start()]
        if len(shorter) > 1 and places.place_of(f"{scheme}://{host}{shorter}", hosts).kind != "page":
            return shorter
    return path


def _without_tracking(query: str) -> str:
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return query
    kept = [pair for pair in pairs if not _TRACKING.match(pair[0])]
    return query if len(kept) == len(pairs) else urlencode(kept)


def unwrap(url: str, hosts: frozenset[str]) -> str:
    """The address that another one carries, as mail filters and search engines wrap them; else the same address."""
    for _ in range(4):
        inner = _inside(url, hosts)
        if not inner:
            break
        url = inner
    return url


def _inside(url: str, hosts: frozenset[str]) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = places.host_of(parts.netloc)
    if not host or host in hosts:
        return ""
    wrapper = bool(_WRAPPERS.search(host))
    for candidate in _carried(host, parts.path, parts.query, parts.fragment):
        inner = candidate.replace(":/", "://", 1) if re.match(r"https?:/[^/]", candidate, re.IGNORECASE) else candidate
        if wrapper or places.host_of(_netloc(inner)) in hosts:
            return inner
    return _beheaded(url, host, hosts)


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _carried(host: str, path: str, query: str, fragment: str) -> list[str]:
    """Whole addresses within the parts of another address."""
    found: list[str] = []
    if "urldefense" in host and (match := re.search(r"__(https?:.{1,2000}?)__;", path)):
        found.append(match[1])
    try:
        pairs = parse_qsl(query, max_num_fields=100)
    except ValueError:
        pairs = []
    for name, value in pairs:
        if "urldefense" in host and name == "u":
            value = unquote(value.replace("-", "%").replace("_", "/"))  # noqa: PLW2901 - as Proofpoint writes it
        value = _decoded(value)  # noqa: PLW2901
        if (match := _INNER.match(value)) and (name.lower() in _WRAPPED_IN or match):
            found.append(match[0])
    for piece in (_decoded(path), _decoded(fragment)):
        if match := _INNER.search(piece):
            whole = match[0] + (f"?{query}" if query and piece == _decoded(path) else "")
            found.append(whole)
    return found


def _beheaded(url: str, host: str, hosts: frozenset[str]) -> str:
    """This site's address behind somebody else's (``cache.example/perdure.example/@x/1``), or its translated host."""
    if host.endswith(".translate.goog"):
        name = host.removesuffix(".translate.goog").replace("--", "\0").replace("-", ".").replace("\0", "-")
        if name in hosts:
            return f"https://{name}{urlsplit(url).path}"
    decoded = _decoded(url)
    for own in hosts:
        if "." not in own:
            continue
        at = decoded.casefold().find(f"/{own}/")
        if at > 8:
            return f"https://{decoded[at + 1 :]}"
    return ""


def is_address(text: str) -> bool:
    """Whether a text is one address and nothing else."""
    return bool(re.match(r"(?:h[tx]{2}ps?://|www\.)\S{3,3000}\Z", text.strip(), re.IGNORECASE))


def same(shown: str, href: str) -> bool:
    """Whether the text of a link is its address."""

    def bare(text: str) -> str:
        text = unquote(visible(text).strip().lower()).rstrip("/")
        return re.sub(r"\Ah[tx]{2}ps?://(?:www\.)?", "", text)

    return bool(shown) and bare(shown) == bare(href)


def is_wrapped(href: str, shown: str) -> bool:
    """Whether a link leads to what its text shows through somebody who counts clicks; then the text is the address."""
    shown_host = _netloc(shown if "://" in shown else f"https://{shown}").lower()
    return shown_host != _netloc(href).lower()
