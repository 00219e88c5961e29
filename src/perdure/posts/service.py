"""Use cases of posts."""
