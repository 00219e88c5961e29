"""Feeds for readers of other kinds: what is public, as RSS, Atom and JSON Feed."""
