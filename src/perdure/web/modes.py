"""Why the site takes nothing new, in the reader's language.

The program keeps its reason as an English sentence beside the mode, which is what clients of the API read; here each
of those finds its words in the catalogue's group ``modes``. An operator's own words are shown as they are.
"""

import re
from typing import Final

import msgspec

from perdure.kernel.mode import OPEN, Mode
from perdure.web.words import Words

_REASONS: Final = (
    (re.compile(r"another host reigns since epoch \d+"), "moved"),
    (re.compile(r"it is being moved to another host"), "moving"),
    (re.compile(r"the copies are ahead of this host .*"), "ahead"),
    (re.compile(r"what the copies rely on was changed by hand; .*"), "tampered"),
    (re.compile(r"it has come back on another host, which looks around .*"), "settling"),
    (re.compile(r"another host took over in the same moment, .*"), "moved"),
    (re.compile(r"This site closed on .*"), "ended"),
)


class Standing(msgspec.Struct, frozen=True):
    """Whether one may write, and if not, why. ``key`` is a word of the catalogue, ``own`` an operator's own words."""

    reading: bool = False
    key: str = ""
    own: str = ""

    @classmethod
    def of(cls, mode: Mode) -> "Standing":
        """How a mode is told."""
        if mode.name == OPEN:
            return cls()
        key, own = _told(mode.reason)
        return cls(reading=True, key=key, own=own)


def reason_words(t: Words, reason: str) -> str:
    """A reason as a sentence; empty where none is given."""
    key, own = _told(reason)
    return t.of("modes", key) if key else own


def _told(reason: str) -> tuple[str, str]:
    key = next((key for pattern, key in _REASONS if pattern.fullmatch(reason)), "")
    return key, "" if key else reason
