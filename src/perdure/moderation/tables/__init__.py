"""Tables of moderation."""

from perdure.moderation.tables import cases

__all__ = ["cases"]
