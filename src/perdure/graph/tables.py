"""Tables of graph."""
