"""Use cases of graph."""
