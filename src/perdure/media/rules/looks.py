"""What a picture looks like, as numbers that stay nearly the same when it is saved anew, scaled or cut a little.

A look is 63 bits: which of the lowest waves of its brightness (a discrete cosine transform of 32 by 32 means) stand
above their median. Two looks of one picture differ in few bits, two pictures in about half. Beside the whole picture's
look stand those of its mirror image and of parts of it, so that a cut copy is found by its own whole look.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from operator import mul
from statistics import median
from typing import Final

SIDE: Final = 128
"""How many pixels of brightness a side the looks are made of."""
_MEANS: Final = 32
_WAVES: Final = 8
_FLAT: Final = 4.0  # spread of brightness, of 255, below which a picture shows nothing to recognise
# (left, top, right, bottom) of the parts, as shares of the picture.
_PARTS: Final = tuple((cut, cut, 1 - cut, 1 - cut) for cut in (0.05, 0.1, 0.15)) + tuple(
    (left * cut, top * cut, 1 - right * cut, 1 - bottom * cut)
    for cut in (0.1, 0.2)
    for left, top, right, bottom in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
)
_COSINES: Final = tuple(
    tuple(math.cos(math.pi * wave * (2 * place + 1) / (2 * _MEANS)) for place in range(_MEANS))
    for wave in range(_WAVES)
)


def looks(brightness: bytes) -> tuple[int, ...]:
    """The look of a picture, its mirror image and its parts, from ``SIDE`` by ``SIDE`` pixels; empty for a flat one."""
    sums = _sums(brightness)
    means = _shrunk(sums, (0.0, 0.0, 1.0, 1.0))
    if _spread(means) < _FLAT:
        return ()
    waves = _waves(means)
    mirrored = [[-value if wave % 2 else value for wave, value in enumerate(row)] for row in waves]
    return (_bits(waves), _bits(mirrored), *(_bits(_waves(_shrunk(sums, part))) for part in _PARTS))


def _sums(brightness: bytes) -> list[list[int]]:
    """Sums over everything above and to the left, so that the mean of any rectangle costs four look-ups."""
    above = [0] * (SIDE + 1)
    table = [above]
    for start in range(0, SIDE * SIDE, SIDE):
        total, row = 0, [0]
        for place, value in enumerate(brightness[start : start + SIDE], 1):
            total += value
            row.append(above[place] + total)
        table.append(row)
        above = row
    return table


def _shrunk(sums: list[list[int]], part: tuple[float, float, float, float]) -> list[list[float]]:
    """Means of a part's brightness, ``_MEANS`` by ``_MEANS``."""
    columns, rows = _edges(part[0], part[2]), _edges(part[1], part[3])
    shrunk = []
    for top, bottom in pairwise(rows):
        upper, lower, height = sums[top], sums[bottom], bottom - top
        shrunk.append(
            [
                (lower[right] - lower[left] - upper[right] + upper[left]) / (height * (right - left))
                for left, right in pairwise(columns)
            ]
        )
    return shrunk


def _edges(first: float, last: float) -> list[int]:
    begin, length = first * SIDE, (last - first) * SIDE
    return [round(begin + length * number / _MEANS) for number in range(_MEANS + 1)]


def _spread(means: list[list[float]]) -> float:
    values = [value for row in means for value in row]
    middle = sum(values) / len(values)
    return math.sqrt(sum((value - middle) ** 2 for value in values) / len(values))


def _waves(means: list[list[float]]) -> list[list[float]]:
    """The lowest waves: rows first, then columns."""
    across = [[sum(map(mul, row, cosine)) for row in means] for cosine in _COSINES]
    return [[sum(map(mul, column, cosine)) for column in across] for cosine in _COSINES]


def _bits(waves: list[list[float]]) -> int:
    values = [value for row in waves for value in row][1:]
    middle = median(values)
    return sum(1 << place for place, value in enumerate(values) if value > middle)


def packed(found: Sequence[int]) -> str:
    """Looks as text, 16 hexadecimal digits each, the whole picture's first."""
    return "".join(f"{look:016x}" for look in found)


def unpacked(text: str) -> tuple[int, ...]:
    """What :func:`packed` made."""
    return tuple(int(text[start : start + 16], 16) for start in range(0, len(text), 16))
