"""Tables of moderation."""

from perdure.moderation.tables import cases, decisions, obligations

__all__ = ["cases", "decisions", "obligations"]
