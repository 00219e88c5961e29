"""How many letters of people nobody vouches for are opened by themselves. Those beyond are kept and wait. Pure."""

from typing import Final

HOUR_MS: Final = 3_600_000
FROM_ONE_SOURCE: Final = 20
"""Letters an hour from one address: a host writes one, with many items."""
FROM_ONE_PROGRAM: Final = 300
"""Letters an hour that one program may hand in: it is told to come back, and keeps what it has."""
FROM_ALL: Final = 500
"""Letters an hour from everybody who is not verified: more than any staff could read."""


def refusal(*, from_source: int, from_all: int) -> str:
    """Why a letter from an unverified source waits for a person; empty where it does not. Counts are without it."""
    return "flood" if from_source >= FROM_ONE_SOURCE or from_all >= FROM_ALL else ""
