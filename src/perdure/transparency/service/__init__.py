"""Use cases of transparency."""
