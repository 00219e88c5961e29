"""Cuts a text into the pieces that the encoder knows: BERT's uncased WordPiece, written out.

Source: Devlin et al. 2018, and Schuster and Nakajima 2012. The package of the model's makers would bring an HTTP client
and ten more packages into every installation for these lines.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

_LONGEST_WORD: Final = 100
_CACHED: Final = 20_000


class WordPiece:
    """The ids of a text's pieces, between the marks of start and end."""

    def __init__(self, path: Path, most: int) -> None:
        """Read a vocabulary, one piece a line; a text is cut after ``most`` pieces. Raises OSError, KeyError."""
        pieces = path.read_text("utf-8").split("\n")
        self._known = {piece: number for number, piece in enumerate(pieces) if piece}
        self._start, self._end = self._known["[CLS]"], self._known["[SEP]"]
        self._unknown = self._known["[UNK]"]
        self._most = most - 2
        self._word = lru_cache(_CACHED)(self._pieces)

    def ids(self, text: str) -> list[int]:
        """The ids of one text."""
        found: list[int] = []
        for word in _words(text):
            found += self._word(word)
            if len(found) >= self._most:
                break
        return [self._start, *found[: self._most], self._end]

    def _pieces(self, word: str) -> tuple[int, ...]:
        """The longest known piece, then the longest of the rest."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found, at = [], 0
        while at < len(word):
            for end in range(len(word), at, -1):
                number = self._known.get(("##" if at else "") + word[at:end])
                if number is not None:
                    found.append(number)
                    at = end
                    break
            else:
                return (self._unknown,)
        return tuple(found)


def _words(text: str) -> Iterator[str]:
    """Small letters without accents; each punctuation mark and each Chinese character is a word of its own."""
    plain = unicodedata.normalize("NFD", _clean(text).lower())
    word = ""
    for sign in plain:
        kind = unicodedata.category(sign)
        if kind == "Mn":
            continue
        if sign != " " and not _stands_alone(sign, kind):
            word += sign
            continue
        if word:
            yield word
            word = ""
        if sign != " ":
            yield sign
    if word:
        yield word


def _clean(text: str) -> str:
    """Whitespace as spaces; no control signs."""
    out = []
    for sign in text:
        if sign.isspace():
            out.append(" ")
        elif not (unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"} or sign == "\ufffd"):
            out.append(sign)
    return "".join(out)


def _stands_alone(sign: str, kind: str) -> bool:
    code = ord(sign)
    if code < 128:
        return not sign.isalnum()
    return kind[0] == "P" or 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x2A6DF
