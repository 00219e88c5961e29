"""What every entity writes alike: ids and times (api.md §3.1)."""

from datetime import UTC, datetime


def id_text(identifier: int) -> str:
    """An id as decimal text."""
    return str(identifier)


def iso(ms: int) -> str:
    """An instant with three fraction digits and ``Z``."""
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def day(ms: int) -> str:
    """A bare date."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%d}"
