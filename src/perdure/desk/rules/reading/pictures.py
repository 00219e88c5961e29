"""How large a picture says it is: small ones are logos, not screenshots. Pure."""

import struct


def size_of(raw: bytes) -> tuple[int, int] | None:
    """Width and height by the first bytes; None where they do not say."""
    try:
        if raw.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", raw[16:24])
            return int(width), int(height)
        if raw[:6] in {b"GIF87a", b"GIF89a"}:
            width, height = struct.unpack("<HH", raw[6:10])
            return int(width), int(height)
        if raw.startswith(b"\xff\xd8"):
            return _jpeg(raw)
    except (struct.error, IndexError):
        pass
    return None


def _jpeg(raw: bytes) -> tuple[int, int] | None:
    place = 2
    for _ in range(200):
        if place + 9 > len(raw) or raw[place] != 0xFF:
            return None
        mark = raw[place + 1]
        if 0xC0 <= mark <= 0xCF and mark not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", raw[place + 5 : place + 9])
            return int(width), int(height)
        place += 2 + int(struct.unpack(">H", raw[place + 2 : place + 4])[0])
    return None


def is_decoration(raw: bytes) -> bool:
    """Whether a picture within a mail is a logo or a counter of views and no screenshot."""
    size = size_of(raw)
    if size is None:
        return len(raw) < 600
    return min(size) <= 120 or len(raw) < 300
