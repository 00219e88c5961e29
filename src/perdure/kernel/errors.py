"""Errors that may be shown. Only ``public`` (and ``details``) ever leaves the process.

::

    AppError
    ├── Invalid           the caller sent something that cannot be accepted
    ├── NotFound          unknown, hidden from this viewer, or not theirs: one answer for all three
    ├── Gone              was there, and is suspended or deleted
    ├── Unauthorized      who are you?
    ├── Forbidden         we know who you are, and no
    ├── Conflict          somebody else was faster
    ├── TooLarge          more bytes than allowed
    ├── RateLimited       too often
    └── Unavailable       not now: storage failed, shedding
        └── ReadOnly      the site takes nothing new
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """An expected failure with a text that is safe to show.

    ``public`` is an English sentence that says what to do; ``data`` holds internals for the log and is never
    shown. ``kind`` is the machine's word for it; the interfaces turn it into a status or an exit code.
    """

    kind: ClassVar[str] = "error"

    def __init__(self, public: str, **data: Any) -> None:
        super().__init__(public)
        self.public = public
        self.data = data


class Invalid(AppError):
    """The input cannot be accepted. ``details`` maps a field to its errors, each ``(code, description)``."""

    kind = "invalid"

    def __init__(self, public: str, details: Mapping[str, list[tuple[str, str]]] | None = None, **data: Any) -> None:
        super().__init__(public, **data)
        self.details = dict(details or {})


class NotFound(AppError):
    """Unknown, hidden from this viewer, or not theirs: the answer does not tell which."""

    kind = "not_found"

    def __init__(self, public: str = "Record not found", **data: Any) -> None:
        super().__init__(public, **data)


class Gone(AppError):
    """It existed, and the account behind it is suspended or deleted."""

    kind = "gone"


class Unauthorized(AppError):
    """No valid proof of who is asking."""

    kind = "unauthorized"

    def __init__(self, public: str = "The access token is invalid", **data: Any) -> None:
        super().__init__(public, **data)


class Forbidden(AppError):
    """Role, block, scope or policy says no."""

    kind = "forbidden"

    def __init__(self, public: str = "This action is not allowed", **data: Any) -> None:
        super().__init__(public, **data)


class Conflict(AppError):
    """The thing changed under the caller."""

    kind = "conflict"


class TooLarge(AppError):
    """More bytes than the limit."""

    kind = "too_large"


class RateLimited(AppError):
    """Too many attempts; ``retry_after_s`` says when to come back."""

    kind = "rate_limited"

    def __init__(self, public: str = "Too many requests", retry_after_s: int = 60, **data: Any) -> None:
        super().__init__(public, **data)
        self.retry_after_s = retry_after_s


class Unavailable(AppError):
    """The site cannot do this now and will recover by itself."""

    kind = "unavailable"

    def __init__(self, public: str = "Service Unavailable", retry_after_s: int = 5, **data: Any) -> None:
        super().__init__(public, **data)
        self.retry_after_s = retry_after_s


class ReadOnly(Unavailable):
    """The site takes nothing new now; what is there can be read."""

    def __init__(self, reason: str, **data: Any) -> None:
        super().__init__(f"This site is read-only: {reason}" if reason else "This site is read-only", 60, **data)
        self.reason = reason
