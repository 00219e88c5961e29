"""What a file is, by its bytes: the label that came with it may be wrong or missing (api.md §3.7)."""

import re
from typing import Final

HEAD_BYTES: Final = 64
DESCRIPTION_MAX: Final = 1500
INVALID: Final = "Validation failed: File content type is invalid, File is invalid"
IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
VIDEOS: Final = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/ogg"})
AUDIO: Final = frozenset({"audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4"})

_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
# High-efficiency images need a decoder that is not free everywhere.
_UNREADABLE: Final = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis"})
_EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
}
_TYPES: Final = {extension: mime for mime, extension in _EXTENSIONS.items()}
_KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{30}\.([a-z0-9]{3,4})")


def sniff(head: bytes) -> str | None:
    """The type of a file that begins with these bytes, or None for one that is not accepted."""
    for start, mime in _STARTS:
        if head.startswith(start):
            return mime
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _UNREADABLE:
            return "image/avif" if b"avif" in head[16:HEAD_BYTES] else None
        return _BRANDS.get(brand, "video/mp4")
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head else "audio/ogg"
    return _frames(head)


def _frames(head: bytes) -> str | None:
    """MPEG audio without a header: twelve set bits begin each frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if head[1] & 0x06 else None


def extension(mime: str) -> str:
    """The ending of a served file."""
    return _EXTENSIONS[mime]


def served_type(key: str) -> str | None:
    """The type under which a key is served, or None where it cannot be one of ours."""
    found = _KEY.fullmatch(key)
    return _TYPES.get(found[1]) if found else None


def focus_of(text: str) -> tuple[float, float] | None:
    """``x,y`` with both from -1 to 1, or None for anything else."""
    parts = text.split(",")
    try:
        x, y = (float(part) for part in parts)
    except ValueError:
        return None
    return (x, y) if abs(x) <= 1 and abs(y) <= 1 else None
