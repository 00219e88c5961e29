"""Which short codes of emoji a text names."""

import re
from collections.abc import Iterable
from typing import Final

SHORTCODE: Final = re.compile(r"[A-Za-z0-9_]{2,}")
# As clients read it: no letter, digit or further colon next to the colons.
_NAMED: Final = re.compile(r"(?<![^\W_])(?<!:):([A-Za-z0-9_]{2,}):(?![^\W_:])(?!:)")


def codes(texts: Iterable[str]) -> set[str]:
    """The codes between colons; most texts have none."""
    return {code for text in texts if text.count(":") > 1 for code in _NAMED.findall(text)}
