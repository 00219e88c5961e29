"""Tables of moderation."""

from perdure.moderation.tables import cases, decisions, misuse, obligations, ordered, paging

__all__ = ["cases", "decisions", "misuse", "obligations", "ordered", "paging"]
