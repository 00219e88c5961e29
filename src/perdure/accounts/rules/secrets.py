"""Secrets that people and programs carry: made once, stored only as a hash."""

import hashlib
import hmac
import secrets


def fresh(size: int = 32) -> str:
    """An unguessable URL-safe text."""
    return secrets.token_urlsafe(size)


def digest(secret: str) -> str:
    """What is stored of a secret. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(stored: str, secret: str) -> bool:
    """Whether a secret is the one whose digest is stored, in constant time."""
    return hmac.compare_digest(stored, digest(secret))
