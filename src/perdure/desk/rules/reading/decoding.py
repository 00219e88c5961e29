"""What bytes are, and the text in them, whatever was claimed of them."""

import codecs
import re
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Codecs that are none of letters, or whose time grows with the square of what they are given.
_REFUSED: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "unicode-escape"}
)
_ASCII_RUN: Final = re.compile(rb"[\x20-\x7e\t]{6,4000}")
_WIDE_RUN: Final = re.compile(rb"(?:[\x20-\x7e\t]\x00){6,4000}")
# Two letters of ASCII read as one of UTF-16: only part of the bytes is of two a letter.
_MIXED: Final = re.compile("[\u2e80-\uffff]")
_MOST_RUNS: Final = 20_000


def text_of(raw: bytes, charset: str = "") -> str:
    """Decode bytes that should be text. Never raises; what cannot be read becomes U+FFFD.

    A mark at the front wins, then UTF-8 where the bytes are that and not plain ASCII, then what was claimed, then
    UTF-16 by its zeros, then Windows-1252, which reads everything.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw.decode(name, "replace").replace("\0", "")
    if not _looks_wide(raw) or charset.lower().startswith("utf-8"):
        tried = _try(raw, "utf-8")
        if tried is not None and (not tried.isascii() or not _stateful(charset)):
            return tried.replace("\0", "")
    wide = _wide(raw)
    if wide and _MIXED.search(_try(raw, wide) or "\ufffd"):
        return text_of(raw.replace(b"\0", b""), charset)
    for name in (charset, wide, "cp1252"):
        if name and (tried := _try(raw, name)) is not None:
            return tried.replace("\0", "")
    return raw.decode("cp1252", "replace").replace("\0", "")


def runs_of(raw: bytes) -> str:
    """The printable pieces of bytes of an unknown form, a line each: one byte or two (UTF-16) a letter."""
    pieces: list[str] = []
    for number, match in enumerate(_ASCII_RUN.finditer(raw)):
        if number >= _MOST_RUNS:
            break
        pieces.append(match[0].decode("ascii"))
    for number, match in enumerate(_WIDE_RUN.finditer(raw)):
        if number >= _MOST_RUNS:
            break
        pieces.append(match[0].decode("utf-16-le", "replace"))
    return "\n".join(pieces)


def is_texty(raw: bytes) -> bool:
    """Whether bytes are text of some kind and no program's own format."""
    head = raw[:8192]
    if not head:
        return True
    if any(head.startswith(mark) for mark, _ in _BOMS) or _looks_wide(head):
        return True
    strange = sum(1 for byte in head if byte < 9 or 13 < byte < 27 or 27 < byte < 32 or byte == 127)
    return strange * 50 < len(head)


def _try(raw: bytes, name: str) -> str | None:
    if name.strip().lower().replace(" ", "") in _REFUSED:
        return None
    try:
        return raw.decode(name.strip())
    except (LookupError, UnicodeError, ValueError):
        return None


def _stateful(charset: str) -> bool:
    """Whether text of this charset looks like ASCII until it is decoded."""
    return charset.strip().lower().startswith(("iso-2022", "utf-7", "utf7", "hz", "cp037", "cp500"))


def _looks_wide(raw: bytes) -> bool:
    return bool(_wide(raw))


def _wide(raw: bytes) -> str:
    """The order of UTF-16 without a mark, by where its zeros are; empty where it is none, or only in part."""
    head = raw[:2000]
    if len(head) < 4:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 10 > len(head) * 3 and even * 10 < odd:
        return "utf-16-le"
    if even * 10 > len(head) * 3 and odd * 10 < even:
        return "utf-16-be"
    return ""
