"""Passwords: argon2id, hashed off the event loop."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher()
# Checked where there is no such login, so that the time taken does not tell.
_NOBODY: Final = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4).hash("nobody has this password")


async def hashed(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether a password belongs to a stored hash; as slow for nobody as for somebody."""
    return await asyncio.to_thread(_matches, stored, password)


def outdated(stored: str) -> bool:
    """Whether a hash was made with other costs than we use now."""
    return _HASHER.check_needs_rehash(stored)


def _matches(stored: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(stored or _NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False
