"""Feeds: home by fan-out on write, the others by index."""
