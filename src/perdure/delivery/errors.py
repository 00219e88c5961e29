"""What can go wrong on the way out."""

from perdure.kernel.errors import Invalid, Unavailable


class Refused(Invalid):
    """This request is not made, or its answer not taken: a forbidden address, a wrong type, too many bytes.

    Trying again does not help until the other side changes.
    """


class Unreachable(Unavailable):
    """Nobody answered, or not in time, or not in HTTP. Later it may work."""
