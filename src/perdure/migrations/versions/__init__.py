"""Frozen steps: a migration imports no application code."""
