"""The records of posts."""
