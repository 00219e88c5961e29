"""What is published about moderation: statements of reasons, and the yearly report (safety.md §4.1, §4.2)."""
