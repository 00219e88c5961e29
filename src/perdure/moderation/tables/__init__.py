"""Tables of moderation."""

from perdure.moderation.tables import cases, decisions, misuse, obligations, ordered

__all__ = ["cases", "decisions", "misuse", "obligations", "ordered"]
