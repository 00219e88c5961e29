"""Tables of letters: accents, lookalikes, what is invisible, what separates words."""

import unicodedata
from typing import Final

# Ranges for character classes of regular expressions.
PICTURES: Final = "\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
FOREIGN: Final = "\u0370-\u03ff\u0400-\u052f"  # Greek and Cyrillic: scripts with letters that look Latin

LINK: Final = "\x01"  # stand-ins while a text is folded; control characters are never left in a text
MENTION: Final = "\x02"

_HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b"
    "\u206c\u206d\u206e\u206f\u3164\ufeff\uffa0\u0640"
)
_MARKS: Final = (range(0x0300, 0x0370), range(0x064B, 0x0653), range(0x0591, 0x05C8), range(0xFE00, 0xFE10))
_SPELLED: Final = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "th",
    "ŀ": "l", "ŧ": "t", "ƒ": "f", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d",
    "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k", "ʟ": "l", "ᴍ": "m", "ɴ": "n",
    "ᴏ": "o", "ᴘ": "p", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z",
    "’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'",
}  # fmt: skip

# Letters that cannot be told from a Latin one, and those that only pass for one among Latin letters.
ALIKE: Final[dict[int, str]] = {
    ord(foreign): latin
    for foreign, latin in zip(
        "аеёіїјкмнорстухѕԁһԛԝԍьα" + "ικνορτυχ",
        "aeeiijkmhopctyxsdhqwgba" + "ikvoptux",
        strict=True,
    )
}
AMONG_LATIN: Final[dict[int, str]] = {
    **ALIKE,
    **{
        ord(foreign): latin
        for foreign, latin in zip(
            "бвгдзийлпфцчшщъыэюя" + "άβγδεέζηήθίλμξόπσςφψωύώ",
            "bvradeunnocywwblear" + "aby" + "deeznnoilmeonosqwwuw",
            strict=False,
        )
    },
}


def _accents() -> dict[int, str | None]:
    """Latin letters without their marks, and nothing in place of what cannot be seen."""
    table: dict[int, str | None] = {}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    table |= dict.fromkeys(map(ord, _HIDDEN))
    table |= {code: None for marks in _MARKS for code in marks}
    return table | {ord(letter): spelled for letter, spelled in _SPELLED.items()}


class _Plain(dict[int, int | str]):
    """For ``str.translate``: letters, digits and the marks that belong to letters stay, all else parts words."""

    def __missing__(self, code: int) -> int | str:
        kept = unicodedata.category(chr(code))[0] in "LNM"
        made: int | str = code if kept else " "
        if len(self) < _REMEMBERED:
            self[code] = made
        return made


_REMEMBERED: Final = 20_000
ACCENTS: Final = _accents()
PLAIN: Final = _Plain({ord(LINK): LINK, ord(MENTION): MENTION, ord("'"): " ", ord("_"): " "})
