"""Shares of a master secret for trustees (SLIP-39): any ``needed`` of them rebuild it, fewer tell nothing."""

import difflib
import re
from collections.abc import Sequence
from typing import Final

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from perdure.kernel.errors import Invalid

PREFIX: Final = "PERDURE-SHARE-1:"
WORDS: Final = 33
"""Words of a share of 32 bytes."""
MOST: Final = 16
_START: Final = re.compile(r"PERDURE[\s-]*SHARE[\s-]*1\s*:", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_BY_FOUR: Final[dict[str, str]] = {word[:4]: word for word in WORDLIST}


def split(master: bytes, count: int, needed: int) -> list[str]:
    """As many shares as there are trustees, each of 33 words. Raises Invalid for a split that protects nothing."""
    if not 2 <= needed <= count <= MOST:
        raise Invalid(f"{needed} of {count} is no split: at least 2 needed, no more than there are, and {MOST} at most")
    # The exponent slows down guessing a passphrase, and there is none.
    shares: list[str] = generate_mnemonics(1, [(needed, count)], master, iteration_exponent=0)[0]
    return shares


def read(text: str, what: str) -> str:
    """The share in a text: a whole page, or the words alone, with or without numbers; four letters of a word will do.

    Raises Invalid, which names ``what``; it repeats no word but a wrong one.
    """
    found = _START.search(text)
    body = text[found.end() :].partition("*")[0] if found else text
    written = [word.lower() for word in _WORD.findall(body)]
    words = [_known(word, number, what) for number, word in enumerate(written, 1)]
    if len(words) != WORDS:
        raise Invalid(f"{what} has {len(words)} words, and a share has {WORDS}")
    try:
        Share.from_mnemonic(" ".join(words))
    except MnemonicError as error:
        raise Invalid(
            f"{what}: every word exists, but one is another than on the paper, or in another place"
        ) from error
    return " ".join(words)


def combine(shares: Sequence[str]) -> bytes:
    """The master that shares rebuild, read by :func:`read`. Raises Invalid for too few, or of two kits."""
    read_ones = [Share.from_mnemonic(share) for share in shares]
    if len({one.group_parameters() for one in read_ones}) > 1:
        raise Invalid("These shares are of two different kits: compare the kit numbers on the pages")
    different = {one.index: share for one, share in zip(read_ones, shares, strict=True)}
    needed = read_ones[0].member_threshold if read_ones else 2
    if len(different) < needed:
        twice = ", and one was given twice" if len(different) < len(shares) else ""
        raise Invalid(f"{needed} shares are needed, and there {_are(len(different))}{twice}")
    try:
        master: bytes = combine_mnemonics(list(different.values())[:needed])
    except MnemonicError as error:
        raise Invalid("These shares do not fit together: compare the kit numbers on the pages") from error
    return master


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _known(word: str, number: int, what: str) -> str:
    known = _BY_FOUR.get(word[:4])
    if known is not None and known.startswith(word):
        return known
    near = difflib.get_close_matches(word, WORDLIST, n=3, cutoff=0.5)
    hint = f"; perhaps {' or '.join(near)}" if near else ""
    raise Invalid(f"{what}: word {number} ({word!r}) is on no list of share words{hint}")
