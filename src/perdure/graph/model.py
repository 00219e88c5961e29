"""The records of graph."""
