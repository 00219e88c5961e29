"""How unlikely a count is."""

import math


def poisson_tail(count: int, mean: float) -> float:
    """The chance of ``count`` or more where ``mean`` are expected, 0 to 1."""
    if count <= 0:
        return 1.0
    term, below = math.exp(-mean), 0.0
    for number in range(count):
        below += term
        term *= mean / (number + 1)
    return max(0.0, 1.0 - below) if below < 0.999_999 else _upper(count, mean)


def _upper(count: int, mean: float) -> float:
    """The far end of the distribution, added up from there: subtracting from one would leave rounding errors."""
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)) if mean > 0 else 0.0
    total, number = 0.0, count
    while term > total * 1e-12 and term > 0:
        total += term
        number += 1
        term *= mean / number
    return total
