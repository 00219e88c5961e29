"""Lines of a text, as written and as read, with addresses that were broken over several lines put together. Pure."""

import quopri
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from perdure.desk.rules import places
from perdure.desk.rules.reading import spelling
from perdure.desk.rules.reading.spelling import Found

_LONGEST: Final = 8_000
_NARROW: Final = 58  # shorter lines are not broken by a program that wraps
_TOKEN: Final = re.compile(r"\s{0,8}(?:>\s?){0,6}([A-Za-z0-9@._~:/?#&=%+\-]{1,2000})(>?)(.*)\Z", re.DOTALL)
_OPENED: Final = re.compile(r"<\s?((?:https?|hxxps?)://[^\s<>]{1,2000})\Z", re.IGNORECASE)
_AT_END: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"]{0,2000}\Z", re.IGNORECASE)
_MARKER: Final = re.compile(r"\s{0,8}(?:[-*\u2022]|\d{1,5}[.)])\s")
_UNFINISHED: Final = tuple("/-_=?&%@.+~:")
_CODED: Final = re.compile(r"=(?:3D|20|C3|E2|0A|09)", re.IGNORECASE)


class Line(msgspec.Struct, frozen=True):
    """A line as written (``raw``) and as read (``text``), with the addresses in it."""

    raw: str
    text: str
    found: tuple[Found, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing is in it."""
        return not self.text.strip()


def lines_of(text: str, hosts: frozenset[str]) -> list[Line]:
    """The lines of a text. Nothing is lost: over-long lines are cut into several."""
    split: list[str] = []
    for raw in _decoded(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        split += _short(raw) if len(raw) > _LONGEST else [raw]
    read = [(raw, spelling.plain(raw, hosts)) for raw in split]
    joined = _joined(read, hosts)
    return [
        Line(raw, plain, tuple(spelling.find(plain, hosts)) if _may_hold(plain, hosts) else ()) for raw, plain in joined
    ]


def _may_hold(text: str, hosts: frozenset[str]) -> bool:
    return "/" in text or any(host in text.casefold() for host in hosts)


def _decoded(text: str) -> str:
    """Text that somebody pasted while it was still quoted-printable, decoded."""
    soft = text.count("=\n") + text.count("=\r\n")
    if soft < 1 or not _CODED.search(text[:200_000]):
        return text
    if soft * 400 < len(text):  # now and then a line ends so by chance
        return text
    return quopri.decodestring(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


def _short(raw: str) -> list[str]:
    """An endless line, cut at its spaces."""
    pieces: list[str] = []
    start = 0
    while len(raw) - start > _LONGEST:
        cut = raw.rfind(" ", start + 1, start + _LONGEST)
        cut = start + _LONGEST if cut <= start else cut
        pieces.append(raw[start:cut])
        start = cut
    pieces.append(raw[start:])
    return pieces


def _joined(read: Sequence[tuple[str, str]], hosts: frozenset[str]) -> list[tuple[str, str]]:
    result: list[tuple[str, str]] = []
    place = 0
    while place < len(read):
        raw, text = read[place]
        place += 1
        for _ in range(6):
            if place >= len(read) or len(text) > _LONGEST:
                break
            whole = _continued(text, raw, read[place][1], read[place][0], hosts)
            if whole is None:
                break
            raw, text = f"{raw}\n{read[place][0]}", spelling.plain(whole, hosts)
            place += 1
        result.append((raw, text))
    return result


def _continued(text: str, raw: str, following: str, following_raw: str, hosts: frozenset[str]) -> str | None:
    """Two lines as one, where an address goes on in the second; None where it does not."""
    line = text.rstrip()
    if not following.strip() or following.lstrip().startswith(("http", "<http", "www.")):
        return None
    token = _TOKEN.match(following)
    if token is None or _MARKER.match(following):
        return None
    head, close, rest = token[1], token[2], token[3]
    if _OPENED.search(line):
        bracketed = bool(close) or not rest.strip()
        return f"{line}{head}{close}{rest}" if bracketed else None
    match = _AT_END.search(line)
    if match is None or line.endswith((">", ")", ",", ";")):
        return None
    soft = match[0].removesuffix("=")
    if soft != match[0] and _place(soft + head, hosts).kind == "post":  # quoted-printable that nobody decoded
        return f"{line[:-1]}{head}{close}{rest}"
    length = max(len(part) for part in raw.split("\n"))
    if _belongs(match[0], head, rest, length, len(following_raw), hosts):
        return f"{line}{head}{close}{rest}"
    return None


def _belongs(url: str, head: str, rest: str, length: int, following: int, hosts: frozenset[str]) -> bool:
    """Whether ``head``, at the front of the next line, is the rest of ``url`` at the end of the one before."""
    bare = head.rstrip(".,;:!?")
    before, after = _place(url, hosts), _place(url + bare, hosts)
    if before.kind not in {"foreign", "unreadable", "short"} or after.kind not in {"foreign", "unreadable", "short"}:
        return _own_belongs(url, bare, rest, length, before, after)
    if url.endswith(_UNFINISHED[:-3]) and re.search(r"[\d/=&%]|\w-\w", bare) and not rest.strip():
        return True
    telling = re.search(r"\d{3}|[/=&?%_]", bare)
    return length >= _NARROW and bool(telling) and not rest.strip() and following <= length + 2


def _own_belongs(url: str, bare: str, rest: str, length: int, before: places.Place, after: places.Place) -> bool:
    if after.kind != "post":
        return (
            after.kind not in {"page", "foreign"}
            and before.kind in {"page", "unreadable", "foreign"}
            and not rest.strip()
        )
    if before.kind != "post":
        # ``…/@bob/`` then the number, or a name that goes on. A number that goes with words ("5 January") is none.
        return len(bare) >= 4 or not rest.strip() or url.endswith("/")
    digits = bare.isascii() and bare.isdecimal()
    grows = digits and after.id != before.id and len(str(after.id)) <= 19
    return grows and not rest.strip(" .,;)") and (length >= _NARROW or len(str(before.id)) < 15) and len(bare) < 19


def _place(url: str, hosts: frozenset[str]) -> places.Place:
    return places.place_of(url, hosts)
