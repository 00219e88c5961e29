"""Bytes as text that survives paper: to be scanned, copied or typed by hand, with mistakes found where they are.

Crockford's base 32 (no I, L, O, U; either case; O is read as 0, I and L as 1) in lines of 28 characters and two that
check them: a Reed-Solomon code over GF(32) finds any two wrong characters of a line and tells the place of one. The
bytes end with four of their SHA-256. A star ends the text; spaces, hyphens and line breaks mean nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from perdure.kernel.errors import Invalid

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LINE: Final = 30
END: Final = "*"
_CHECKS: Final = 2
_SUM_BYTES: Final = 4
_VALUES: Final = {
    **{c: value for value, c in enumerate(ALPHABET)},
    **{c.lower(): value for value, c in enumerate(ALPHABET)},
    **dict.fromkeys("Oo", 0),
    **dict.fromkeys("IiLl", 1),
}
_IGNORED: Final = frozenset(" \t\r\n-\ufeff\u00a0")


def _powers() -> list[int]:
    """The powers of 2 in GF(32) modulo x⁵+x²+1."""
    powers = [1]
    while len(powers) < 31:
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0b100101 if doubled & 32 else doubled)
    return powers


_POWER: Final = _powers()
_LOG: Final = {value: exponent for exponent, value in enumerate(_POWER)}


def armoured(data: bytes) -> list[str]:
    """The lines of the text, without the star at its end."""
    checked = data + hashlib.sha256(data).digest()[:_SUM_BYTES]
    width = -(-len(checked) * 8 // 5)
    number = int.from_bytes(checked, "big") << width * 5 - len(checked) * 8
    values = [number >> 5 * (width - 1 - place) & 31 for place in range(width)]
    size = LINE - _CHECKS
    lines = [values[start : start + size] for start in range(0, width, size)]
    return ["".join(ALPHABET[value] for value in [*line, *_checks(line)]) for line in lines]


def plain(text: str) -> bytes:
    """The bytes of a text. Raises Invalid, which names line and character as they are printed, never the contents."""
    values = list(_values(text))
    lines = [values[start : start + LINE] for start in range(0, len(values), LINE)]
    wrong = [number for number, line in enumerate(lines) if any(_syndromes(line)) or len(line) <= _CHECKS]
    if wrong:
        raise Invalid(_blame(lines, wrong))
    digits = [value for line in lines for value in line[:-_CHECKS]]
    size, rest = divmod(len(digits) * 5, 8)
    number = 0
    for value in digits:
        number = number << 5 | value
    data = (number >> rest).to_bytes(size, "big")
    if size < _SUM_BYTES or hashlib.sha256(data[:-_SUM_BYTES]).digest()[:_SUM_BYTES] != data[-_SUM_BYTES:]:
        raise Invalid("The lines are right, each for itself, but not together: one is missing, doubled or out of order")
    return data[:-_SUM_BYTES]


def _values(text: str) -> Iterator[int]:
    count = 0
    for character in text:
        if character == END:
            return
        if character in _IGNORED:
            continue
        count += 1
        if character not in _VALUES:
            raise Invalid(f"{_place(count - 1).capitalize()} is {character!r}, which is never used")
        yield _VALUES[character]


def _place(index: int) -> str:
    return f"line {index // LINE + 1}, character {index % LINE + 1}"


def _times(a: int, b: int) -> int:
    return _POWER[(_LOG[a] + _LOG[b]) % 31] if a and b else 0


def _syndromes(line: Sequence[int]) -> tuple[int, int]:
    """Both are 0 for a line without a mistake."""
    first = second = 0
    for place, value in enumerate(line):
        first ^= value
        second ^= _times(value, _POWER[place])
    return first, second


def _checks(line: Sequence[int]) -> tuple[int, int]:
    """The two values that make the syndromes of a line 0."""
    first, second = _syndromes(line)
    here, there = _POWER[len(line)], _POWER[len(line) + 1]
    divisor = here ^ there
    value = _times(second ^ _times(first, there), _POWER[-_LOG[divisor] % 31])
    return value, first ^ value


def _blame(lines: Sequence[Sequence[int]], wrong: Sequence[int]) -> str:
    first = wrong[0]
    in_a_row = all(after - before == 1 for before, after in pairwise(wrong))
    if in_a_row and wrong[-1] == len(lines) - 1 and len(wrong) > 1:
        return f"From line {first + 1} on nothing fits: there, a character or a line is missing or too many"
    told = [_guess(lines[number], number) for number in wrong[:3]]
    return f"Mistyped: {'; '.join(told)}{'; and more' if len(wrong) > len(told) else ''}. Compare with the paper"


def _guess(line: Sequence[int], number: int) -> str:
    one, two = _syndromes(line)
    place = (_LOG[two] - _LOG[one]) % 31 if one and two else LINE
    if place >= len(line):
        return f"line {number + 1}, more than one character"
    return f"line {number + 1}, most likely character {place + 1} ({ALPHABET[line[place]]!r})"
