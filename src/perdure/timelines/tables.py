"""Tables of timelines."""
