"""Filling an empty database in bulk: what would slow it down is taken off first, and put back at the end."""
