"""Perdure: a social network you can keep online."""

__version__ = "0.1.0"
