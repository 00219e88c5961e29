"""Passwords: argon2id, hashed off the event loop."""

import asyncio
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher()


async def hashed(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether a password belongs to a stored hash; as slow for nobody as for somebody."""
    return await asyncio.to_thread(_matches, stored, password)


def outdated(stored: str) -> bool:
    """Whether a hash was made with other costs than we use now."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    """Checked where there is no such login, so that the time taken does not tell."""
    return _HASHER.hash("nobody has this password")


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _nobody(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False
