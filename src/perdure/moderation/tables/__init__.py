"""Tables of moderation."""

from perdure.moderation.tables import cases, decisions

__all__ = ["cases", "decisions"]
