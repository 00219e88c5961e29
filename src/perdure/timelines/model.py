"""The records of timelines."""
