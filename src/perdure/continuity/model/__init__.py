"""The words of continuity: one module a noun."""
