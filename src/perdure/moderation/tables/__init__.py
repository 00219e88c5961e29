"""Tables of moderation."""

from perdure.moderation.tables import cases, decisions, obligations, ordered

__all__ = ["cases", "decisions", "obligations", "ordered"]
