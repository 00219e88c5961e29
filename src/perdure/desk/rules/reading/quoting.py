"""What of a mail its sender wrote now, what is an older mail below it, and where the signature begins. Pure."""

import re
from typing import Final

import msgspec

from perdure.desk.rules.reading.markup import NEWER, OLDER

_FORWARD: Final = re.compile(
    r"[\s>*_-]{0,40}(?:forwarded message|begin forwarded message|original message forwarded|message transf\u00e9r\u00e9"
    r"|d\u00e9but du message (?:r\u00e9exp\u00e9di\u00e9|transf\u00e9r\u00e9)|weitergeleitete (?:nachricht|"
    r"e-?mail)|anfang der weitergeleiteten"
    r"|mensaje reenviado|messaggio inoltrato|doorgestuurd bericht)\b",
    re.IGNORECASE,
)
_ORIGINAL: Final = re.compile(
    r"[\s>]{0,20}-{2,40}\s{0,4}(?:original (?:message|appointment)|message d.origine|urspr\u00fcngliche "
    r"(?:nachricht|e-?mail)"
    r"|original-?nachricht|mensaje original|messaggio originale|oorspronkelijk bericht|reply (?:message|above))",
    re.IGNORECASE,
)
_VERB: Final = re.compile(r"\b(?:wrote|\u00e9crit|ecrit|schrieb|escribi\u00f3|scritto|schreef)\b", re.IGNORECASE)
_DAY_FIRST: Final = re.compile(r"(?:on|le|am|el|il|op)\b", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[^\s<>@]{1,80}@[^\s<>@]{1,80}\.[a-z]{2,20}", re.IGNORECASE)
_CLOCK: Final = re.compile(r"\d{1,2}[:h]\d\d")
_WROTE_START: Final = re.compile(r"\s{0,4}(?:on|le|am)\s.{4,200}\Z", re.IGNORECASE)
_SENT_HEAD: Final = re.compile(r"\s{0,4}\*?(?:from|de|von|da)\*?\s?:\s", re.IGNORECASE)
_SENT_MORE: Final = re.compile(
    r"\s{0,4}\*?(?:sent|envoy\u00e9|gesendet|date|datum|to|\u00e0|an|cc|subject|objet|betreff)\*?\s?:", re.IGNORECASE
)
_SIGNATURE: Final = re.compile(r"--\s?\Z|__+\Z")
_QUOTED: Final = re.compile(r"\s{0,3}>")


class Parted(msgspec.Struct, frozen=True):
    """``own`` is what the sender says, ``older`` what they answer to. ``forwarded``: they send it on."""

    own: str
    older: str
    forwarded: bool


def flowed(text: str, *, delete_space: bool) -> str:
    """Undo the soft breaks of format=flowed (RFC 3676)."""
    out: list[str] = []
    depth_before = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        bare = line[depth:].removeprefix(" ")
        soft = bool(out) and depth == depth_before and out[-1].endswith(" ") and not out[-1].endswith("-- ")
        if soft and bare.strip():
            out[-1] = (out[-1][:-1] if delete_space else out[-1]) + bare
        else:
            out.append((">" * depth + " " if depth else "") + bare)
        depth_before = depth
    return "\n".join(out)


def part(text: str, *, reply: bool) -> Parted:
    """Take what is new and what is older apart. A forwarded mail is what its sender wants to show, so it is new.

    Marked lines (``>``) are older only in a ``reply`` or below a line that says who wrote them: others quote so what
    they complain of.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    own: list[str] = []
    older: list[str] = []
    forwarded = False
    place = 0
    while place < len(lines):
        if _forwards(lines, place):
            forwarded = True
            own += _unquoted(_unmarked(lines[place:]))
            break
        end = _older(lines, place, reply=reply)
        if end > place:
            older += _unmarked(lines[place:end])
            place = end
            continue
        own.append(lines[place])
        place += 1
    own = _unmarked(own)
    return Parted("\n".join(own if reply else _unquoted(own)), "\n".join(_unquoted(older)), forwarded)


def _forwards(lines: list[str], place: int) -> bool:
    if lines[place] == OLDER:
        return any(_FORWARD.match(line) for line in lines[place + 1 : place + 8])
    return bool(_FORWARD.match(lines[place]))


def _older(lines: list[str], place: int, *, reply: bool) -> int:
    """Where the older mail that begins here ends; ``place`` where none begins."""
    line = lines[place]
    if line == OLDER:
        return _end_of_marked(lines, place)
    if _ORIGINAL.match(line):
        return len(lines)
    if _SENT_HEAD.match(line) and _sent_block(lines, place):
        return len(lines)
    if reply and _QUOTED.match(line):
        return _end_of_quoted(lines, place)
    for count in (1, 2):
        said = " ".join(lines[place : place + count])[:600]
        if (count == 1 or _WROTE_START.match(line)) and _attributes(said):
            return _after_attribution(lines, place, place + count, said)
    return place


def _attributes(said: str) -> bool:
    """Whether a line says who wrote what stands below it, as mail programs do."""
    bare = said.strip().lstrip("> ")
    verb = _VERB.search(bare)
    if verb is None or not bare.endswith(":"):
        return False
    return bool(_DAY_FIRST.match(bare) or _ADDRESS.search(bare[: verb.start()]))


def _after_attribution(lines: list[str], start: int, place: int, said: str) -> int:
    """Where the mail ends that a line ("On … wrote:") introduces; ``start`` where it introduces no mail."""
    while place < len(lines) and not lines[place].strip():
        place += 1
    if place >= len(lines):
        return start
    known = bool(_ADDRESS.search(said))
    if lines[place] == OLDER:
        return _end_of_marked(lines, place)
    if _QUOTED.match(lines[place]) and (known or _CLOCK.search(said)):
        return _end_of_quoted(lines, place)
    return len(lines) if known else start


def _end_of_quoted(lines: list[str], place: int) -> int:
    end = place
    while end < len(lines) and (_QUOTED.match(lines[end]) or not lines[end].strip()):
        end += 1
    return end


def _end_of_marked(lines: list[str], place: int) -> int:
    depth = 0
    for at in range(place, len(lines)):
        if lines[at] == OLDER:
            depth += 1
        elif lines[at] == NEWER:
            depth -= 1
            if depth == 0:
                return at + 1
    return len(lines)


def _sent_block(lines: list[str], place: int) -> bool:
    """Whether a line ``From:`` begins the headers that Outlook puts above an older mail."""
    more = sum(1 for line in lines[place + 1 : place + 7] if _SENT_MORE.match(line))
    before = "".join(lines[:place]).strip()
    return more >= 2 and bool(before)


def _unmarked(lines: list[str]) -> list[str]:
    return [line for line in lines if line not in {OLDER, NEWER}]


def _unquoted(lines: list[str]) -> list[str]:
    """Quoted lines without their marks, where nearly all are quoted."""
    filled = [line for line in lines if line.strip()]
    marked = sum(1 for line in filled if _QUOTED.match(line))
    if marked * 3 < len(filled):
        return lines
    return [re.sub(r"\A(?:\s{0,3}>){1,20} ?", "", line) for line in lines]


def without_signature(text: str) -> tuple[str, str]:
    """A text and the signature below it, parted at the usual line of two dashes in its last third."""
    lines = text.split("\n")
    for at in range(len(lines) - 1, max(-1, len(lines) - 40), -1):
        if _SIGNATURE.match(lines[at].rstrip("\r")) and lines[at].startswith("--"):
            return "\n".join(lines[:at]), "\n".join(lines[at + 1 :])
    return text, ""
