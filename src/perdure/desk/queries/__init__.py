"""Statements on the desk's own tables."""
